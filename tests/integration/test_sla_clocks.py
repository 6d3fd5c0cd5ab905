"""The clocks of a conversation: which act starts and stops which, by whose terms, and what a pause does."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from core.db import Database
from handoff import desk
from handoff.access import Attendant
from handoff.hand_over import hand_over
from handoff.outcome import Denied, Done
from handoff.repair import close_idle
from handoff.sla.clocks import arrival, arrived, moved, pause, resume
from handoff.sla.holding import go_on, hold
from models import utc_now
from models.conversation import Conversation
from models.sla import SlaClock
from tests.integration.desk import a_conversation, audited, conversation, messages, the_cast
from tests.integration.doors import bring
from tests.integration.sla_rows import a_policy, clock, clocks, kinds, pauses
from tests.unit.webhooks.payloads import echo, echoes, meta, text, value

MINUTE = timedelta(minutes=1)


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    """Everybody's accounts, and promises of an hour."""
    a_policy(db)
    return the_cast(db)


def waiting(db: Database, queue: str = "N1") -> int:
    """A conversation that the bot just handed over."""
    id_ = a_conversation(db, handler="bot", queue=None)
    with db.transaction() as session:
        assert hand_over(session, id_, queue=queue, reason="sem sinal", summary="ONU em LOS")
    return id_


def test_handing_over_starts_the_first_answer_the_level_and_the_resolution(
    db: Database, cast: dict[str, Attendant]
) -> None:
    id_ = waiting(db)
    assert kinds(db) == ["first", "level", "resolution"]
    first = clock(db, "first")
    assert (first.conversation_id, first.queue) == (id_, "N1")
    assert first.due_at == first.started_at + 60 * MINUTE
    assert first.warn_at == first.started_at + 48 * MINUTE


def test_an_answer_stops_the_first_and_the_next_message_of_the_customer_starts_the_next(
    db: Database, cast: dict[str, Attendant]
) -> None:
    bring(db, meta(value([text("wamid.1")])))
    with db.transaction() as session:
        (id_,) = session.query(Conversation.id).one()
        hand_over(session, id_, queue="N1", reason="pediu", summary="")
    helena = cast["helena"]
    with db.transaction() as session:
        desk.take(session, id_, helena)
    assert kinds(db) == ["first", "level", "resolution"]
    with db.transaction() as session:
        assert isinstance(desk.reply(session, id_, helena, "oi", "t-1"), Done)
    assert kinds(db) == ["level", "resolution"]
    assert clock(db, "first").agent_id == helena.id
    bring(db, meta(value([text("wamid.2")])), meta(value([text("wamid.3")])))
    assert kinds(db) == ["level", "next", "resolution"]
    with db.transaction() as session:
        desk.reply(session, id_, helena, "um momento", "t-2")
    assert kinds(db) == ["level", "resolution"]
    assert kinds(db, running=None).count("next") == 1


def test_an_answer_from_the_phone_s_app_is_an_answer(db: Database, cast: dict[str, Attendant]) -> None:
    bring(db, meta(value([text("caiu", at=time.time() - 5)])))
    with db.transaction() as session:
        (id_,) = session.query(Conversation.id).one()
        hand_over(session, id_, queue="N1", reason="pediu", summary="")
    bring(db, echoes(echo("já resolvi")))
    assert kinds(db) == ["level", "resolution"]
    assert clock(db, "first").agent_id is None


