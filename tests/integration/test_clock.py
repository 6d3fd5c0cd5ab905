"""The clock: rings what has come due, whatever became of earlier wake-ups, and repairs what nobody planned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import redis
from rq import Queue
from sqlalchemy import delete, update

from clock import repair, tick
from core.db import Database, make_engine
from core.errors import Unreachable
from core.queue import ENOUGH_RINGS, Doorbell, connect
from core.settings import load
from models import utc_now
from models.conversation import Conversation
from models.message import Message
from models.outbox import LEASE_SECONDS, Outbox, add_work, claim
from stores import free_port
from tests.integration.doors import planned, rows
from tests.integration.outgoing import a_chat, a_person_takes_over
from wiring import Wiring, build


@pytest.fixture
def valkey(redis_url: str) -> Iterator[redis.Redis]:
    connection = redis.from_url(redis_url)
    connection.flushall()
    yield connection
    connection.flushall()


@pytest.fixture
def own(db: Database, database_url: str, redis_url: str, valkey: redis.Redis) -> Iterator[Wiring]:
    built = build(load({"DATABASE_URL": database_url, "REDIS_URL": redis_url, "SECRET_KEY": "k" * 32}))
    yield built
    built.db.engine.dispose()


def _plan(own: Wiring, topic: str, after: float = 0) -> None:
    with own.db.transaction() as session:
        add_work(session, topic, 1, after_seconds=after)


def _waiting(valkey: redis.Redis) -> dict[str, int]:
    counts = {name: Queue(name, connection=valkey).count for name in LEASE_SECONDS}
    return {name: count for name, count in counts.items() if count}


def test_tick_rings_again_after_redis_forgot_everything(own: Wiring, valkey: redis.Redis) -> None:
    _plan(own, "turn")
    _plan(own, "deliver")
    valkey.flushall()
    tick(own)
    assert _waiting(valkey) == {"turns": 1, "outbound": 1}


def test_tick_rings_what_came_due_by_itself(own: Wiring, valkey: redis.Redis) -> None:
    _plan(own, "turn", after=60)
    tick(own)
    assert _waiting(valkey) == {}
    with own.db.transaction() as session:
        session.execute(update(Outbox).values(run_after=utc_now()))
    tick(own)
    assert _waiting(valkey) == {"turns": 1}


def test_tick_rings_for_a_row_whose_worker_died(own: Wiring, valkey: redis.Redis) -> None:
    _plan(own, "network")
    with own.db.transaction() as session:
        claim(session, "network")
    valkey.flushall()
    tick(own)
    assert _waiting(valkey) == {}
    with own.db.transaction() as session:
        session.execute(update(Outbox).values(run_after=Outbox.run_after - timedelta(seconds=LEASE_SECONDS["network"])))
    tick(own)
    assert _waiting(valkey) == {"network": 1}


def test_ticks_without_a_worker_do_not_fill_redis(own: Wiring, valkey: redis.Redis) -> None:
    _plan(own, "turn")
    for _ in range(20):
        tick(own)
    assert _waiting(valkey) == {"turns": ENOUGH_RINGS}


def test_tick_without_redis_does_not_raise(own: Wiring) -> None:
    _plan(own, "turn")
    tick(replace(own, doorbell=Doorbell(connect(f"redis://127.0.0.1:{free_port()}/0"))))
    assert planned(own.db, "turn") == [1]


def test_tick_without_database_says_so(own: Wiring) -> None:
    nowhere = Database(make_engine(f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"))
    with pytest.raises(Unreachable):
        tick(replace(own, db=nowhere))


def _forget(own: Wiring, *, minutes: float) -> None:
    """The planned work is gone, and the customer has been waiting."""
    with own.db.transaction() as session:
        session.execute(delete(Outbox))
        session.execute(update(Message).values(received_at=utc_now() - timedelta(minutes=minutes)))


def test_repair_plans_a_turn_for_a_forgotten_message_once(own: Wiring) -> None:
    chat = a_chat(own.db)
    _forget(own, minutes=2)
    repair(own)
    repair(own)
    assert planned(own.db, "turn") == [chat]


def test_repair_leaves_alone_what_is_fresh_planned_handled_or_a_persons(own: Wiring) -> None:
    chat = a_chat(own.db)
    _forget(own, minutes=0.5)
    repair(own)
    assert planned(own.db, "turn") == []
    _forget(own, minutes=2)
    with own.db.transaction() as session:
        session.execute(update(Message).values(handled_at=utc_now()))
    repair(own)
    assert planned(own.db, "turn") == []
    with own.db.transaction() as session:
        session.execute(update(Message).values(handled_at=None))
    a_person_takes_over(own.db, chat)
    repair(own)
    assert planned(own.db, "turn") == []


@pytest.mark.parametrize(
    ("hours", "handled", "worry", "handler"),
    [(25, True, None, "closed"), (23, True, None, "bot"), (25, False, None, "bot"), (25, True, "olhar", "bot")],
)
def test_repair_closes_only_what_is_long_over(
    own: Wiring, hours: int, handled: bool, worry: str | None, handler: str
) -> None:
    a_chat(own.db)
    with own.db.transaction() as session:
        long_ago = utc_now() - timedelta(hours=hours)
        session.execute(update(Conversation).values(last_inbound_at=long_ago, needs_person=worry))
        session.execute(update(Message).values(handled_at=utc_now() if handled else None))
    repair(own)
    assert [conversation.handler for conversation in rows(own.db, Conversation)] == [handler]
