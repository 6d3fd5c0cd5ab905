"""When a trust unlock ends: kept if nothing is overdue, blocked again if something is, once, and never on a guess."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from billing.erps.local import LocalErp
from billing.holds import hold
from billing.local_store import SqlStore
from billing.provider_row import load_provider
from billing.records import Invoice
from billing.unlock_ledger import expire, job_finished
from core.dates import local_date
from core.db import Database
from core.errors import Unreachable
from core.later import Later
from models import utc_now
from models.network_job import NetworkJob
from models.outbox import Outbox
from models.trust_unlock import TrustUnlock
from tests.integration.billing_rows import a_job, bruno_blocked, contract_status, pay, store_unlock, unlock_row
from tests.unit.billing.build import an_invoice

OVER = timedelta(minutes=-1)


def due_in(days: int, ref: str = "i-1") -> Invoice:
    today = local_date(utc_now(), "America/Sao_Paulo")
    return an_invoice(ref=ref, number=ref, due_date=today + timedelta(days=days))


def ask_block(session: Session, unlock: TrustUnlock) -> None:
    """Adds the job as the integration does, but with a key that would let a second one through."""
    count = session.scalar(select(func.count()).select_from(NetworkJob)) or 0
    session.add(a_job("block_signal", "asked", trust_unlock_id=unlock.id, idempotency_key=f"block:{count}"))


def jobs(db: Database) -> list[NetworkJob]:
    with db.transaction() as session:
        return list(session.scalars(select(NetworkJob).where(NetworkJob.action == "block_signal")))


def run(db: Database, unlock_id: int, erp: LocalErp | None = None) -> None:
    expire(unlock_id, db=db, erp=erp or LocalErp(SqlStore(db), lambda: load_provider(db)), ask_block=ask_block)


class DeadErp(LocalErp):
    """Does not answer."""

    def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
        raise Unreachable("erp")


def test_expiry_asks_for_the_block_when_the_invoice_is_still_unpaid(db: Database) -> None:
    bruno_blocked(db, due_in(-20))
    id_ = store_unlock(db, state="active", ends_in=OVER)
    run(db, id_)
    [job] = jobs(db)
    assert (job.trust_unlock_id, job.contract_ref, unlock_row(db, id_).state) == (id_, "c-1002", "active")
    with db.transaction() as session:
        job = session.get_one(NetworkJob, job.id)
        job.state, job.finished_at = "verified", utc_now()
        job_finished(session, job)
    assert (unlock_row(db, id_).state, contract_status(db)) == ("broken", "blocked")


def test_expiry_keeps_the_promise_when_it_was_paid(db: Database) -> None:
    bruno_blocked(db, due_in(-20), due_in(0, "i-today"), due_in(10, "i-next"))
    id_ = store_unlock(db, state="active", ends_in=OVER)
    pay(db, "i-1")
    run(db, id_)
    row = unlock_row(db, id_)
    assert (row.state, jobs(db)) == ("kept", [])
    assert row.ended_at is not None
    assert row.ended_at >= row.expires_at


def test_expiry_waits_for_the_rest_when_it_is_called_too_early(db: Database) -> None:
    bruno_blocked(db, due_in(-20))
    id_ = store_unlock(db, state="active", ends_in=timedelta(hours=1))
    with pytest.raises(Later) as later:
        run(db, id_)
    assert 3500 < later.value.seconds <= 3600
    assert (unlock_row(db, id_).state, jobs(db)) == ("active", [])


def test_expiry_blocks_nobody_for_a_debt_that_we_hold_and_the_erp_does_not(db: Database) -> None:
    debt = due_in(-20)
    bruno_blocked(db, debt)

    class Unaware(LocalErp):
        """Knows nothing of the dispute that stands in our rows."""

        def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
            return (debt,)

    with db.transaction() as session:
        assert hold(session, "i-1", "disputed", "joana")
    id_ = store_unlock(db, state="active", ends_in=OVER)
    run(db, id_, Unaware(SqlStore(db), lambda: load_provider(db)))
    assert (unlock_row(db, id_).state, jobs(db)) == ("kept", [])


@pytest.mark.parametrize("state", ["reserved", "kept", "broken", "failed"])
def test_expiry_does_nothing_when_the_unlock_is_not_active(db: Database, state: str) -> None:
    bruno_blocked(db, due_in(-20))
    id_ = store_unlock(db, state=state, ends_in=OVER)
    run(db, id_)
    assert (unlock_row(db, id_).state, jobs(db)) == (state, [])


def test_expiry_does_nothing_when_there_is_no_such_unlock(db: Database) -> None:
    bruno_blocked(db, due_in(-20))
    run(db, 4711)
    assert jobs(db) == []


def test_expiry_asks_once_when_it_runs_again(db: Database) -> None:
    bruno_blocked(db, due_in(-20))
    id_ = store_unlock(db, state="active", ends_in=OVER)
    for _ in range(3):
        run(db, id_)
    assert len(jobs(db)) == 1


def test_expiry_asks_again_a_day_after_a_block_that_came_to_nothing(db: Database) -> None:
    bruno_blocked(db, due_in(-20))
    id_ = store_unlock(db, state="active", ends_in=OVER)
    asked = []
    for hours in (0, 23, 25):
        with db.transaction() as session:
            values = {"state": "failed", "asked_at": utc_now() - timedelta(hours=hours)}
            session.execute(update(NetworkJob).values(**values))
        run(db, id_)
        asked.append(len(jobs(db)))
    assert asked == [1, 1, 2]
    with db.transaction() as session:
        later = select(Outbox.run_after).where(Outbox.topic == "unlock_expiry").order_by(Outbox.id.desc())
        assert session.scalars(later.limit(1)).one() > utc_now() + timedelta(hours=23)


def test_expiry_asks_once_when_two_run_at_the_same_time(db: Database) -> None:
    bruno_blocked(db, due_in(-20))
    together = Barrier(2)

    class SlowErp(LocalErp):
        """Lets both runs read before either writes."""

        def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
            together.wait(10)
            return super().open_invoices(contract_ref)

    erp = SlowErp(SqlStore(db), lambda: load_provider(db))
    id_ = store_unlock(db, state="active", ends_in=OVER)
    with ThreadPoolExecutor(2) as pool:
        for running in [pool.submit(run, db, id_, erp) for _ in range(2)]:
            running.result(30)
    assert len(jobs(db)) == 1


def test_expiry_blocks_nobody_when_the_erp_does_not_answer(db: Database) -> None:
    bruno_blocked(db, due_in(-20))
    id_ = store_unlock(db, state="active", ends_in=OVER)
    with pytest.raises(Unreachable):
        run(db, id_, DeadErp(SqlStore(db), lambda: load_provider(db)))
    assert (unlock_row(db, id_).state, jobs(db)) == ("active", [])
    run(db, id_)
    assert len(jobs(db)) == 1


def test_expiry_asks_the_erp_while_no_transaction_is_open(db: Database) -> None:
    bruno_blocked(db, due_in(-20))
    id_ = store_unlock(db, state="active", ends_in=OVER)
    held: list[int] = []

    class WatchedErp(LocalErp):
        """Counts the connections that are in use when it is asked."""

        def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
            held.append(in_use)
            return super().open_invoices(contract_ref)

    in_use = 0

    def out(*_: object) -> None:
        nonlocal in_use
        in_use += 1

    def back(*_: object) -> None:
        nonlocal in_use
        in_use -= 1

    erp = WatchedErp(SqlStore(db), lambda: load_provider(db))
    event.listen(db.engine, "checkout", out)
    event.listen(db.engine, "checkin", back)
    try:
        run(db, id_, erp)
    finally:
        event.remove(db.engine, "checkout", out)
        event.remove(db.engine, "checkin", back)
    assert held == [0]
