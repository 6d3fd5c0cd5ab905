"""Who is there: what the switch, silence and a sign of life mean, and what happens to what the absent had."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from core.db import Database
from handoff.access import Attendant
from handoff.assignment.presence import LOST, OFFLINE, ONLINE, PAUSED, Stand, fade, leave, seen, stand_of, switch
from handoff.assignment.returns import return_abandoned
from handoff.outcome import Denied
from models import utc_now
from models.presence import Presence, PresenceSpan
from tests.integration.attendance import a_round, change, events, people, push_queues, put
from tests.integration.desk import a_conversation, a_provider, conversation

NOW = utc_now()
SECONDS = timedelta(seconds=1)
MINUTES = timedelta(minutes=1)


@pytest.fixture
def ana(db: Database) -> Attendant:
    """An agent of N1."""
    return people(db, 1)[0]


def stand(db: Database, who: Attendant) -> Stand:
    with db.transaction() as session:
        return stand_of(session, who.id)


def signs(db: Database, who: Attendant, at: datetime) -> None:
    with db.transaction() as session:
        seen(session, who.id, at)


def chores(db: Database, at: datetime) -> tuple[int, int]:
    """What the clock has done: how many went offline, how many conversations went back."""
    with db.transaction() as session:
        return fade(session, at), return_abandoned(session, at)


def spans(db: Database) -> list[tuple[str, str, datetime, datetime | None]]:
    with db.transaction() as session:
        rows = session.scalars(select(PresenceSpan).order_by(PresenceSpan.id))
        return [(row.state, row.reason, row.started_at, row.ended_at) for row in rows]


def test_open_console_alone_puts_nobody_online(db: Database, ana: Attendant) -> None:
    signs(db, ana, NOW)
    assert stand(db, ana).state == OFFLINE


def test_switch_leaves_a_span_of_each_state_for_the_reports(db: Database, ana: Attendant) -> None:
    put(db, [ana], now=NOW)
    put(db, [ana], now=NOW + MINUTES)
    put(db, [ana], PAUSED, "Almoço", NOW + 2 * MINUTES)
    put(db, [ana], OFFLINE, "ignored", NOW + 3 * MINUTES)
    assert stand(db, ana) == Stand(OFFLINE, "", NOW + 3 * MINUTES)
    assert spans(db) == [
        ("online", "", NOW, NOW + 2 * MINUTES),
        ("paused", "Almoço", NOW + 2 * MINUTES, NOW + 3 * MINUTES),
        ("offline", "", NOW + 3 * MINUTES, None),
    ]


@pytest.mark.parametrize(("state", "reason"), [(PAUSED, ""), (PAUSED, "Praia"), ("away", ""), ("", "")])
def test_switch_knows_only_the_states_and_the_providers_reasons(
    db: Database, ana: Attendant, state: str, reason: str
) -> None:
    with db.transaction() as session:
        assert isinstance(switch(session, ana.id, state, reason, NOW), Denied)
    assert stand(db, ana) == Stand()


def test_pause_reasons_are_those_of_the_provider_when_it_has_its_own(db: Database, ana: Attendant) -> None:
    a_provider(db)
    with db.transaction() as session:
        session.connection().exec_driver_sql(
            """UPDATE provider SET policies = '{"desk": {"pause_reasons": ["Praia"]}}'"""
        )
    put(db, [ana], PAUSED, "Praia")
    with db.transaction() as session:
        assert isinstance(switch(session, ana.id, PAUSED, "Almoço", NOW), Denied)


def test_silent_console_counts_as_gone_since_its_last_sign(db: Database, ana: Attendant) -> None:
    put(db, [ana], now=NOW)
    signs(db, ana, NOW + 60 * SECONDS)
    assert chores(db, NOW + 149 * SECONDS) == (0, 0)
    assert chores(db, NOW + 150 * SECONDS) == (1, 0)
    assert stand(db, ana) == Stand(OFFLINE, LOST, NOW + 150 * SECONDS)
    assert [(state, began) for state, _, began, _ in spans(db)] == [("online", NOW), ("offline", NOW + 60 * SECONDS)]


def test_whoever_lost_the_connection_is_back_with_the_first_sign(db: Database, ana: Attendant) -> None:
    put(db, [ana], now=NOW)
    chores(db, NOW + 5 * MINUTES)
    signs(db, ana, NOW + 14 * MINUTES)
    assert stand(db, ana) == Stand(ONLINE, "", NOW + 14 * MINUTES)


def test_whoever_was_lost_for_long_or_left_is_not_put_online_by_a_sign(db: Database, ana: Attendant) -> None:
    put(db, [ana], now=NOW)
    chores(db, NOW + 5 * MINUTES)
    signs(db, ana, NOW + 15 * MINUTES)
    assert stand(db, ana).state == OFFLINE
    put(db, [ana], now=NOW + 16 * MINUTES)
    with db.transaction() as session:
        leave(session, ana.id, NOW + 17 * MINUTES)
    signs(db, ana, NOW + 18 * MINUTES)
    assert stand(db, ana).state == OFFLINE


def test_sign_is_written_at_most_every_twenty_seconds(db: Database, ana: Attendant) -> None:
    put(db, [ana], now=NOW)
    for after in (1, 19, 20, 39, 41):
        signs(db, ana, NOW + after * SECONDS)
    with db.transaction() as session:
        assert session.get_one(Presence, ana.id).seen_at == NOW + 41 * SECONDS
    signs(db, ana, NOW + 60 * SECONDS)
    with db.transaction() as session:
        assert session.get_one(Presence, ana.id).seen_at == NOW + 41 * SECONDS


def test_pause_outlasts_a_closed_console_but_not_for_ever(db: Database, ana: Attendant) -> None:
    mine = a_conversation(db, handler="agent", owner=ana)
    put(db, [ana], PAUSED, "Almoço", NOW)
    assert chores(db, NOW + 119 * MINUTES) == (0, 0)
    assert conversation(db, mine).agent_id == ana.id
    assert chores(db, NOW + 120 * MINUTES) == (1, 0)
    assert chores(db, NOW + 130 * MINUTES) == (0, 1)


def test_conversations_of_the_absent_go_back_to_the_front_with_an_event(db: Database, ana: Attendant) -> None:
    push_queues(db, "N1")
    waited_longer = a_conversation(db, hours_ago=0.5)
    mine = a_conversation(db, handler="agent", owner=ana, hours_ago=0.2)
    put(db, [ana], OFFLINE, "", NOW)
    assert chores(db, NOW + 9 * MINUTES) == (0, 0)
    assert chores(db, NOW + 10 * MINUTES) == (0, 1)
    row = conversation(db, mine)
    assert (row.handler, row.agent_id, row.queue, row.version) == ("queue", None, "N1", 2)
    assert events(db, mine) == ["Pessoa 01 saiu do atendimento: a conversa voltou para a frente da fila N1"]
    (bia,) = people(db, 1, login="bia", name="Bia", capacity=1)
    put(db, [bia], now=NOW + 10 * MINUTES)
    assert a_round(db, NOW + 10 * MINUTES) == 1
    assert (conversation(db, mine).agent_id, conversation(db, waited_longer).agent_id) == (bia.id, None)
    assert chores(db, NOW + 10 * MINUTES) == (0, 0)


def test_whoever_works_without_the_switch_keeps_what_they_have(db: Database, ana: Attendant) -> None:
    mine = a_conversation(db, handler="agent", owner=ana)
    chores(db, NOW + 60 * MINUTES)
    signs(db, ana, NOW + 60 * MINUTES)
    chores(db, NOW + 69 * MINUTES)
    assert conversation(db, mine).agent_id == ana.id


def test_snoozed_conversation_stays_with_its_owner(db: Database, ana: Attendant) -> None:
    mine = a_conversation(db, handler="agent", owner=ana, snoozed_until=NOW + 600 * MINUTES)
    put(db, [ana], OFFLINE, "", NOW)
    assert chores(db, NOW + 60 * MINUTES) == (0, 0)
    assert conversation(db, mine).agent_id == ana.id
    assert chores(db, NOW + 600 * MINUTES) == (0, 1)


def test_what_a_switched_off_account_had_goes_back_at_once(db: Database, ana: Attendant) -> None:
    mine = a_conversation(db, handler="agent", owner=ana)
    put(db, [ana], now=NOW)
    change(db, ana, active=False)
    assert chores(db, NOW) == (0, 1)
    assert conversation(db, mine).handler == "queue"


def test_downtime_of_ours_takes_nothing_from_anybody_whose_console_is_back(db: Database, ana: Attendant) -> None:
    mine = a_conversation(db, handler="agent", owner=ana)
    put(db, [ana], now=NOW)
    assert chores(db, NOW + 60 * MINUTES) == (1, 0)
    signs(db, ana, NOW + 61 * MINUTES)
    signs(db, ana, NOW + 71 * MINUTES)
    assert chores(db, NOW + 72 * MINUTES) == (0, 0)
    assert (stand(db, ana).state, conversation(db, mine).agent_id) == (ONLINE, ana.id)
