"""A conversation that was put off: nobody waits in it, and it wakes by the clock, by hand, or by the customer."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from core.db import Database
from handoff import desk
from handoff.access import Attendant
from handoff.life.snooze import NOT_ASLEEP, snooze, wake_now, wake_snoozed
from handoff.outcome import Denied, Done
from models import utc_now
from models.conversation import Conversation
from tests.integration.desk import a_conversation, audited, conversation, messages, the_cast
from tests.integration.doors import bring
from tests.integration.sla_rows import a_policy, pauses
from tests.unit.webhooks.payloads import ANA, meta, text, value


@pytest.fixture
def helena(db: Database) -> Attendant:
    """An agent of N1."""
    a_policy(db)
    return the_cast(db, "helena", "igor")["helena"]


def put_off(db: Database, id_: int, who: Attendant, minutes: float = 60, why: str = "liga às 15h") -> Done | Denied:
    with db.transaction() as session:
        now = utc_now()
        return snooze(session, id_, who, now + timedelta(minutes=minutes), why, now=now)


def overdue(db: Database, **ago: float) -> datetime:
    """Its moment passed so long ago, with nothing running that would have seen it."""
    moment = utc_now() - timedelta(**ago)
    with db.transaction() as session:
        session.execute(update(Conversation).values(snoozed_until=moment))
    return moment


def events(db: Database, id_: int) -> list[str]:
    return [row.text for row in messages(db, id_, "event")]


def test_snooze_holds_the_time_and_says_who_and_why(db: Database, helena: Attendant) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena)
    assert isinstance(put_off(db, id_, helena), Done)
    row = conversation(db, id_)
    assert row.snoozed_until is not None
    assert row.snooze_reason == "liga às 15h"
    (pause,) = pauses(db)
    assert (pause.reason, pause.by, pause.ended_at) == ("scheduled", "helena", None)
    assert "Helena Castro adiou a conversa: volta" in events(db, id_)[0]
    assert audited(db, "conversation.snoozed") == [("helena", f"conversation:{id_}")]


@pytest.mark.parametrize(("minutes", "why"), [(-1, "liga"), (60, "  "), (60 * 24 * 91, "liga")])
def test_snooze_wants_a_reason_and_a_moment_to_come(db: Database, helena: Attendant, minutes: float, why: str) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena)
    assert isinstance(put_off(db, id_, helena, minutes, why), Denied)
    assert conversation(db, id_).snoozed_until is None


def test_nothing_wakes_before_its_moment(db: Database, helena: Attendant) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena)
    put_off(db, id_, helena)
    wake_snoozed(0, db=db)
    assert conversation(db, id_).snoozed_until is not None


def test_it_wakes_once_at_its_moment_and_asks_to_be_seen(db: Database, helena: Attendant) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena)
    put_off(db, id_, helena)
    overdue(db, seconds=10)
    wake_snoozed(0, db=db)
    wake_snoozed(0, db=db)
    row = conversation(db, id_)
    assert (row.snoozed_until, row.needs_person) == (None, "adiada até agora: liga às 15h")
    assert pauses(db)[0].ended_at is not None
    assert events(db, id_)[1:] == ["A conversa adiada voltou (liga às 15h)"]


def test_it_wakes_late_but_never_not_after_a_downtime(db: Database, helena: Attendant) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena)
    put_off(db, id_, helena)
    overdue(db, hours=30)
    wake_snoozed(0, db=db)
    assert conversation(db, id_).snoozed_until is None
    assert "com atraso: era para" in events(db, id_)[-1]


def test_it_wakes_early_when_the_customer_writes(db: Database, helena: Attendant) -> None:
    bring(db, meta(value([text("oi", message_id="wamid.1")], contacts=[{"wa_id": ANA, "profile": {"name": "Ana"}}])))
    with db.transaction() as session:
        desk.take(session, 1, helena)
    put_off(db, 1, helena)
    bring(db, meta(value([text("voltou a cair", message_id="wamid.2")])))
    row = conversation(db, 1)
    assert (row.snoozed_until, row.handler, row.agent_id) == (None, "agent", helena.id)
    assert events(db, 1)[-1] == "A conversa adiada voltou: o cliente escreveu"
    assert pauses(db)[0].ended_at is not None


def test_it_wakes_by_hand(db: Database, helena: Attendant) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena)
    put_off(db, id_, helena)
    with db.transaction() as session:
        assert isinstance(wake_now(session, id_, helena, now=utc_now()), Done)
        assert wake_now(session, id_, helena, now=utc_now()) == NOT_ASLEEP
    assert conversation(db, id_).snoozed_until is None


@pytest.mark.parametrize("act", ["close", "give_back", "transfer"])
def test_whoever_lets_go_leaves_nothing_asleep(db: Database, helena: Attendant, act: str) -> None:
    id_ = a_conversation(db, handler="agent", owner=helena)
    put_off(db, id_, helena)
    with db.transaction() as session:
        if act == "transfer":
            desk.transfer(session, id_, helena, "Financeiro", "")
        else:
            getattr(desk, act)(session, id_, helena)
    assert conversation(db, id_).snoozed_until is None
    assert pauses(db)[0].ended_at is not None
