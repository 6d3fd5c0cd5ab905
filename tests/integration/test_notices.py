"""Several debts of one contract: each has its notice and its fifteen days, and none is passed over for good."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from billing.suspension import paid
from core.db import Database
from core.later import Later
from handoff.collecting import collect, do_step
from handoff.debt_desk import DebtDesk
from handoff.suspending import restore, suspend
from models.contract import Contract
from models.message import Message
from models.network_job import NetworkJob
from models.outbox import Outbox
from models.suspension import Suspension
from models.trust_unlock import TrustUnlock
from tests.integration.debtors import (
    Clock,
    a_debtor,
    another_debt,
    at,
    desk_at,
    invoice,
    jobs,
    planned,
    set_up,
    steps,
    work_off,
)
from wiring_network import job_finished

BLOCK, RELEASE, NOTICE = "block_signal", "release_signal", "suspension_notice"
DUE = date(2026, 8, 12)


def two_debts(db: Database) -> tuple[DebtDesk, Clock]:
    """The first was noticed on 27 August, the second on 4 September; it is Monday, 14 September, 10h, and the block for
    the first was asked for."""
    set_up(db)
    a_debtor(db, 1, DUE)
    another_debt(db, 1, "i-2", DUE + timedelta(days=8))
    desk, clock = desk_at(db, at("2026-08-27T10:00"))
    work_off(desk)
    clock.now = at("2026-09-04T10:00")
    work_off(desk)
    clock.now = at("2026-09-14T10:00")
    suspend(0, desk=desk)
    return desk, clock


def pay(desk: DebtDesk, ref: str) -> None:
    """Money for the invoice, and what comes of it."""
    invoice(desk.db, ref, status="paid")
    with desk.db.transaction() as session:
        paid(session, "c-1", desk.now())
    follow(desk)


def follow(desk: DebtDesk) -> None:
    """Does the work that waits for the restoration."""
    with desk.db.transaction() as session:
        waiting = session.scalars(select(Outbox.ref_id).where(Outbox.topic == "restore")).all()
    for contract_id in set(waiting):
        restore(contract_id, desk=desk)


def end(db: Database, job: NetworkJob, when: datetime) -> None:
    with db.transaction() as session:
        row = session.get_one(NetworkJob, job.id)
        row.state, row.finished_at = "verified", when
        job_finished(session, row)
        status = "blocked" if row.action == BLOCK else "active"
        session.execute(update(Contract).values(status=status))


def notices(db: Database) -> dict[str, str]:
    with db.reading() as session:
        return {row.invoice_ref: row.state for row in session.scalars(select(Suspension).order_by(Suspension.id))}


def test_contract_is_blocked_by_the_notice_of_the_debt_that_is_left_when_the_older_ones_are_paid_just_in_time(
    db: Database,
) -> None:
    set_up(db)
    a_debtor(db, 1, DUE)
    for ref, days in (("i-2", 8), ("i-3", 16)):
        another_debt(db, 1, ref, DUE + timedelta(days=days))
    desk, clock = desk_at(db, at("2026-08-10T10:00"))
    asked = None
    while asked is None and clock().date() < date(2026, 11, 1):
        # The evening before the block.
        for day, ref in ((date(2026, 9, 13), "i-1"), (date(2026, 9, 20), "i-2")):
            if clock().date() == day:
                pay(desk, ref)
        work_off(desk)
        suspend(0, desk=desk)
        asked = clock().date() if jobs(db, BLOCK) else None
        clock.pass_by(days=1)
    assert [row.invoice_ref for row in steps(db, step=NOTICE, state="sent")] == ["i-1", "i-2", "i-3"]
    assert notices(db) == {"i-1": "dropped", "i-2": "dropped", "i-3": "noticed"}
    # Noticed on Saturday, 12 September; 15 days later is a Sunday.
    assert asked == date(2026, 9, 28)


def test_block_is_given_up_when_its_debt_is_paid_and_the_days_of_the_other_notice_still_run(db: Database) -> None:
    desk, clock = two_debts(db)
    pay(desk, "i-1")
    assert [job.state for job in jobs(db, BLOCK)] == ["cancelled"]
    assert notices(db) == {"i-1": "dropped", "i-2": "noticed"}
    with db.transaction() as session:
        session.execute(update(NetworkJob).values(finished_at=clock()))
    clock.now = at("2026-09-21T10:00")
    suspend(0, desk=desk)
    assert [job.state for job in jobs(db, BLOCK)] == ["cancelled", "asked"]
    end(db, jobs(db, BLOCK)[1], clock())
    assert notices(db)["i-2"] == "suspended"


def test_signal_comes_back_when_the_debt_was_paid_while_its_block_ran_and_the_other_notice_still_runs(
    db: Database,
) -> None:
    desk, clock = two_debts(db)
    with db.transaction() as session:
        session.execute(update(NetworkJob).values(state="running"))
    pay(desk, "i-1")
    end(db, jobs(db, BLOCK)[0], clock())
    follow(desk)
    [release] = jobs(db, RELEASE)
    end(db, release, clock())
    assert notices(db) == {"i-1": "dropped", "i-2": "noticed"}


def test_block_stays_and_all_notices_end_with_the_last_debt_when_only_one_of_two_is_paid(db: Database) -> None:
    desk, clock = two_debts(db)
    end(db, jobs(db, BLOCK)[0], clock())
    assert notices(db) == {"i-1": "suspended", "i-2": "noticed"}
    pay(desk, "i-1")
    assert jobs(db, RELEASE) == []
    pay(desk, "i-2")
    end(db, jobs(db, RELEASE)[0], clock())
    assert notices(db) == {"i-1": "restored", "i-2": "dropped"}


def test_contract_with_two_notices_whose_days_are_over_is_blocked_once(db: Database) -> None:
    desk, clock = two_debts(db)
    with db.transaction() as session:
        session.execute(delete(NetworkJob))
    clock.now = at("2026-09-21T10:00")
    for _ in range(2):
        suspend(0, desk=desk)
    assert len(jobs(db, BLOCK)) == 1


def test_notices_of_many_debts_are_told_at_the_pace_of_the_cap_and_all_of_them(db: Database) -> None:
    set_up(db, contact_messages=2, contact_days=7)
    a_debtor(db, 1, DUE)
    for days in range(1, 5):
        another_debt(db, 1, f"i-{days + 1}", DUE + timedelta(days=days))
    desk, clock = desk_at(db, at("2026-09-01T10:00"))
    told: list[int] = []
    for _ in range(16):
        work_off(desk)
        told.append(len(steps(db, step=NOTICE, state="sent")))
        clock.pass_by(days=1)
    # 6 and 13 September are Sundays, 7 September is a holiday.
    assert told == [2] * 7 + [4] * 7 + [5] * 2
    with db.reading() as session:
        assert len(session.scalars(select(Message.id).where(Message.key.startswith("collection:"))).all()) == 5


@pytest.mark.parametrize("what", ["promise", "block"])
def test_notice_waits_and_goes_out_when_a_promise_or_a_block_is_over(db: Database, what: str) -> None:
    set_up(db)
    a_debtor(db, 1, DUE)
    desk, clock = desk_at(db, at("2026-08-27T10:00"))
    collect(0, desk=desk)
    with db.transaction() as session:
        words = {"shown_text": "x", "confirmed_text": "sim", "expires_at": clock() + timedelta(days=2)}
        if what == "promise":
            session.add(TrustUnlock(contract_ref="c-1", state="active", amount_cents=1, **words))
        else:
            session.execute(update(Contract).values(status="blocked", blocked_for="person"))
    with pytest.raises(Later):
        do_step(planned(db)[0], desk=desk)
    with db.transaction() as session:
        session.execute(update(TrustUnlock).values(state="broken"))
        session.execute(update(Contract).values(status="active"))
    clock.pass_by(days=1)
    work_off(desk)
    assert [(row.invoice_ref, row.state) for row in steps(db, step=NOTICE)] == [("i-1", "sent")]
    assert notices(db) == {"i-1": "noticed"}


def test_suspension_ends_with_its_release_when_the_debt_was_paid_while_the_block_ran_and_the_erp_told_of_it_late(
    db: Database,
) -> None:
    desk, clock = two_debts(db)
    for ref in ("i-1", "i-2"):
        invoice(db, ref, status="paid")
    with db.transaction() as session:
        paid(session, "c-1", clock())
    # The ERP was away: the block ended before anybody could read that nothing is owed.
    end(db, jobs(db, BLOCK)[0], clock())
    follow(desk)
    end(db, jobs(db, RELEASE)[0], clock())
    assert notices(db) == {"i-1": "restored", "i-2": "dropped"}
