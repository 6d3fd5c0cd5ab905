"""Customers who do not answer a person: one reminder, an end with a way back, only where and when that is right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.silent_customers import mind_silence, watch_silence
from bot.texts import Texts
from core.db import Database
from handoff.access import Attendant
from handoff.queues import ensure_organogram
from models import utc_now
from models.conversation import Conversation
from models.message import Message
from models.network_job import NetworkJob
from models.queue import QueueRow
from models.scheduled_message import ScheduledMessage
from models.survey import Survey
from models.ticket import Ticket
from tests.integration.billing_rows import store_provider
from tests.integration.desk import a_conversation, conversation, messages, the_cast

TEXTS = Texts.load()
# A Wednesday at 10h in São Paulo.
MORNING = datetime(2026, 11, 25, 13, 0, tzinfo=UTC)


@pytest.fixture
def helena(db: Database) -> Attendant:
    """An agent of N1, which is open from 8h to 20h."""
    return the_cast(db, "helena")["helena"]


def asked(db: Database, who: Attendant, at: datetime = MORNING, status: str = "delivered", **more: Any) -> int:
    """A conversation in which `who` asked something at that moment."""
    id_ = a_conversation(db, handler="agent", owner=who, said=None, **more)
    said(db, id_, "Consegue reiniciar o roteador?", at, direction="out", author=who.author, status=status)
    with db.transaction() as session:
        session.get_one(Conversation, id_).last_inbound_at = at - timedelta(minutes=1)
    return id_


def said(db: Database, id_: int, text: str, at: datetime, **more: Any) -> None:
    with db.transaction() as session:
        session.add(Message(conversation_id=id_, channel="whatsapp", text=text, received_at=at, **more))


def look(db: Database, id_: int, minutes: float, start: datetime = MORNING) -> str:
    with db.transaction() as session:
        return mind_silence(session, id_, TEXTS, start + timedelta(minutes=minutes))


def told(db: Database, id_: int) -> list[str]:
    """What was said by nobody in person."""
    return [row.text for row in messages(db, id_, "out") if row.author == "system"]


def test_a_silent_customer_is_reminded_once(db: Database, helena: Attendant) -> None:
    id_ = asked(db, helena)
    assert [look(db, id_, minutes) for minutes in (29, 31, 32, 60)] == ["", "reminded", "", ""]
    assert told(db, id_) == [TEXTS("silence.reminder", protocol=conversation(db, id_).protocol)]
    assert conversation(db, id_).handler == "agent"


def test_and_let_go_in_the_end_with_the_protocol_and_a_way_back(db: Database, helena: Attendant) -> None:
    id_ = asked(db, helena)
    assert [look(db, id_, minutes) for minutes in (31, 90, 92)] == ["reminded", "", "closed"]
    row = conversation(db, id_)
    assert (row.handler, row.closed_by, row.agent_id) == ("closed", "clock", helena.id)
    assert told(db, id_)[-1].startswith(TEXTS("silence.closed", protocol=row.protocol))
    assert messages(db, id_, "event")[-1].text == "Encerrada: o cliente não respondeu ao lembrete"


@pytest.mark.parametrize("wanted", [True, False])
def test_and_is_asked_how_it_was_in_the_last_bubble_where_the_policy_says_so(
    db: Database, helena: Attendant, wanted: bool
) -> None:
    store_provider(db, policies={"satisfaction": {"ask_silent": wanted}})
    id_ = asked(db, helena)
    assert [look(db, id_, minutes) for minutes in (31, 92)] == ["reminded", "closed"]
    last = messages(db, id_, "out")[-1]
    assert last.kind == ("list" if wanted else "text")
    with db.transaction() as session:
        surveys = session.execute(select(Survey.agent_id, Survey.key)).all()
    assert [tuple(row) for row in surveys] == ([(helena.id, last.key)] if wanted else [])


def test_an_answer_begins_anew(db: Database, helena: Attendant) -> None:
    id_ = asked(db, helena)
    look(db, id_, 31)
    said(db, id_, "já reiniciei", MORNING + timedelta(minutes=40), direction="in")
    assert look(db, id_, 200) == ""
    said(
        db,
        id_,
        "E agora?",
        MORNING + timedelta(minutes=210),
        direction="out",
        author=helena.author,
        status="read",
    )
    assert [look(db, id_, minutes) for minutes in (220, 241, 300, 302)] == ["", "reminded", "", "closed"]


def test_nothing_happens_while_the_queue_is_closed(db: Database, helena: Attendant) -> None:
    evening = datetime(2026, 11, 25, 22, 50, tzinfo=UTC)
    id_ = asked(db, helena, evening)
    assert look(db, id_, 60, evening) == ""
    assert look(db, id_, 12 * 60 + 31, evening) == "reminded"


def test_nobody_is_reminded_outside_of_the_window(db: Database, helena: Attendant) -> None:
    id_ = asked(db, helena)
    with db.transaction() as session:
        session.get_one(Conversation, id_).last_inbound_at = MORNING - timedelta(hours=25)
    assert look(db, id_, 31) == ""


def test_who_was_reminded_is_let_go_in_silence_once_the_window_closed(db: Database, helena: Attendant) -> None:
    id_ = asked(db, helena)
    look(db, id_, 31)
    with db.transaction() as session:
        session.get_one(Conversation, id_).last_inbound_at = MORNING - timedelta(hours=25)
    assert look(db, id_, 92) == "closed"
    assert len(told(db, id_)) == 1


@pytest.mark.parametrize("what", ["job", "ticket", "scheduled", "snooze", "off"])
def test_the_customer_is_not_blamed_for_what_we_owe(db: Database, helena: Attendant, what: str) -> None:
    id_ = asked(db, helena)
    owe(db, id_, helena, what)
    assert look(db, id_, 300) == ""


def owe(db: Database, id_: int, who: Attendant, what: str) -> None:
    job = NetworkJob(
        action="diagnose", contract_ref="1", conversation_id=id_, idempotency_key="k", reason="", asked_by="bot"
    )
    ticket = Ticket(protocol="1", contract_ref="1", conversation_id=id_, subject="visita", text="")
    later = ScheduledMessage(
        conversation_id=id_, agent_id=who.id, text="oi", language="pt_BR", send_at=utc_now(), key="k"
    )
    with db.transaction() as session:
        if what in ("snooze", "off"):
            values: dict[str, Any] = {"reminds": False} if what == "off" else {"snoozed_until": MORNING}
            session.execute(update(Conversation).values(values))
        else:
            session.add({"job": job, "ticket": ticket, "scheduled": later}[what])


@pytest.mark.parametrize("status", ["queued", "failed", "unknown"])
def test_what_did_not_reach_them_needs_no_answer(db: Database, helena: Attendant, status: str) -> None:
    assert look(db, asked(db, helena, status=status), 300) == ""


def test_zero_minutes_switch_it_off(db: Database, helena: Attendant) -> None:
    with db.transaction() as session:
        ensure_organogram(session)
        row = session.get_one(QueueRow, "N1")
        row.terms = {**row.terms, "close_minutes": 0}
    id_ = asked(db, helena)
    assert [look(db, id_, minutes) for minutes in (31, 400)] == ["reminded", ""]
    with db.transaction() as session:
        row = session.get_one(QueueRow, "N1")
        row.terms = {**row.terms, "remind_minutes": 0}
    assert look(db, asked(db, helena), 400) == ""


def test_the_chore_leaves_who_waits_for_us_alone(db: Database, helena: Attendant) -> None:
    waits = a_conversation(db, handler="agent", owner=helena, hours_ago=5)
    queue = a_conversation(db, hours_ago=5)
    watch_silence(0, db=db, texts=TEXTS)
    watch_silence(0, db=db, texts=TEXTS)
    assert [conversation(db, id_).handler for id_ in (waits, queue)] == ["agent", "queue"]
    assert told(db, waits) == told(db, queue) == []
