"""The clocks of a conversation: which act starts and stops which, by whose terms, and what a pause does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from core.db import Database
from core.errors import Misconfigured
from handoff import desk
from handoff.access import Attendant
from handoff.calendars import calendar_named, ensure_calendars
from handoff.hand_over import hand_over
from handoff.outcome import Denied, Done
from handoff.repair import close_idle
from handoff.sla.clocks import arrival, arrived, moved, pause, resume
from handoff.sla.contract_class import contract_known
from handoff.sla.holding import go_on, hold
from handoff.sla.terms import TEMPLATE, ensure_policies, terms_for
from handoff.sla.watch import refresh_sla
from models import utc_now
from models.calendar import CalendarRow
from models.conversation import Conversation
from models.sla import SlaClock, SlaPolicy
from tests.integration.billing_rows import store
from tests.integration.desk import a_conversation, a_provider, audited, conversation, messages, the_cast
from tests.integration.doors import bring
from tests.integration.sla_rows import a_policy, clock, clocks, kinds, pauses
from tests.unit.billing.build import a_contract, a_customer
from tests.unit.webhooks.payloads import meta, text, value

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
        desk.transfer(session, id_, cast["karina"], "N2", "ver ONU", override="por aqui não dá")
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


POLICIES = {
    ("N1", "ouro"): "queue and class",
    ("N1", "prata"): "queue",
    ("N2", "ouro"): "class",
    ("N2", ""): "any",
}


@pytest.mark.parametrize(("queue", "sla_class"), POLICIES)
def test_the_policy_that_names_most_holds_the_queue_before_the_class(db: Database, queue: str, sla_class: str) -> None:
    for at, (row_queue, row_class) in enumerate((("", ""), ("", "ouro"), ("N1", ""), ("N1", "ouro"))):
        a_policy(db, row_queue, row_class, first_minutes=at + 1)
    names = ("any", "class", "queue", "queue and class")
    with db.transaction() as session:
        terms = terms_for(session, queue, sla_class)
    assert terms is not None
    assert names[terms.minutes["first"] - 1] == POLICIES[queue, sla_class]


def test_the_template_holds_before_and_after_it_is_written_and_companies_are_measured_day_and_night(
    db: Database,
) -> None:
    with db.transaction() as session:
        before = {(q, c): terms_for(session, q, c) for q in ("N1", "N3", "Empresas", "") for c in ("", "business")}
        assert ensure_policies(session)
        assert not ensure_policies(session)
        assert {key: terms_for(session, *key) for key in before} == before
        assert session.query(SlaPolicy).count() == len(TEMPLATE)
    company = before["N1", "business"]
    assert company is not None
    assert company.calendar == "sempre"


BAD_POLICIES: dict[str, dict[str, object]] = {
    "no time at all": {"first_minutes": 0},
    "a warning after the end": {"warn_percent": 120},
    "a step without a share": {"chain": [{"tell": "supervisor"}]},
    "a step that does nothing": {"chain": [{"percent": 100}]},
    "a step that tells nobody": {"chain": [{"percent": 100, "tell": "todos"}]},
    "a step before the warning": {"chain": [{"percent": 50, "tell": "supervisor"}]},
}


@pytest.mark.parametrize("name", BAD_POLICIES)
def test_a_policy_without_sense_is_refused_and_keeps_nobody_from_people(db: Database, name: str) -> None:
    a_policy(db, **BAD_POLICIES[name])
    with db.transaction() as session, pytest.raises(Misconfigured):
        terms_for(session, "N1", "")
    assert conversation(db, waiting(db)).handler == "queue"
    assert clocks(db) == []


@pytest.mark.parametrize(
    ("kind", "sla", "sla_class", "minutes"),
    [("residential", "ouro", "ouro", 5), ("business", "ouro", "ouro", 5), ("business", None, "business", 7)],
)
def test_a_contract_gives_the_conversation_its_class_and_what_runs_is_measured_by_it(
    db: Database, cast: dict[str, Attendant], kind: str, sla: str | None, sla_class: str, minutes: int
) -> None:
    a_policy(db, sla_class="ouro", first_minutes=5, level_minutes=None)
    a_policy(db, sla_class="business", first_minutes=7, level_minutes=None)
    store(db, [a_customer(kind=kind)], [a_contract(sla=sla)])
    id_ = waiting(db)
    with db.transaction() as session:
        contract_known(session, id_, a_contract().ref, utc_now())
        contract_known(session, id_, "nobody's", utc_now())
    assert conversation(db, id_).sla_class == sla_class
    assert clock(db, "first").target_minutes == minutes
    assert kinds(db) == ["first", "resolution"]


def test_calendars_are_the_template_until_they_are_rows_and_a_changed_one_moves_what_is_due(
    db: Database, cast: dict[str, Attendant]
) -> None:
    a_provider(db)
    waiting(db)
    due = clock(db, "first").due_at
    with db.transaction() as session:
        assert ensure_calendars(session)
        assert not ensure_calendars(session)
        assert calendar_named(session, "comercial").week[0] == ((480, 1200),)
        session.execute(update(CalendarRow).where(CalendarRow.name == "sempre").values(terms={"week": [[]] * 7}))
    refresh_sla(0, db=db)
    assert clock(db, "first").due_at is None
    with db.transaction() as session:
        session.execute(update(CalendarRow).where(CalendarRow.name == "sempre").values(terms={"week": "oito"}))
        with pytest.raises(Misconfigured, match="sete dias"):
            calendar_named(session, "sempre")
        with pytest.raises(Misconfigured, match="férias"):
            calendar_named(session, "férias")
    refresh_sla(0, db=db)
    assert clock(db, "first").due_at == due, "what cannot be read counts as always open"
