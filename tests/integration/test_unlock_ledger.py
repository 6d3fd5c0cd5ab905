"""The ledger of trust unlocks: one live row a contract, and what a finished network job makes of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.trust_unlock import Promise
from billing.unlock_ledger import job_finished, promises, reserve
from core.db import Database
from models import utc_now
from models.contract import Contract
from models.network_job import NetworkJob
from models.outbox import Outbox
from models.trust_unlock import TrustUnlock
from tests.integration.billing_rows import a_job, bruno_blocked, contract_status, store_unlock, unlock_row

SOON = timedelta(hours=71)


def reserve_bruno(session: Session) -> TrustUnlock | None:
    return reserve(
        session,
        contract_ref="c-1002",
        conversation_id=None,
        until=utc_now() + timedelta(hours=72),
        amount_cents=11990,
        shown_text="Liberação até sábado às 14h; não é um pagamento.",
        confirmed_text="Sim, liberar",
    )


def finish(db: Database, job: NetworkJob, *, times: int = 1) -> None:
    """Ends the job as provisioning does: in its transaction, `times` over."""
    with db.transaction() as session:
        session.add(job)
        session.flush()
        job_finished(session, job)
    for _ in range(times - 1):
        with db.transaction() as session:
            job_finished(session, session.get_one(NetworkJob, job.id))


def expiries(db: Database) -> list[Outbox]:
    with db.transaction() as session:
        return list(session.scalars(select(Outbox).where(Outbox.topic == "unlock_expiry")))


def test_reserve_writes_the_promise_with_what_was_agreed(db: Database) -> None:
    with db.transaction() as session:
        made = reserve_bruno(session)
        assert made is not None
        id_ = made.id
    row = unlock_row(db, id_)
    assert (row.state, row.amount_cents, row.confirmed_text, row.ended_at) == ("reserved", 11990, "Sim, liberar", None)
    assert row.expires_at - row.granted_at > SOON


@pytest.mark.parametrize("state", ["reserved", "active"])
def test_reserve_gives_nothing_when_one_is_live(db: Database, state: str) -> None:
    store_unlock(db, state=state, ends_in=SOON)
    with db.transaction() as session:
        assert reserve_bruno(session) is None
        # The transaction goes on: the caller still writes its answer.
        assert session.scalar(select(func.count()).select_from(TrustUnlock)) == 1


@pytest.mark.parametrize("state", ["kept", "broken", "failed"])
def test_reserve_gives_a_new_row_when_the_last_one_is_over(db: Database, state: str) -> None:
    store_unlock(db, state=state, ends_in=-SOON)
    with db.transaction() as session:
        assert reserve_bruno(session) is not None


def test_reserve_makes_one_row_when_two_ask_at_once(db: Database) -> None:
    together = Barrier(2)

    def ask() -> bool:
        with db.transaction() as session:
            session.execute(select(1))
            together.wait(10)
            return reserve_bruno(session) is not None

    with ThreadPoolExecutor(2) as pool:
        for _ in range(5):
            asked = [pool.submit(ask) for _ in range(2)]
            assert sorted(one.result(30) for one in asked) == [False, True]
            with db.transaction() as session:
                row = session.scalars(select(TrustUnlock).where(TrustUnlock.state == "reserved")).one()
                row.state = "failed"


def test_reserve_gives_the_contract_back_when_the_first_transaction_fails(db: Database) -> None:
    class Crash(Exception): ...

    def reserve_and_crash() -> None:
        with db.transaction() as session:
            assert reserve_bruno(session) is not None
            raise Crash

    with pytest.raises(Crash):
        reserve_and_crash()
    with db.transaction() as session:
        assert reserve_bruno(session) is not None


def test_promises_tell_the_history_oldest_first_and_leave_out_what_failed(db: Database) -> None:
    store_unlock(db, state="active", ends_in=SOON)
    store_unlock(db, state="broken", ends_in=timedelta(days=-10))
    store_unlock(db, state="failed", ends_in=timedelta(days=-20))
    store_unlock(db, state="kept", ends_in=timedelta(days=-40))
    store_unlock(db, state="broken", ends_in=SOON, contract_ref="c-other")
    history = promises(db, "c-1002")
    assert [promise.kept for promise in history] == [True, False, None]
    assert all(promise.expires_at - promise.granted_at == timedelta(hours=72) for promise in history)
    assert promises(db, "nothing") == ()


def test_promises_count_a_reserved_one_as_running(db: Database) -> None:
    id_ = store_unlock(db, state="reserved", ends_in=SOON)
    row = unlock_row(db, id_)
    assert promises(db, "c-1002") == (Promise(row.granted_at, row.expires_at, None),)


@pytest.mark.parametrize("state", ["verified", "already"])
def test_release_makes_the_unlock_active_until_its_end_when_done(db: Database, state: str) -> None:
    bruno_blocked(db)
    id_ = store_unlock(db, state="reserved", ends_in=SOON)
    finish(db, a_job("release_signal", state, trust_unlock_id=id_), times=3)
    row = unlock_row(db, id_)
    assert (row.state, row.ended_at, contract_status(db)) == ("active", None, "active")
    [work] = expiries(db)
    assert (work.ref_id, work.queue) == (id_, "turns")
    assert abs(work.run_after - row.expires_at) < timedelta(seconds=30)


def test_release_is_judged_at_once_when_it_was_done_after_its_end(db: Database) -> None:
    bruno_blocked(db)
    id_ = store_unlock(db, state="reserved", ends_in=timedelta(minutes=-5))
    finish(db, a_job("release_signal", "verified", trust_unlock_id=id_))
    [work] = expiries(db)
    assert work.run_after <= utc_now()


@pytest.mark.parametrize("state", ["refused", "failed"])
def test_release_frees_the_ledger_when_it_did_not_happen(db: Database, state: str) -> None:
    bruno_blocked(db)
    id_ = store_unlock(db, state="reserved", ends_in=SOON)
    finish(db, a_job("release_signal", state, trust_unlock_id=id_), times=2)
    assert (unlock_row(db, id_).state, contract_status(db), expiries(db)) == ("failed", "blocked", [])
    assert unlock_row(db, id_).ended_at is not None
    with db.transaction() as session:
        assert reserve_bruno(session) is not None


def test_release_waits_for_a_person_when_nobody_knows_how_it_ended(db: Database) -> None:
    bruno_blocked(db)
    id_ = store_unlock(db, state="reserved", ends_in=SOON)
    finish(db, a_job("release_signal", "unknown", trust_unlock_id=id_))
    assert (unlock_row(db, id_).state, contract_status(db), expiries(db)) == ("reserved", "blocked", [])
    finish(db, a_job("release_signal", "already", trust_unlock_id=id_))
    assert (unlock_row(db, id_).state, contract_status(db), len(expiries(db))) == ("active", "active", 1)


def test_release_brings_a_failed_unlock_back_when_a_second_try_worked(db: Database) -> None:
    bruno_blocked(db)
    id_ = store_unlock(db, state="reserved", ends_in=SOON)
    finish(db, a_job("release_signal", "failed", trust_unlock_id=id_))
    finish(db, a_job("release_signal", "verified", trust_unlock_id=id_))
    row = unlock_row(db, id_)
    assert (row.state, row.ended_at, len(expiries(db))) == ("active", None, 1)


def test_release_leaves_a_failed_unlock_alone_when_another_one_is_live(db: Database) -> None:
    bruno_blocked(db)
    failed = store_unlock(db, state="failed", ends_in=SOON)
    live = store_unlock(db, state="active", ends_in=SOON)
    finish(db, a_job("release_signal", "verified", trust_unlock_id=failed))
    assert (unlock_row(db, failed).state, unlock_row(db, live).state) == ("failed", "active")


def test_release_without_an_unlock_opens_the_contract_when_it_was_paid(db: Database) -> None:
    bruno_blocked(db)
    finish(db, a_job("release_signal", "verified"), times=2)
    assert (contract_status(db), expiries(db)) == ("active", [])


@pytest.mark.parametrize("action", ["release_signal", "block_signal"])
def test_job_never_revives_a_contract_that_was_cancelled(db: Database, action: str) -> None:
    bruno_blocked(db)
    with db.transaction() as session:
        session.scalars(select(Contract)).one().status = "cancelled"
    finish(db, a_job(action, "verified"))
    assert contract_status(db) == "cancelled"


@pytest.mark.parametrize("state", ["verified", "already"])
def test_block_breaks_the_promise_when_done(db: Database, state: str) -> None:
    bruno_blocked(db)
    id_ = store_unlock(db, state="active", ends_in=timedelta(minutes=-1))
    finish(db, a_job("release_signal", "verified"))
    finish(db, a_job("block_signal", state, trust_unlock_id=id_), times=2)
    row = unlock_row(db, id_)
    assert (row.state, contract_status(db)) == ("broken", "blocked")
    assert row.ended_at is not None


@pytest.mark.parametrize("state", ["refused", "failed", "unknown"])
def test_block_changes_nothing_when_it_was_not_verified(db: Database, state: str) -> None:
    bruno_blocked(db)
    id_ = store_unlock(db, state="active", ends_in=timedelta(minutes=-1))
    finish(db, a_job("release_signal", "verified"))
    finish(db, a_job("block_signal", state, trust_unlock_id=id_))
    assert (unlock_row(db, id_).state, contract_status(db)) == ("active", "active")


def test_job_that_is_told_again_does_not_undo_a_later_one(db: Database) -> None:
    bruno_blocked(db)
    first = a_job("release_signal", "verified", finished_at=datetime(2026, 11, 1, tzinfo=UTC))
    finish(db, first)
    finish(db, a_job("block_signal", "verified", finished_at=datetime(2026, 11, 2, tzinfo=UTC)))
    with db.transaction() as session:
        job_finished(session, session.get_one(NetworkJob, first.id))
    assert contract_status(db) == "blocked"


def test_diagnosis_changes_neither_ledger_nor_contract(db: Database) -> None:
    bruno_blocked(db)
    id_ = store_unlock(db, state="reserved", ends_in=SOON)
    finish(db, a_job("diagnose", "verified", trust_unlock_id=id_))
    assert (unlock_row(db, id_).state, contract_status(db)) == ("reserved", "blocked")
