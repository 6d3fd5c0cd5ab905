"""Warnings and the chain: each step once, late after downtime, nothing for what stopped; alerts end with clocks."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import update

from core.db import Database
from handoff import desk
from handoff.access import Attendant
from handoff.hand_over import hand_over
from handoff.sla.clocks import pause
from handoff.sla.promises import promises
from handoff.sla.reckoning import reckon
from handoff.sla.standing import colours
from handoff.sla.watch import LATE, WARNING, watch_sla
from models import utc_now
from models.conversation import Conversation
from models.sla import SlaClock
from tests.integration.desk import a_conversation, conversation, messages, the_cast
from tests.integration.doors import at_once
from tests.integration.sla_rows import a_policy, alerts, clock, clocks, look, queue_of

MINUTE = timedelta(minutes=1)
CHAIN = [{"percent": 100, "tell": "supervisor"}, {"percent": 150, "queue": "Transbordo"}]


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    """Everybody's accounts, and one promise: the first answer within an hour."""
    a_policy(db, chain=CHAIN, next_minutes=None, level_minutes=None, resolution_minutes=None)
    return the_cast(db)


def waiting(db: Database) -> int:
    id_ = a_conversation(db, handler="bot", queue=None)
    with db.transaction() as session:
        hand_over(session, id_, queue="N1", reason="sem sinal", summary="")
    return id_


def told(db: Database, conversation_id: int) -> list[str]:
    return [row.kind for row in messages(db, conversation_id, "event") if row.author == "clock"]


def test_the_owner_is_warned_then_the_supervisor_told_then_it_moves_each_once(
    db: Database, cast: dict[str, Attendant]
) -> None:
    id_ = waiting(db)
    start = clock(db, "first").started_at
    assert look(db, start + 47 * MINUTE) == 0
    assert [look(db, start + n * MINUTE) for n in (48, 49, 59)] == [1, 0, 0]
    (warning,) = alerts(db)
    assert (warning.kind, warning.severity, warning.detail["tell"]) == (WARNING, "warning", "owner")
    assert [look(db, start + n * MINUTE) for n in (61, 62)] == [1, 0]
    (late,) = alerts(db)
    assert (late.kind, late.severity, late.detail["tell"]) == (LATE, "critical", "supervisor")
    assert conversation(db, id_).protocol in late.text
    assert [look(db, start + n * MINUTE) for n in (91, 92)] == [1, 0]
    assert queue_of(db, id_) == "Transbordo"
    assert told(db, id_) == ["sla_warning", "sla_late", "transferred"]


def test_two_watches_at_once_tell_once(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = waiting(db)
    now = clock(db, "first").started_at + 50 * MINUTE
    at_once([partial(look, db, now)] * 4)
    assert told(db, id_) == ["sla_warning"]
    assert [row.times for row in alerts(db)] == [1]


def test_a_chain_that_cannot_be_read_still_warns_the_owner(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = waiting(db)
    with db.transaction() as session:
        session.execute(update(SlaClock).values(chain=[{"percent": "cem"}]))
    assert [look(db, clock(db, "first").started_at + n * MINUTE) for n in (70, 200)] == [1, 0]
    assert told(db, id_) == ["sla_late"]


@pytest.mark.parametrize("queue", ["N9", "N1"])
def test_a_step_to_a_queue_that_takes_nothing_or_where_it_waits_already_moves_nothing(
    db: Database, cast: dict[str, Attendant], queue: str
) -> None:
    id_ = waiting(db)
    with db.transaction() as session:
        session.execute(update(SlaClock).values(chain=[{"percent": 150, "queue": queue}]))
    look(db, clock(db, "first").started_at + 100 * MINUTE)
    assert queue_of(db, id_) == "N1"
    assert told(db, id_) == ["sla_late"]


def test_after_hours_of_downtime_each_is_told_once_and_the_same_promises_are_broken(
    db: Database, cast: dict[str, Attendant]
) -> None:
    late, answered = waiting(db), waiting(db)
    with db.transaction() as session:
        desk.take(session, answered, cast["helena"])
        desk.reply(session, answered, cast["helena"], "oi", "t-1", now=utc_now())
    start = max(row.started_at for row in clocks(db))
    assert look(db, start + timedelta(hours=9)) == 1
    assert look(db, start + timedelta(hours=9)) == 0
    assert told(db, late) == ["sla_late", "transferred"]
    assert told(db, answered) == []
    with db.transaction() as session:
        rows = session.query(SlaClock).order_by(SlaClock.id).all()
        reckoned = promises(session, rows)
        for away in (2, 9, 48):
            states = [reckon(reckoned[row.id], start + timedelta(hours=away)).state for row in rows]
            assert states == ["breached", "kept"]


def test_nothing_is_told_of_what_has_stopped_or_is_held(db: Database, cast: dict[str, Attendant]) -> None:
    closed, held = waiting(db), waiting(db)
    start = max(row.started_at for row in clocks(db))
    with db.transaction() as session:
        pause(session, held, "customer", "helena", start + MINUTE)
        session.execute(update(Conversation).where(Conversation.id == closed).values(handler="closed"))
    assert look(db, start + timedelta(hours=5)) == 0
    assert alerts(db) == []


def test_a_clock_that_stopped_between_looking_and_telling_is_not_told_of(
    db: Database, cast: dict[str, Attendant]
) -> None:
    id_ = waiting(db)
    start = clock(db, "first").started_at
    with db.transaction() as session:
        desk.take(session, id_, cast["helena"])
        desk.reply(session, id_, cast["helena"], "oi", "t-1")
    assert look(db, start + timedelta(hours=2)) == 0
    watch_sla(0, db=db)
    assert alerts(db) == alerts(db, is_open=False) == []


@pytest.mark.parametrize("act", ["answer", "close"])
def test_an_alert_ends_with_its_clock(db: Database, cast: dict[str, Attendant], act: str) -> None:
    id_, helena = waiting(db), cast["helena"]
    with db.transaction() as session:
        desk.take(session, id_, helena)
    look(db, clock(db, "first").started_at + 50 * MINUTE)
    assert len(alerts(db)) == 1
    with db.transaction() as session:
        if act == "answer":
            desk.reply(session, id_, helena, "oi", "t-1")
        else:
            desk.close(session, id_, helena)
    assert alerts(db) == []
    assert [row.ended_by for row in alerts(db, is_open=False)] == ["clock"]


def test_colours_tell_the_most_urgent_promise_of_each_conversation(db: Database) -> None:
    a_policy(db, queue="N1", first_minutes=60, resolution_minutes=600, level_minutes=None)
    one, held, none = waiting(db), waiting(db), a_conversation(db, handler="bot", queue=None)
    start = max(row.started_at for row in clocks(db))
    with db.transaction() as session:
        pause(session, held, "customer", "helena", start)
        ids = [one, held, none]
        seen = [colours(session, ids, start + n * MINUTE) for n in (1, 50, 61)]
    assert [found[one].colour for found in seen] == ["ok", "warn", "late"]
    assert {found[one].kind for found in seen} == {"first"}
    assert seen[1][one].text == "1ª resposta em até 9 min"
    assert seen[2][one].text == "1ª resposta atrasada há 1 min"
    assert seen[0][held].text == "1ª resposta: tempo parado"
    assert none not in seen[0]
