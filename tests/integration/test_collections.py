"""Collections over a quarter, and at their edges: each step once, never at the wrong time, never to the wrong one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from billing.collections_policy import CADENCE
from billing.holds import hold, release, watch_disputes
from billing.open_hours import Hours, OpenHours
from core.db import Database
from core.later import Later
from handoff.collecting import collect, do_step
from handoff.consent import record
from models.alert import Alert
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation, open_conversation
from models.incident import Incident
from models.message import Message
from tests.integration.debtors import a_debtor, at, desk_at, invoice, planned, set_up, steps, suspension, work_off

HOURS = OpenHours("America/Sao_Paulo", "SP", Hours(8, 20), Hours(9, 14))
DUE = date(2026, 8, 12)
PAYS, DISPUTES, OPTS_OUT = range(0, 50, 5), range(1, 50, 5), range(2, 50, 5)


def test_quarter_of_fifty_contracts_sends_each_step_once_and_only_when_and_to_whom_it_may(db: Database) -> None:
    set_up(db)
    first = date(2026, 9, 1)
    for number in range(50):
        a_debtor(db, number, first + timedelta(days=number))
    desk, clock = desk_at(db, at("2026-08-28T07:10"))
    stopped: dict[int, datetime] = {}
    for _ in range(92):
        for hours in (3, 7, 14):
            clock.pass_by(hours=hours)
            work_off(desk)
        for number in (*PAYS, *DISPUTES, *OPTS_OUT):
            # Five days after the due date.
            if clock().date() == first + timedelta(days=number + 5):
                _stop(db, number)
                stopped[number] = clock()
    assert planned(db) == []
    with db.transaction() as session:
        messages = session.scalars(select(Message).where(Message.direction == "out")).all()
    sent = steps(db, state="sent")
    assert sorted(row.message_id or 0 for row in sent) == sorted(message.id for message in messages)
    assert all(row.done_at is not None and HOURS.open_at(row.done_at) for row in sent)
    assert len({row.key for row in steps(db)}) == len(steps(db))
    for number in range(50):
        mine = {row.step: row for row in steps(db, invoice_ref=f"i-{number}")}
        later = {name for name, row in mine.items() if row.state == "sent" and _after(row.done_at, stopped.get(number))}
        assert later <= ({"suspension_notice"} if number in OPTS_OUT else set())
        if number not in stopped:
            assert set(mine) == {step.name for step in CADENCE}
            assert mine["suspension_notice"].state == "sent"
            assert {row.reason for row in mine.values()} <= {None, "missed"}


def _stop(db: Database, number: int) -> None:
    if number in PAYS:
        invoice(db, f"i-{number}", status="paid")
        return
    with db.transaction() as session:
        if number in DISPUTES:
            assert hold(session, f"i-{number}", "disputed", "joana")
        else:
            _opt_out(session, number)


def _opt_out(session: Session, number: int) -> None:
    contact = session.scalars(select(Contact).where(Contact.customer_ref == f"k-{number}")).one()
    record(session, contact.id, "out", "customer", {"words": "SAIR"}, contact.created_at, "system")


def _after(done: datetime | None, moment: datetime | None) -> bool:
    return moment is not None and done is not None and done > moment


def test_reminder_is_stopped_when_the_invoice_was_paid_since_it_was_planned(db: Database) -> None:
    set_up(db)
    a_debtor(db, 1, DUE)
    desk, _ = desk_at(db, at("2026-08-12T10:00"))
    collect(0, desk=desk)
    invoice(db, "i-1", status="paid")
    work_off(desk)
    assert [(row.step, row.state, row.reason) for row in steps(db)] == [
        ("before", "skipped", "missed"),
        ("due", "stopped", "paid"),
    ]


def test_step_is_sent_once_when_a_worker_is_killed_before_its_commit(db: Database) -> None:
    set_up(db)
    a_debtor(db, 1, DUE)
    desk, _ = desk_at(db, at("2026-08-12T10:00"))
    collect(0, desk=desk)

    def die(session: Session) -> None:
        if session.new or session.dirty:
            raise KeyboardInterrupt

    event.listen(Session, "before_commit", die)
    try:
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                do_step(planned(db)[0], desk=desk)
    finally:
        event.remove(Session, "before_commit", die)
    for _ in range(3):
        work_off(desk)
    with db.transaction() as session:
        assert len(session.scalars(select(Message)).all()) == 1


def test_two_workers_with_one_step_send_one_message(db: Database) -> None:
    set_up(db)
    a_debtor(db, 1, DUE)
    desk, _ = desk_at(db, at("2026-08-12T10:00"))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: collect(0, desk=desk), range(2)))
    [step_id] = planned(db)
    barrier = Barrier(2)

    def work(_: int) -> None:
        barrier.wait()
        do_step(step_id, desk=desk)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    with db.transaction() as session:
        assert len(session.scalars(select(Message)).all()) == 1


@pytest.mark.parametrize("what", ["person", "fault"])
def test_nobody_is_dunned_while_a_person_talks_with_them_or_our_fault_lasts(db: Database, what: str) -> None:
    set_up(db)
    a_debtor(db, 1, DUE)
    desk, clock = desk_at(db, at("2026-08-12T10:00"))
    collect(0, desk=desk)
    with db.transaction() as session:
        if what == "person":
            contact = session.scalars(select(Contact)).one()
            open_conversation(session, contact.id, "whatsapp", "1")
            session.execute(update(Conversation).values(handler="queue", queue="N1"))
        else:
            session.execute(update(Contract).values(olt="OLT-1"))
            session.add(Incident(scope_kind="olt", scope="OLT-1", cause="x", started_at=clock() - timedelta(hours=1)))
    with pytest.raises(Later):
        do_step(planned(db)[0], desk=desk)
    clock.pass_by(days=1)
    assert steps(db, state="sent") == []


def test_second_message_within_the_cap_is_left_out_but_never_the_notice(db: Database) -> None:
    set_up(db, contact_messages=1, contact_days=30)
    a_debtor(db, 1, DUE)
    desk, clock = desk_at(db, at("2026-08-12T10:00"))
    for days in (0, 3, 4, 8):
        clock.pass_by(days=days)
        work_off(desk)
    assert [(row.step, row.state, row.reason) for row in steps(db)][1:] == [
        ("due", "sent", None),
        ("after_3", "skipped", "capped"),
        ("after_7", "skipped", "capped"),
        ("suspension_notice", "sent", None),
    ]
    row = suspension(db, "c-1")
    assert row is not None
    assert (row.state, row.suspend_from) == ("noticed", DUE + timedelta(days=30))


def test_people_are_alerted_when_the_notice_reaches_nobody(db: Database) -> None:
    set_up(db)
    a_debtor(db, 1, DUE)
    with db.transaction() as session:
        session.delete(session.scalars(select(Contact)).one())
    desk, _ = desk_at(db, at("2026-08-27T10:00"))
    work_off(desk)
    assert steps(db)[-1].reason == "no_contact"
    assert suspension(db, "c-1") is None
    with db.transaction() as session:
        assert session.scalars(select(Alert.kind)).all() == ["collection.notice_unsent"]


def test_dispute_is_answered_in_time_or_alerted_and_then_collected_from_a_new_notice(db: Database) -> None:
    set_up(db)
    a_debtor(db, 1, DUE)
    desk, clock = desk_at(db, at("2026-08-27T10:00"))
    work_off(desk)
    with db.transaction() as session:
        assert hold(session, "i-1", "disputed", "joana")
        assert not hold(session, "i-1", "disputed", "karina")
        policy = desk.collecting(session).policy
    moment = invoice(db, "i-1").held_at
    assert moment is not None
    with db.transaction() as session:
        assert watch_disputes(session, policy, moment + timedelta(days=24)) == 0
        assert watch_disputes(session, policy, moment + timedelta(days=25)) == 1
    with db.transaction() as session:
        assert release(session, "i-1", "disputed", "joana")
    with db.transaction() as session:
        assert session.scalars(select(Alert.ended_by)).all() == ["joana"]
    clock.pass_by(days=1)
    work_off(desk)
    assert [row.state for row in steps(db, step="suspension_notice")] == ["sent", "sent"]
    row = suspension(db, "c-1")
    assert row is not None
    assert row.suspend_from == DUE + timedelta(days=31)
