"""From the notice to the block and back: only what the law allows, only the contract in debt, restored once paid."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from billing import suspension as rows
from billing.holds import hold, release
from core.db import Database
from handoff.debt_desk import DebtDesk
from handoff.suspending import restore, suspend, tell_suspension
from models.alert import Alert
from models.contract import Contract
from models.job_batch import JobBatch
from models.message import Message
from models.network_job import NetworkJob
from models.outbox import Outbox
from models.provider import Provider
from models.suspension import Suspension
from models.trust_unlock import TrustUnlock
from tests.integration.debtors import Clock, a_debtor, at, desk_at, invoice, jobs, set_up, suspension, work_off
from wiring_network import job_finished

DUE = date(2026, 8, 12)
BLOCK, RELEASE = "block_signal", "release_signal"


def noticed(db: Database, count: int = 1, **collections: object) -> tuple[DebtDesk, Clock]:
    """Debtors whose notice went out on Thursday, 27 August; the clock stands at Monday, 14 September, 10h."""
    set_up(db, **collections)
    for number in range(1, count + 1):
        a_debtor(db, number, DUE)
    desk, clock = desk_at(db, at("2026-08-27T10:00"))
    work_off(desk)
    clock.now = at("2026-09-14T10:00")
    return desk, clock


def done(db: Database, job: NetworkJob, when: datetime, state: str = "verified") -> None:
    with db.transaction() as session:
        row = session.get_one(NetworkJob, job.id)
        row.state, row.finished_at = state, when
        job_finished(session, row)


def state(db: Database, ref: str = "c-1") -> tuple[str, str]:
    row = suspension(db, ref)
    with db.transaction() as session:
        contract = session.scalars(select(Contract.status).where(Contract.ref == ref)).one()
    return (row.state if row else "", contract)


def suspended(db: Database) -> tuple[DebtDesk, Clock]:
    desk, clock = noticed(db)
    suspend(0, desk=desk)
    done(db, jobs(db, BLOCK)[0], clock())
    return desk, clock


def test_contract_is_blocked_fifteen_days_after_the_notice_and_told_how_to_pay(db: Database) -> None:
    desk, clock = noticed(db)
    clock.now = at("2026-09-10T10:00")
    suspend(0, desk=desk)
    assert jobs(db, BLOCK) == []
    clock.now = at("2026-09-14T10:00")
    for _ in range(3):
        suspend(0, desk=desk)
    [job] = jobs(db, BLOCK)
    assert (job.contract_ref, job.reason) == ("c-1", "suspended_for_debt")
    done(db, job, clock())
    done(db, job, clock())
    assert state(db) == ("suspended", "blocked")
    row = suspension(db, "c-1")
    for _ in range(2):
        tell_suspension(row.id if row else 0, desk=desk)
    with db.transaction() as session:
        told = session.scalars(select(Message.text).where(Message.key.contains("suspended_notice"))).all()
    assert len(told) == 1
    assert "24 horas" in told[0]


@pytest.mark.parametrize(
    "moment", ["2026-09-14T06:00", "2026-09-14T17:00", "2026-09-12T10:00", "2026-09-11T10:00", "2026-10-12T10:00"]
)
def test_nobody_is_blocked_at_night_on_or_before_a_day_of_rest(db: Database, moment: str) -> None:
    desk, clock = noticed(db)
    clock.now = at(moment)
    suspend(0, desk=desk)
    assert jobs(db, BLOCK) == []


@pytest.mark.parametrize("why", ["paid", "disputed", "promised", "off"])
def test_nobody_is_blocked_who_paid_disputes_or_has_our_word(db: Database, why: str) -> None:
    desk, clock = noticed(db)
    with db.transaction() as session:
        if why == "disputed":
            hold(session, "i-1", "disputed", "joana")
        elif why == "promised":
            words = {"shown_text": "x", "confirmed_text": "sim", "expires_at": clock() + timedelta(days=2)}
            session.add(TrustUnlock(contract_ref="c-1", state="active", amount_cents=1, **words))
        elif why == "off":
            session.execute(update(Provider).values(policies={"collections": {"suspends": "off"}}))
    if why == "paid":
        invoice(db, "i-1", status="paid")
    suspend(0, desk=desk)
    assert jobs(db, BLOCK) == []
    assert state(db)[0] == ("dropped" if why in {"paid", "disputed"} else "noticed")


def test_many_blocks_at_once_wait_for_a_second_person(db: Database) -> None:
    desk, _ = noticed(db, 4, batch_above=3)
    for _ in range(2):
        suspend(0, desk=desk)
    with db.transaction() as session:
        [batch] = session.scalars(select(JobBatch)).all()
    assert (batch.state, batch.total, len(jobs(db, BLOCK))) == ("waiting", 4, 4)
    invoice(db, "i-2", status="paid")
    with db.transaction() as session:
        rows.paid(session, "c-2", desk.now())
        contract = session.scalars(select(Contract.id).where(Contract.ref == "c-2")).one()
    restore(contract, desk=desk)
    assert [job.state for job in jobs(db, BLOCK)] == ["asked", "cancelled", "asked", "asked"]
    assert state(db, "c-2") == ("dropped", "active")


def test_payment_brings_the_signal_back_once_nothing_else_is_overdue(db: Database) -> None:
    desk, clock = suspended(db)
    with db.transaction() as session:
        contract = session.scalars(select(Contract)).one()
        session.execute(update(Contract).values(status="blocked"))
        number = contract.id
        rows.paid(session, "c-1", clock())
    restore(number, desk=desk)
    assert jobs(db, RELEASE) == []
    invoice(db, "i-1", status="paid")
    with db.transaction() as session:
        rows.paid(session, "c-1", clock())
    for _ in range(2):
        restore(number, desk=desk)
    [job] = jobs(db, RELEASE)
    done(db, job, clock(), "failed")
    restore(number, desk=desk)
    [_, again] = jobs(db, RELEASE)
    done(db, again, clock())
    assert state(db) == ("restored", "active")


def test_contest_brings_the_signal_back_and_its_end_needs_a_new_notice(db: Database) -> None:
    desk, clock = suspended(db)
    with db.transaction() as session:
        session.execute(update(Contract).values(status="blocked"))
        assert hold(session, "i-1", "disputed", "joana")
        [number] = session.scalars(select(Outbox.ref_id).where(Outbox.topic == "restore"))
    restore(number, desk=desk)
    [job] = jobs(db, RELEASE)
    done(db, job, clock())
    assert state(db) == ("restored", "active")
    with db.transaction() as session:
        assert release(session, "i-1", "disputed", "joana")
    suspend(0, desk=desk)
    assert len(jobs(db, BLOCK)) == 1


def test_payment_of_a_contract_in_order_adds_no_work(db: Database) -> None:
    set_up(db)
    a_debtor(db, 1, DUE)
    with db.transaction() as session:
        rows.paid(session, "c-1", at("2026-08-12T10:00"))
        assert session.scalars(select(Outbox.id)).all() == []


def test_people_are_alerted_before_the_legal_day_of_a_restoration_ends(db: Database) -> None:
    desk, clock = suspended(db)
    invoice(db, "i-1", status="paid")
    with db.transaction() as session:
        rows.paid(session, "c-1", clock())
    for hours, alerts in ((19, 0), (1, 1)):
        clock.pass_by(hours=hours)
        suspend(0, desk=desk)
        with db.transaction() as session:
            assert len(session.scalars(select(Alert).where(Alert.kind == "suspension.not_restored")).all()) == alerts


def test_contract_is_never_ended_by_itself_only_told_of_and_given_to_people(db: Database) -> None:
    desk, clock = suspended(db)
    for days in (59, 2, 30):
        clock.pass_by(days=days)
        suspend(0, desk=desk)
    assert state(db) == ("suspended", "blocked")
    with db.transaction() as session:
        assert session.scalars(select(Alert.times).where(Alert.kind == "contract.may_end")).all() == [1]
        told = session.scalars(select(Message.text).where(Message.key.contains("contract_end_notice"))).all()
        assert session.scalars(select(Suspension.ended_at)).all() == [None]
    assert len(told) == 1
