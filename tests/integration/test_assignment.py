"""Rounds of assignment: who gets what waits, in which turn, and who never does."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import delete, select, update

from core.db import Database
from handoff.assignment.presence import OFFLINE, PAUSED
from handoff.assignment.push import assign_all
from handoff.hand_over import hand_over
from handoff.queues import ensure_organogram
from handoff.release import close, give_back, transfer
from models import utc_now
from models.calendar import CalendarRow
from models.contract import Contract
from models.conversation import Conversation
from models.customer import Customer
from models.outbox import Outbox
from models.provider import Provider
from tests.integration.attendance import a_round, change, events, owners, people, push_queues, put
from tests.integration.desk import a_conversation, a_provider, conversation

NOW = utc_now()
MINUTES = timedelta(minutes=1)
NEVER_OPEN: dict[str, object] = {"week": [[], [], [], [], [], [], []], "holidays": [], "days": []}


@pytest.fixture
def pushed(db: Database) -> None:
    """N1 is pushed."""
    push_queues(db, "N1")


def rings(db: Database) -> int:
    """How many rounds are planned; forgets them."""
    with db.transaction() as session:
        found = len(session.scalars(select(Outbox.id).where(Outbox.topic == "assign")).all())
        session.execute(delete(Outbox))
        return found


def test_round_gives_in_turn_and_the_turn_survives_a_restart(db: Database, pushed: None) -> None:
    ana, bia, caio = people(db, 3)
    put(db, (ana, bia, caio))
    first = [a_conversation(db, hours_ago=1 - n / 10) for n in range(4)]
    assert a_round(db, NOW) == 4
    assert owners(db, first) == [ana.id, bia.id, caio.id, ana.id]
    assert events(db, first[0]) == ["Entregue a Pessoa 01"]
    # Nothing is remembered but rows: whoever comes after a restart sees the same turn, even by a clock that stands.
    later = [a_conversation(db, hours_ago=0.3 - n / 10) for n in range(3)]
    a_round(db, NOW)
    assert owners(db, later) == [bia.id, caio.id, ana.id]


def test_round_gives_the_urgent_before_those_who_waited_a_little_longer(db: Database, pushed: None) -> None:
    (ana,) = people(db, 1, capacity=1)
    put(db, (ana,))
    older, urgent = a_conversation(db, hours_ago=0.4), a_conversation(db, hours_ago=0.1, priority=3)
    a_round(db)
    assert owners(db, (older, urgent)) == [None, ana.id]


def test_nobody_gets_more_than_they_may_have_in_the_queues_weights(db: Database) -> None:
    push_queues(db, "N1", "N2")
    (ana,) = people(db, 1, queues=["N1", "N2"], capacity=4)
    put(db, (ana,))
    kept = a_conversation(db, handler="agent", owner=ana, queue="N2")
    a_conversation(db, handler="agent", owner=ana, queue="N2", snoozed_until=NOW + 60 * MINUTES)
    waiting = [a_conversation(db, queue=queue, hours_ago=hours) for queue, hours in (("N1", 3), ("N2", 2), ("N1", 1))]
    assert a_round(db) == 2
    assert owners(db, [kept, *waiting]) == [ana.id, ana.id, None, ana.id]


@pytest.mark.parametrize(
    "reason", ["offline", "paused", "silent", "off_shift", "switched_off", "no_capacity", "other_queue", "unskilled"]
)
def test_nothing_is_given_to_whoever_is_not_there_for_it(db: Database, reason: str) -> None:
    push_queues(db, "N1", skills=["fibra"] if reason == "unskilled" else [])
    (ana,) = people(db, 1)
    put(db, (ana,), now=NOW - 5 * MINUTES if reason == "silent" else NOW)
    with db.transaction() as session:
        session.add(CalendarRow(name="nunca", terms=NEVER_OPEN))
    states = {"offline": (OFFLINE, ""), "paused": (PAUSED, "Almoço")}
    columns: dict[str, dict[str, object]] = {
        "off_shift": {"shift": "nunca"},
        "switched_off": {"active": False},
        "no_capacity": {"capacity": 0},
        "other_queue": {"queues": ["N2"]},
    }
    if reason in states:
        put(db, (ana,), *states[reason])
    if reason in columns:
        change(db, ana, **columns[reason])
    waiting = a_conversation(db)
    assert a_round(db, NOW) == 0
    assert conversation(db, waiting).handler == "queue"


def test_what_suits_nobody_holds_up_nothing_behind_it(db: Database, pushed: None) -> None:
    push_queues(db, "N2", skills=["fibra"])
    ana, bia = people(db, 2, queues=["N1", "N2"])
    put(db, (ana, bia))
    for_nobody, plain = a_conversation(db, queue="N2", hours_ago=2), a_conversation(db, hours_ago=1)
    assert a_round(db) == 1
    assert owners(db, (for_nobody, plain)) == [None, ana.id]
    change(db, bia, skills=["fibra", "rádio"])
    a_round(db)
    assert owners(db, (for_nobody, plain)) == [bia.id, ana.id]


def test_queues_that_are_pulled_are_left_alone(db: Database, pushed: None) -> None:
    (ana,) = people(db, 1, queues=["N1", "Financeiro"])
    put(db, (ana,))
    pulled = a_conversation(db, queue="Financeiro")
    later = a_conversation(db, snoozed_until=NOW + 60 * MINUTES)
    assert a_round(db, NOW) == 0
    assert owners(db, (pulled, later)) == [None, None]


def test_whoever_had_it_last_gets_it_again_when_they_are_there(db: Database, pushed: None) -> None:
    ana, bia = people(db, 2)
    put(db, (ana, bia))
    again = a_conversation(db, last_agent_id=bia.id)
    a_round(db)
    assert owners(db, [again]) == [bia.id]


def test_it_is_kept_a_while_for_whoever_had_it_last_and_is_full(db: Database, pushed: None) -> None:
    ana, bia = people(db, 2, capacity=1)
    a_conversation(db, handler="agent", owner=bia)
    again = a_conversation(db, last_agent_id=bia.id)
    since = conversation(db, again).waiting_since or NOW
    put(db, (ana, bia), now=since)
    a_round(db, since + 2 * MINUTES)
    assert owners(db, [again]) == [None]
    put(db, (ana, bia), now=since + 3 * MINUTES)
    a_round(db, since + 3 * MINUTES)
    assert owners(db, [again]) == [ana.id]


def test_it_goes_to_another_at_once_when_whoever_had_it_last_is_away(db: Database, pushed: None) -> None:
    ana, bia = people(db, 2)
    put(db, (ana,))
    again = a_conversation(db, last_agent_id=bia.id)
    a_round(db)
    assert owners(db, [again]) == [ana.id]


def test_whoever_lets_it_go_is_not_the_first_to_get_it_back(db: Database, pushed: None) -> None:
    ana, bia = people(db, 2)
    mine = a_conversation(db, handler="agent", owner=bia, last_agent_id=bia.id)
    with db.transaction() as session:
        transfer(session, mine, bia, "N1", "não é comigo")
    put(db, (ana, bia))
    a_round(db)
    assert owners(db, [mine]) == [ana.id]


def test_everything_is_given_a_part_at_a_time(db: Database, pushed: None) -> None:
    put(db, people(db, 3, capacity=50))
    for _ in range(120):
        a_conversation(db, said=None)
    assert assign_all(db, utc_now) == 120


def test_round_is_rung_by_whatever_makes_one_useful(db: Database, pushed: None) -> None:
    (ana,) = people(db, 1)
    put(db, (ana,))
    assert rings(db) == 1
    id_ = a_conversation(db, handler="bot", queue=None)
    with db.transaction() as session:
        hand_over(session, id_, queue="N1", reason="x", summary="y")
    assert rings(db) == 1
    for let_go in (give_back, close, partial(transfer, queue="Financeiro", note="")):
        mine = a_conversation(db, handler="agent", owner=ana)
        with db.transaction() as session:
            let_go(session, mine, ana)
        assert rings(db) == 1


def test_nothing_is_rung_where_no_queue_is_pushed(db: Database) -> None:
    with db.transaction() as session:
        ensure_organogram(session)
    put(db, people(db, 1))
    assert rings(db) == 0
    a_conversation(db)
    assert a_round(db) == 0


def test_taking_it_makes_them_the_one_who_had_it_last(db: Database, pushed: None) -> None:
    (ana,) = people(db, 1)
    put(db, (ana,))
    given = a_conversation(db)
    a_round(db)
    with db.transaction() as session:
        close(session, given, ana)
        row = session.get_one(Conversation, given)
        assert (row.last_agent_id, row.handler) == (ana.id, "closed")


def test_what_overflowed_may_go_to_people_of_either_queue(db: Database) -> None:
    push_queues(db, "N1", "Transbordo")
    overflowed = {"overflow": {"to": "Transbordo", "from": ["N1"]}}
    (ana,) = people(db, 1, queues=["N1"])
    put(db, (ana,))
    there = a_conversation(db, queue="Transbordo", told=overflowed)
    never_here = a_conversation(db, queue="Transbordo")
    assert a_round(db) == 1
    assert owners(db, (there, never_here)) == [ana.id, None]


def test_people_of_a_queue_with_a_language_of_its_own_have_to_speak_it(db: Database, pushed: None) -> None:
    a_provider(db)
    with db.transaction() as session:
        policies = {"routing": {"languages": ["es=N1"]}}
        session.execute(update(Provider).values(policies=policies))
    ana, bia = people(db, 2)
    put(db, (ana, bia))
    waiting = a_conversation(db)
    assert a_round(db) == 0
    change(db, bia, languages=["pt_BR", "es"])
    assert a_round(db) == 1
    assert owners(db, [waiting]) == [bia.id]


def test_conversation_about_a_place_goes_to_people_who_go_there(db: Database, pushed: None) -> None:
    with db.transaction() as session:
        customer = Customer(ref="c1", name="Ana", document="52998224725", document_kind="cpf")
        session.add(customer)
        session.flush()
        for ref, area in (("north", "Jardim Satélite"), ("nowhere", "")):
            address = "Rua A, 10, São José dos Campos" if area else ""
            session.add(
                Contract(
                    ref=ref,
                    customer_id=customer.id,
                    number=ref,
                    plan="300M",
                    monthly_fee_cents=9990,
                    address=address,
                    area=area,
                    pppoe_login=ref,
                )
            )
    ana, bia = people(db, 2)
    change(db, ana, territories=["Taubaté"])
    change(db, bia, territories=["jardim satelite"])
    put(db, (ana,))
    north, anywhere = a_conversation(db, contract_ref="north"), a_conversation(db, contract_ref="nowhere")
    a_round(db)
    assert owners(db, (north, anywhere)) == [None, ana.id]
    put(db, (bia,))
    a_round(db)
    assert owners(db, (north, anywhere)) == [bia.id, ana.id]
