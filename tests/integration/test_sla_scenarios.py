"""Promises from the hand-over to the end, by other desks' cases; a night shift over a holiday, an hour of downtime."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, update

from core.db import Database
from handoff import desk
from handoff.access import Attendant
from handoff.hand_over import hand_over
from handoff.sla.clocks import asked
from handoff.sla.holding import hold
from handoff.sla.promises import promises
from handoff.sla.reckoning import reckon
from handoff.sla.standing import read_promises
from handoff.sla.ticking import reckon_again
from handoff.sla.watch import refresh_sla
from models.calendar import CalendarRow
from models.conversation import Conversation
from models.message import Message
from models.sla import SlaClock, SlaPolicy
from tests.integration.desk import a_conversation, a_provider, messages, the_cast
from tests.integration.sla_rows import a_policy, alerts, clock, clocks, kinds, look, queue_of
from tests.unit.core.calendars import at

MINUTE = timedelta(minutes=1)
IN, OVER = 30, 90
"""Minutes of the hour that is promised for every answer."""


@pytest.fixture
def helena(db: Database) -> Attendant:
    """An agent, in a house that promises an hour for each answer and four for the resolution."""
    a_provider(db)
    a_policy(db, level_minutes=None, resolution_minutes=240)
    return the_cast(db)["helena"]


def taken(db: Database, by: Attendant) -> tuple[int, datetime]:
    """A conversation that somebody took at once, and when it was handed over."""
    id_ = a_conversation(db, handler="bot", queue=None)
    with db.transaction() as session:
        assert hand_over(session, id_, queue="N1", reason="sem sinal", summary="")
        desk.take(session, id_, by)
    return id_, clock(db, "first").started_at


def writes(db: Database, id_: int, moment: datetime) -> None:
    """The customer does."""
    with db.transaction() as session:
        conversation = session.get_one(Conversation, id_)
        session.add(Message(conversation_id=id_, channel="whatsapp", direction="in", text="e aí?", received_at=moment))
        session.flush()
        asked(session, conversation.id, moment)


def answers(db: Database, id_: int, by: Attendant, moment: datetime, token: str) -> None:
    with db.transaction() as session:
        session.get_one(Conversation, id_).last_inbound_at = moment
        assert isinstance(desk.reply(session, id_, by, "oi", token, now=moment), desk.Done)


def states(db: Database, now: datetime) -> dict[str, str]:
    """How each promise stands, as reckoned at that moment."""
    with db.transaction() as session:
        rows = session.query(SlaClock).order_by(SlaClock.id).all()
        reckoned = promises(session, rows)
        return {row.kind: reckon(reckoned[row.id], now).state for row in rows}


@pytest.mark.parametrize(("first", "next_", "end"), list(itertools.product((IN, OVER), repeat=3)))
def test_each_answer_is_kept_or_broken_by_itself_whatever_the_others_were(
    db: Database, helena: Attendant, first: int, next_: int, end: int
) -> None:
    id_, start = taken(db, helena)
    answers(db, id_, helena, start + first * MINUTE, "1")
    wrote = start + 100 * MINUTE
    writes(db, id_, wrote)
    writes(db, id_, wrote + 20 * MINUTE)
    answers(db, id_, helena, wrote + next_ * MINUTE, "2")
    closed = start + (200 + end) * MINUTE
    with db.transaction() as session:
        desk.close(session, id_, helena, now=closed)
    wanted = {"first": first, "next": next_, "resolution": end}
    for later in (0, 1, 600):
        assert states(db, closed + later * MINUTE) == {
            kind: "kept" if minutes == IN else "breached" for kind, minutes in wanted.items()
        }
    assert kinds(db) == [], "nothing runs after the end"


def test_first_answer_then_held_then_the_resolution_then_kept(db: Database, helena: Attendant) -> None:
    id_, start = taken(db, helena)

    def stands(moment: datetime) -> tuple[str, bool]:
        with db.transaction() as session:
            found = read_promises(session, id_, moment, "America/Sao_Paulo")
        return (found.standing.kind if found.standing else "", found.held is not None)

    assert stands(start + 10 * MINUTE) == ("first", False)
    answers(db, id_, helena, start + 20 * MINUTE, "1")
    with db.transaction() as session:
        hold(session, id_, helena, "customer", "testa à noite", now=start + 30 * MINUTE)
    assert stands(start + 600 * MINUTE)[1]
    writes(db, id_, start + 600 * MINUTE)
    answers(db, id_, helena, start + 610 * MINUTE, "2")
    assert stands(start + 620 * MINUTE) == ("resolution", False)
    assert clock(db, "resolution").due_at == start + (240 + 570) * MINUTE
    with db.transaction() as session:
        desk.close(session, id_, helena, now=start + 700 * MINUTE)
    assert states(db, start + 5000 * MINUTE)["resolution"] == "kept"


def test_message_that_came_before_the_pause_that_it_ends_takes_no_time_from_anybody(
    db: Database, helena: Attendant
) -> None:
    id_, start = taken(db, helena)
    answers(db, id_, helena, start + 5 * MINUTE, "1")
    with db.transaction() as session:
        hold(session, id_, helena, "customer", "", now=start + 60 * MINUTE)
    # It waited to be read while the workers were away.
    writes(db, id_, start + 30 * MINUTE)
    assert clock(db, "resolution").due_at == start + 240 * MINUTE
    assert clock(db, "next").due_at == start + (30 + 60) * MINUTE


def test_nothing_is_late_any_more_where_it_is_no_longer_promised(db: Database, helena: Attendant) -> None:
    id_, start = taken(db, helena)
    look(db, start + 50 * MINUTE)
    assert len(alerts(db)) == 1
    a_policy(db, queue="N2", first_minutes=None, next_minutes=None, level_minutes=None, resolution_minutes=None)
    with db.transaction() as session:
        desk.transfer(session, id_, helena, "N2", "ver ONU", override="sem acesso", now=start + 55 * MINUTE)
    assert clocks(db) == []
    assert look(db, start + 600 * MINUTE) == 0
    assert alerts(db) == []


def test_night_shift_over_the_holiday_of_the_town_is_due_the_night_after(db: Database, helena: Attendant) -> None:
    terms = {"week": [[["19:00", "07:00"]]] * 7, "holidays": [], "days": [{"date": "2020-07-27", "yearly": True}]}
    with db.transaction() as session:
        session.add(CalendarRow(name="noite", terms=terms))
        session.execute(delete(SlaPolicy))
    a_policy(db, queue="N1", calendar="noite", first_minutes=9 * 60, level_minutes=None, resolution_minutes=None)
    taken(db, helena)
    begun = at("2026-07-26 23:00")
    with db.transaction() as session:
        session.execute(update(SlaClock).values(started_at=begun))
        reckon_again(session, session.query(SlaClock).all(), begun)
    refresh_sla(0, db=db)
    # Eight hours until the morning of the holiday, no shift begins on it, and one hour of the night after.
    assert clock(db, "first").due_at == at("2026-07-28 20:00")


@pytest.mark.parametrize(("away", "first_word"), [(1, "sla_warning"), (60, "sla_late")])
def test_an_hour_of_downtime_changes_no_breach_and_tells_everything_late(
    db: Database, helena: Attendant, away: int, first_word: str
) -> None:
    with db.transaction() as session:
        session.execute(update(SlaPolicy).values(chain=[{"percent": 150, "queue": "Transbordo"}]))
    id_ = a_conversation(db, handler="bot", queue=None)
    with db.transaction() as session:
        hand_over(session, id_, queue="N1", reason="sem sinal", summary="")
    start = clock(db, "first").started_at
    for minute in range(40, 131, away):
        look(db, start + minute * MINUTE)
    look(db, start + 131 * MINUTE)
    assert states(db, start + 131 * MINUTE) == {"first": "breached", "resolution": "running"}
    assert queue_of(db, id_) == "Transbordo"
    told = [row.kind for row in messages(db, id_, "event") if row.author == "clock"]
    assert told == [first_word, "transferred"]
