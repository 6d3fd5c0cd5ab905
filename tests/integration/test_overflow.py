"""Overflow: who waited too long goes on where somebody else may take it, too."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from core.db import Database
from handoff.access import attendant_of, may_see, visible_to
from handoff.hand_over import hand_over
from handoff.routing.overflow import overflow
from models.agent import Agent
from models.conversation import Conversation
from models.conversation_span import ConversationSpan
from models.queue import QueueRow
from models.sla import SlaClock, SlaPolicy
from tests.integration.desk import a_conversation, conversation, messages
from tests.integration.waiting import chore, close_house, open_house, said, waited


@pytest.fixture
def house(db: Database) -> Database:
    """Open queues; N1 overflows after 15 minutes to Transbordo, where Igor works."""
    open_house(db)
    works_in(db, "igor", "Transbordo")
    return db


def works_in(db: Database, login: str, *queues: str) -> None:
    with db.transaction() as session:
        session.execute(update(Agent).where(Agent.login == login).values(queues=list(queues)))


def who_see(db: Database, id_: int) -> set[str]:
    """The agents who see the conversation in their lists; the rule for one says the same."""
    seen = set()
    with db.transaction() as session:
        row = session.get_one(Conversation, id_)
        for agent in session.scalars(select(Agent).where(Agent.role == "agent")):
            who = attendant_of(agent)
            listed = session.scalar(select(Conversation.id).where(Conversation.id == id_, visible_to(who)))
            assert may_see(who, row) == (listed is not None)
            seen |= {who.login} if listed else set()
    return seen


def test_wait_goes_on_elsewhere_after_its_time_with_its_place_and_for_both(house: Database) -> None:
    id_ = a_conversation(house)
    waited(house, id_, 16)
    before = conversation(house, id_)
    assert who_see(house, id_) == {"helena"}
    for _ in range(2):
        overflow(0, db=house)
    row = conversation(house, id_)
    assert (row.handler, row.queue, row.waiting_since) == ("queue", "Transbordo", before.waiting_since)
    assert who_see(house, id_) == {"helena", "igor"}
    (event,) = messages(house, id_, "event")
    assert event.payload == {"from_queue": "N1", "to_queue": "Transbordo"}
    with house.transaction() as session:
        spans = session.scalars(select(ConversationSpan.queue).order_by(ConversationSpan.id))
        assert list(spans) == ["N1", "Transbordo"]


def test_level_is_measured_anew_where_it_goes_on(house: Database) -> None:
    with house.transaction() as session:
        session.add(SlaPolicy(queue="", sla_class="", calendar="sempre", level_minutes=60))
    id_ = a_conversation(house, handler="bot", queue=None)
    with house.transaction() as session:
        assert hand_over(session, id_, queue="N1", reason="pediu uma pessoa", summary="")
    waited(house, id_, 16)
    overflow(0, db=house)
    with house.transaction() as session:
        levels = select(SlaClock).where(SlaClock.kind == "level").order_by(SlaClock.id)
        assert [(clock.queue, clock.stopped_at is None) for clock in session.scalars(levels)] == [
            ("N1", False),
            ("Transbordo", True),
        ]


def test_customer_hears_once_that_others_help_now(house: Database) -> None:
    id_ = a_conversation(house)
    chore(house)
    waited(house, id_, 16)
    overflow(0, db=house)
    for minutes in (11, 30):
        chore(house, minutes=minutes)
    told = [words for words in said(house, id_) if words.startswith("Sua conversa passou para outra equipe.")]
    assert len(told) == 1


def test_nothing_overflows_before_its_time_or_while_the_queue_is_closed(house: Database) -> None:
    early = a_conversation(house)
    waited(house, early, 14)
    overflow(0, db=house)
    close_house(house)
    waited(house, early, 600)
    overflow(0, db=house)
    assert conversation(house, early).queue == "N1"


def test_nothing_overflows_to_where_nobody_works(house: Database) -> None:
    works_in(house, "igor", "N2")
    id_ = a_conversation(house)
    waited(house, id_, 60)
    overflow(0, db=house)
    assert conversation(house, id_).queue == "N1"


def test_overflow_never_goes_round_in_circles(house: Database) -> None:
    with house.transaction() as session:
        circle = {"calendar": "sempre", "overflow_minutes": 1, "overflow_to": "N1"}
        session.execute(update(QueueRow).where(QueueRow.name == "Transbordo").values(terms=circle))
    id_ = a_conversation(house)
    for _ in range(3):
        waited(house, id_, 60)
        overflow(0, db=house)
    assert conversation(house, id_).queue == "Transbordo"
    assert len(messages(house, id_, "event")) == 1


def test_what_a_person_has_stays_where_it_is(house: Database) -> None:
    id_ = a_conversation(house)
    waited(house, id_, 60)
    with house.transaction() as session:
        agent = session.scalars(select(Agent.id).where(Agent.login == "helena")).one()
        session.execute(update(Conversation).where(Conversation.id == id_).values(handler="agent", agent_id=agent))
    waited(house, id_, 60)
    overflow(0, db=house)
    assert conversation(house, id_).queue == "N1"


def test_wait_in_a_queue_that_was_closed_for_good_goes_on_at_once(house: Database) -> None:
    id_ = a_conversation(house, queue="N2")
    with house.transaction() as session:
        session.execute(update(QueueRow).where(QueueRow.name == "N2").values(active=False))
    overflow(0, db=house)
    row = conversation(house, id_)
    assert (row.handler, row.queue) == ("queue", "Transbordo")
    assert who_see(house, id_) == {"igor"}
