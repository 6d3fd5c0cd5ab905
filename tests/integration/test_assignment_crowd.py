"""Many at once: fifty people at the same list, several workers in one round, and a kill in the middle."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db import Database, make_engine
from handoff import desk
from handoff.access import Attendant
from handoff.assignment.presence import OFFLINE
from handoff.assignment.push import assign_all, assign_waiting
from handoff.outcome import AlreadyTaken, Denied, Gone, Taken
from models import utc_now
from models.contact import Contact
from models.conversation import Conversation
from models.conversation_span import ConversationSpan
from models.message import Message
from tests.integration.attendance import had_by, owners, people, push_queues, put
from tests.integration.desk import a_conversation

CLICKERS, WAITING, CAPACITY = 50, 500, 10
Answer = TypeVar("Answer")


@pytest.fixture
def many(db: Database, database_url: str) -> Iterator[Database]:
    """The empty database, with a connection for each of the clickers."""
    engine = make_engine(database_url, pool_size=CLICKERS)
    yield Database(engine)
    engine.dispose()


def those_who_wait(db: Database, count: int) -> list[int]:
    """Conversations of N1, the first one waiting longest."""
    with db.transaction() as session:
        contacts = [Contact(channel="whatsapp", profile_name=f"Cliente {n}") for n in range(count)]
        session.add_all(contacts)
        session.flush()
        rows = [
            Conversation(
                contact_id=contact.id,
                channel="whatsapp",
                protocol=f"P{contact.id:06}",
                handler="queue",
                queue="N1",
                waiting_since=utc_now(),
            )
            for contact in contacts
        ]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def at_once(number: int, act: Callable[[int], Answer]) -> list[Answer]:
    """What `act` answers to each number, all begun at the same moment."""
    start = threading.Barrier(number)

    def begin(place: int) -> Answer:
        start.wait()
        return act(place)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(begin, range(number)))


def told_once(session: Session, *events: str) -> bool:
    """Whether no thread tells of it twice."""
    counts = select(func.count()).where(Message.kind.in_(events)).group_by(Message.conversation_id)
    return set(session.scalars(counts)) <= {1}


def test_each_of_500_conversations_is_taken_once_by_fifty_people_who_click_them(many: Database) -> None:
    crew = people(many, CLICKERS, capacity=CAPACITY)
    waiting = those_who_wait(many, WAITING)

    def click(place: int) -> list[Taken | AlreadyTaken | Gone | Denied]:
        answers: list[Taken | AlreadyTaken | Gone | Denied] = []
        # All of them at the first one; then five at each tenth of the list go through it together until they are full.
        begin = place % 10 * WAITING // 10
        for id_ in waiting[:1] + waiting[begin:] + waiting[:begin]:
            with many.transaction() as session:
                answers.append(desk.take(session, id_, crew[place]))
            if isinstance(answers[-1], Denied):
                break
        return answers

    answers = at_once(CLICKERS, click)
    with many.transaction() as session:
        had = had_by(session)
        assert told_once(session, "taken")
        assert session.scalar(select(func.count()).where(ConversationSpan.handler == "agent")) == WAITING
    assert sum(had.values()) == WAITING
    assert max(had.values()) <= CAPACITY
    assert len({type(one[0]) for one in answers}) == 2
    told = {answer.by for one in answers for answer in one if isinstance(answer, AlreadyTaken)}
    assert told <= {who.name for who in crew}


def test_fifty_who_press_next_get_fifty_different_ones(many: Database) -> None:
    crew = people(many, CLICKERS)
    waiting = those_who_wait(many, CLICKERS)

    def press(place: int) -> int | Denied | None:
        with many.transaction() as session:
            return desk.take_next(session, crew[place])

    assert sorted(str(one) for one in at_once(CLICKERS, press)) == sorted(map(str, waiting))


def test_person_who_clicks_two_at_once_with_room_for_one_gets_one(db: Database) -> None:
    (ana,) = people(db, 1, capacity=1)
    for _ in range(8):
        pair = those_who_wait(db, 2)

        def click(place: int, pair: Sequence[int] = pair) -> object:
            with db.transaction() as session:
                return desk.take(session, pair[place], ana)

        answers = at_once(2, click)
        assert sorted(isinstance(answer, Denied) for answer in answers) == [False, True]
        with db.transaction() as session:
            desk.close(session, pair[answers.index(Taken())], ana)


def test_of_two_people_at_once_one_wins_and_the_other_is_told_who(db: Database) -> None:
    pair = people(db, 2)
    id_ = a_conversation(db)

    def click(place: int) -> object:
        with db.transaction() as session:
            return desk.take(session, id_, pair[place])

    answers = at_once(2, click)
    winner = answers.index(Taken())
    assert answers[1 - winner] == AlreadyTaken(pair[winner].name)


def test_four_workers_while_people_click_and_leave_give_nothing_twice_and_nothing_to_the_absent(db: Database) -> None:
    push_queues(db, "N1")
    crew = people(db, 12, capacity=10)
    put(db, crew[:10])
    waiting = those_who_wait(db, 150)

    had_when_they_left: dict[int, int] = {}

    def act(place: int) -> None:
        if place < 4:
            assign_all(db, utc_now)
        elif place == 4:
            put(db, crew[:3], OFFLINE)
            with db.transaction() as session:
                had_when_they_left.update(had_by(session))
        else:
            for id_ in waiting[place::5]:
                with db.transaction() as session:
                    desk.take(session, id_, crew[place])

    at_once(8, act)
    assign_all(db, utc_now)
    with db.transaction() as session:
        had = had_by(session)
        given = session.scalars(select(Message.payload).where(Message.kind == "assigned")).all()
        assert told_once(session, "assigned", "taken")
        told = session.scalar(select(func.count()).where(Message.kind.in_(("assigned", "taken"))))
    assert sum(had.values()) == told
    assert max(had.values()) <= 10
    assert not {crew[10].id, crew[11].id} & {payload["agent_id"] for payload in given}
    assert all(had.get(who.id) == had_when_they_left.get(who.id) for who in crew[:3])
    assert all(had[who.id] == 10 for who in crew[3:10])


class Killed(Exception):
    """The worker's end, between two statements."""


def test_kill_in_the_middle_of_a_round_loses_no_turn_and_gives_nothing_twice(db: Database) -> None:
    push_queues(db, "N1")
    crew: list[Attendant] = people(db, 3)
    put(db, crew)
    waiting = those_who_wait(db, 6)
    assert assign_some(db, waiting[:2]) == 2

    with pytest.raises(Killed):
        die_in_a_round(db)
    assert owners(db, waiting[2:]) == [None] * 4
    fresh = Database(db.engine)
    assert assign_all(fresh, utc_now) == 4
    assert owners(fresh, waiting) == [who.id for who in (*crew, *crew)]


def die_in_a_round(db: Database) -> None:
    """A worker that gave everything and is gone before its commit."""
    with db.transaction() as session:
        assert assign_waiting(session, utc_now()) == 4
        raise Killed


def assign_some(db: Database, first: Sequence[int]) -> int:
    """A round in which only these wait, and the rest comes later."""
    with db.transaction() as session:
        later = Conversation.id.not_in(first)
        session.execute(sa.update(Conversation).where(later).values(handler="bot"))
        given = assign_waiting(session, utc_now())
        session.execute(sa.update(Conversation).where(later).values(handler="queue"))
    return given