def test_a_note_is_no_answer(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = waiting(db)
    with db.transaction() as session:
        desk.note(session, id_, cast["helena"], "vou ver", "t-1")
    assert "first" in kinds(db)


def test_what_a_person_takes_from_the_bot_is_measured_from_then_on(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, handler="bot", queue=None)
    with db.transaction() as session:
        desk.take(session, id_, cast["helena"])
    assert kinds(db) == ["first", "level", "resolution"]


def test_another_queue_has_a_level_and_terms_of_its_own(db: Database, cast: dict[str, Attendant]) -> None:
    a_policy(db, queue="N2", level_minutes=240, resolution_minutes=480, first_minutes=None)
    id_ = waiting(db)
    with db.transaction() as session:
        desk.transfer(session, id_, cast["karina"], "N2", "ver ONU")
    assert kinds(db) == ["level", "resolution"], "N2 promises no first answer: it is no longer measured"
    old, new = [row for row in clocks(db) if row.kind == "level"]
    assert (old.queue, new.queue, new.target_minutes) == ("N1", "N2", 240)
    assert old.stopped_at is not None
    resolution = clock(db, "resolution")
    assert resolution.due_at == resolution.started_at + 480 * MINUTE


def test_a_broken_promise_is_not_mended_by_another_queue(db: Database, cast: dict[str, Attendant]) -> None:
    a_policy(db, queue="N2", first_minutes=600)
    id_ = waiting(db)
    later = utc_now() + 61 * MINUTE
    with db.transaction() as session:
        row = session.get_one(Conversation, id_)
        row.queue = "N2"
        moved(session, row, later)
    assert clock(db, "first").target_minutes == 60
    assert clock(db, "level").target_minutes == 60
    assert clock(db, "resolution").queue == "N2"


@pytest.mark.parametrize("end", ["close", "give_back"])
def test_every_clock_and_pause_stops_in_the_transaction_of_the_end(
    db: Database, cast: dict[str, Attendant], end: str
) -> None:
    id_ = waiting(db)
    with db.transaction() as session:
        desk.take(session, id_, cast["helena"])
        pause(session, id_, "customer", "helena", utc_now())
    with db.transaction() as session:
        getattr(desk, end)(session, id_, cast["helena"])
        session.flush()
        assert not session.query(SlaClock).filter(SlaClock.stopped_at.is_(None)).count()
        session.rollback()
    assert kinds(db) == ["first", "level", "resolution"], "no clock stops when the end did not happen"
    with db.transaction() as session:
        getattr(desk, end)(session, id_, cast["helena"])
    assert kinds(db) == []
    assert pauses(db)[0].ended_at is not None


def test_clocks_stop_however_a_conversation_is_closed(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = waiting(db)
    ended = utc_now() + MINUTE
    with db.transaction() as session:
        session.execute(update(Conversation).values(handler="closed", closed_at=ended))
    assert {row.stopped_at for row in clocks(db)} == {ended}
    idle = a_conversation(db, handler="bot", queue=None, hours_ago=25, said=None)
    with db.transaction() as session:
        assert close_idle(session) == 1
    assert conversation(db, idle).handler == conversation(db, id_).handler == "closed"


def test_a_pause_moves_what_is_due_and_stays_in_the_ledger(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = waiting(db)
    start = clock(db, "first").started_at
    with db.transaction() as session:
        assert pause(session, id_, "third_party", "helena", start + 10 * MINUTE, "concessionária")
        assert not pause(session, id_, "customer", "igor", start + 11 * MINUTE)
    assert (clock(db, "first").due_at, clock(db, "first").warn_at) == (None, None)
    with db.transaction() as session:
        assert resume(session, id_, start + 40 * MINUTE)
        assert not resume(session, id_, start + 41 * MINUTE)
    assert clock(db, "first").due_at == start + 90 * MINUTE
    (row,) = pauses(db)
    assert (row.reason, row.note, row.by) == ("third_party", "concessionária", "helena")
    assert (row.started_at, row.ended_at) == (start + 10 * MINUTE, start + 40 * MINUTE)


def test_time_is_not_held_for_any_reason(db: Database, cast: dict[str, Attendant]) -> None:
    with db.transaction() as session, pytest.raises(ValueError, match="almoço"):
        pause(session, waiting(db), "almoço", "helena", utc_now())


@pytest.mark.parametrize(("reason", "is_held"), [("customer", False), ("third_party", True), ("scheduled", True)])
def test_time_held_for_the_customer_runs_again_when_they_write(
    db: Database, cast: dict[str, Attendant], reason: str, is_held: bool
) -> None:
    bring(db, meta(value([text("wamid.1")])))
    with db.transaction() as session:
        (id_,) = session.query(Conversation.id).one()
        hand_over(session, id_, queue="N1", reason="pediu", summary="")
        pause(session, id_, reason, "helena", utc_now())
    bring(db, meta(value([text("wamid.2")])))
    assert (pauses(db)[0].ended_at is None) is is_held


def test_the_owner_holds_the_time_with_an_event_and_an_audit_row_and_others_do_not(
    db: Database, cast: dict[str, Attendant]
) -> None:
    id_ = waiting(db)
    helena, igor, now = cast["helena"], cast["igor"], utc_now()
    with db.transaction() as session:
        desk.take(session, id_, helena)
        assert isinstance(hold(session, id_, igor, "customer", "", now=now), Denied)
        assert isinstance(hold(session, id_, helena, "almoço", "", now=now), Denied)
        assert isinstance(go_on(session, id_, helena, now=now), Denied)
        assert isinstance(hold(session, id_, helena, "customer", "vai mandar foto", now=now), Done)
        assert isinstance(hold(session, id_, helena, "customer", "", now=now), Denied)
        assert isinstance(go_on(session, id_, cast["karina"], now=now + MINUTE), Done)
    told = [row.text for row in messages(db, id_, "event")][-2:]
    assert told == [
        "Helena Castro parou o tempo: esperando o cliente (vai mandar foto)",
        "Karina Alves retomou a contagem do tempo",
    ]
    assert audited(db, "sla.paused") == [("helena", f"conversation:{id_}")]
    assert audited(db, "sla.resumed") == [("karina", f"conversation:{id_}")]


def test_a_visit_is_measured_from_the_agreed_time_whatever_becomes_of_the_conversation(
    db: Database, cast: dict[str, Attendant]
) -> None:
    a_policy(db, queue="N2", arrival_minutes=40)
    id_ = waiting(db, "N2")
    now = utc_now()
    agreed = now + timedelta(hours=3)
    with db.transaction() as session:
        row = session.get_one(Conversation, id_)
        arrival(session, row, now + timedelta(hours=1), now)
        arrival(session, row, agreed, now)
        pause(session, id_, "scheduled", "clock", now)
        row.handler, row.closed_at = "closed", now
    assert kinds(db) == ["arrival"]
    assert (clock(db, "arrival").started_at, clock(db, "arrival").due_at) == (agreed, agreed + 40 * MINUTE)
    with db.transaction() as session:
        arrived(session, session.get_one(Conversation, id_), agreed + 10 * MINUTE)
    assert kinds(db) == []


def test_one_clock_of_a_kind_runs_whatever_two_transactions_do(db: Database, cast: dict[str, Attendant]) -> None:
    row = {"conversation_id": waiting(db), "kind": "level", "queue": "N1", "calendar": "sempre", "target_minutes": 1}
    with pytest.raises(IntegrityError), db.transaction() as session:
        session.add(SlaClock(**row, chain=[]))
