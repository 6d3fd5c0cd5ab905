"""The worker over real PostgreSQL and Valkey: a ring leads to work, each row is done once, nothing is forgotten."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import redis
from rq import Queue, SimpleWorker
from sqlalchemy import update

import worker
from core.db import Database, make_engine
from core.errors import Conflict, Failure, Misconfigured, Refused, Unreachable
from core.later import Later
from core.queue import ENOUGH_RINGS, Doorbell, connect
from core.route import Route
from core.settings import load
from models import utc_now
from models.outbox import LEASE_SECONDS, Outbox, add_work, claim
from stores import free_port
from tests.integration.doors import at_once, rows
from wiring import Wiring, build

TOPIC = "turn"


class Handler:
    """A handler that keeps what it was called with and does what it is told for each id."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.given_up: list[int] = []
        self.errors: dict[int, list[Exception]] = {}
        self._lock = threading.Lock()

    def __call__(self, ref_id: int) -> None:
        with self._lock:
            planned = self.errors.get(ref_id, [])
            error = planned.pop(0) if planned else None
        if error is not None:
            raise error
        with self._lock:
            self.done.append(ref_id)


@pytest.fixture
def handler() -> Handler:
    return Handler()


@pytest.fixture
def valkey(redis_url: str) -> Iterator[redis.Redis]:
    connection = redis.from_url(redis_url)
    connection.flushall()
    yield connection
    connection.flushall()


@pytest.fixture
def own(
    db: Database,
    database_url: str,
    redis_url: str,
    valkey: redis.Redis,
    handler: Handler,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Wiring]:
    """This process's wiring, with the handler for turns (six tries) and for deliveries (for ever)."""
    built = build(load({"DATABASE_URL": database_url, "REDIS_URL": redis_url, "SECRET_KEY": "k" * 32}))
    routes = {
        **built.routes,
        TOPIC: Route(handler, most_tries=6, give_up=handler.given_up.append),
        "deliver": Route(handler),
    }
    wired = replace(built, routes=routes)
    # RQ calls `perform` with the queue's name only, so the process keeps its wiring; this is how it gets ours.
    monkeypatch.setattr(worker, "wiring", lambda: wired)
    yield wired
    built.db.engine.dispose()


def _plan(own: Wiring, *refs: int, topic: str = TOPIC, after: float = 0) -> None:
    with own.db.transaction() as session:
        for ref in refs:
            add_work(session, topic, ref, after_seconds=after)


def _due_again(own: Wiring) -> None:
    with own.db.transaction() as session:
        session.execute(update(Outbox).values(run_after=utc_now() - timedelta(seconds=1)))


def _row(own: Wiring) -> Outbox:
    (row,) = rows(own.db, Outbox)
    assert isinstance(row, Outbox)
    return row


def _waits(row: Outbox) -> float:
    return (row.run_after - utc_now()).total_seconds()


def _burst(connection: redis.Redis, queue: str) -> None:
    SimpleWorker([Queue(queue, connection=connection)], connection=connection).work(burst=True, logging_level="ERROR")


def test_ring_leads_to_work(own: Wiring, handler: Handler, valkey: redis.Redis) -> None:
    _plan(own, 1, 2, 3)
    _burst(valkey, "turns")
    assert handler.done == [1, 2, 3]
    assert all(row.done_at and row.error is None for row in rows(own.db, Outbox))


def test_many_rings_leave_few_wake_ups(own: Wiring, valkey: redis.Redis) -> None:
    for ref in range(20):
        _plan(own, ref)
    assert Queue("turns", connection=valkey).count <= ENOUGH_RINGS


def test_more_rows_than_one_wake_up_does_are_all_done(own: Wiring, handler: Handler, valkey: redis.Redis) -> None:
    _plan(own, *range(worker.ROWS_PER_WAKE_UP["turns"] * 2 + 7))
    _burst(valkey, "turns")
    assert len(handler.done) == worker.ROWS_PER_WAKE_UP["turns"] * 2 + 7


def test_two_workers_in_parallel_do_each_row_once(own: Wiring, handler: Handler) -> None:
    _plan(own, *range(60))
    at_once([lambda: worker.perform("turns")] * 8, threads=4)
    assert sorted(handler.done) == list(range(60))


def test_claimed_row_is_left_alone_by_others(own: Wiring) -> None:
    _plan(own, 1, 2)
    with own.db.transaction() as first:
        mine = claim(first, "turns")
        with own.db.transaction() as second:
            other = claim(second, "turns")
            assert mine is not None
            assert other is not None
            assert {mine.ref_id, other.ref_id} == {1, 2}
            assert claim(second, "turns") is None
    with own.db.transaction() as session:
        assert claim(session, "turns") is None


def test_row_that_is_not_due_or_of_another_queue_is_not_claimed(own: Wiring, handler: Handler) -> None:
    _plan(own, 1, after=60)
    _plan(own, 2, topic="deliver")
    worker.perform("turns")
    assert handler.done == []


def test_rows_are_done_oldest_first(own: Wiring, handler: Handler) -> None:
    for ref, ago in ((1, -1), (2, -30), (3, -10)):
        _plan(own, ref, after=ago)
    worker.perform("turns")
    assert handler.done == [2, 3, 1]


def test_later_postpones_and_is_no_try(own: Wiring, handler: Handler) -> None:
    handler.errors[1] = [Later(30, "too early") for _ in range(10)]
    _plan(own, 1)
    for _ in range(10):
        worker.perform("turns")
        assert 25 < _waits(_row(own)) <= 30
        _due_again(own)
    assert (_row(own).tries, _row(own).error, handler.given_up) == (0, "too early", [])
    worker.perform("turns")
    assert (handler.done, _row(own).error) == ([1], None)


def test_failure_backs_off_longer_each_time(own: Wiring, handler: Handler) -> None:
    handler.errors[1] = [Unreachable("nlu") for _ in range(9)]
    _plan(own, 1, topic="deliver")
    waits = []
    for _ in range(9):
        worker.perform("outbound")
        waits.append(round(_waits(_row(own))))
        _due_again(own)
    assert waits == [1, 2, 5, 10, 20, 40, 60, 60, 60]
    worker.perform("outbound")
    assert handler.done == [1]


def test_failure_waits_as_long_as_the_other_side_asked(own: Wiring, handler: Handler) -> None:
    handler.errors[1] = [Unreachable("graph_80007", retry_after=120)]
    _plan(own, 1)
    worker.perform("turns")
    assert 110 < _waits(_row(own)) <= 120
    assert (_row(own).done_at, _row(own).error) == (None, "graph_80007")


@pytest.mark.parametrize("failure", [Refused("no"), Misconfigured("token")])
def test_permanent_failure_is_given_up_at_once(own: Wiring, handler: Handler, failure: Failure) -> None:
    handler.errors[1] = [failure]
    _plan(own, 1)
    worker.perform("turns")
    assert (handler.done, handler.given_up) == ([], [1])
    assert (_row(own).done_at is not None, _row(own).error) == (True, failure.code)


def test_failing_work_is_given_up_after_its_tries(own: Wiring, handler: Handler) -> None:
    handler.errors[1] = [Unreachable("nlu") for _ in range(20)]
    _plan(own, 1)
    for _ in range(10):
        worker.perform("turns")
        _due_again(own)
    assert (handler.given_up, _row(own).tries, _row(own).error) == ([1], 6, "nlu")


def test_bug_in_a_handler_keeps_the_row_with_its_error_and_lets_the_next_go_on(own: Wiring, handler: Handler) -> None:
    handler.errors[1] = [KeyError("oops")]
    _plan(own, 1, 2)
    worker.perform("turns")
    assert handler.done == [2]
    broken, fine = rows(own.db, Outbox)
    assert (broken.done_at, broken.error, fine.done_at is not None) == (None, "KeyError", True)
    _due_again(own)
    worker.perform("turns")
    assert handler.done == [2, 1]


def test_conflict_is_decided_again_at_once(own: Wiring, handler: Handler) -> None:
    handler.errors[1] = [Conflict("changed") for _ in range(worker.CONFLICT_TRIES - 1)]
    _plan(own, 1)
    worker.perform("turns")
    assert handler.done == [1]


def test_endless_conflict_waits_without_being_given_up(own: Wiring, handler: Handler) -> None:
    handler.errors[1] = [Conflict("changed") for _ in range(worker.CONFLICT_TRIES * 8)]
    _plan(own, 1)
    for _ in range(8):
        worker.perform("turns")
        assert _row(own).done_at is None
        _due_again(own)
    worker.perform("turns")
    assert (handler.done, handler.given_up) == ([1], [])


@pytest.mark.parametrize("queue", sorted(LEASE_SECONDS))
def test_row_of_a_worker_that_died_is_due_again_after_its_lease(own: Wiring, queue: str) -> None:
    topic = {"turns": "turn", "outbound": "deliver", "network": "network", "background": "fetch_media"}[queue]
    _plan(own, 1, topic=topic)
    with own.db.transaction() as session:
        assert claim(session, queue) is not None
    assert LEASE_SECONDS[queue] - 5 < _waits(_row(own)) <= LEASE_SECONDS[queue]
    _due_again(own)
    with own.db.transaction() as session:
        again = claim(session, queue)
        assert again is not None
        assert again.tries == 2


def test_work_that_takes_its_worker_down_every_time_is_given_up(own: Wiring, handler: Handler) -> None:
    _plan(own, 1)
    for _ in range(6):
        with own.db.transaction() as session:
            assert claim(session, "turns") is not None
        _due_again(own)
    worker.perform("turns")
    assert (handler.done, handler.given_up, _row(own).error) == ([], [1], "tried_too_often")


def test_ring_without_redis_does_not_raise_and_the_row_is_there(db: Database) -> None:
    bell = Doorbell(connect(f"redis://127.0.0.1:{free_port()}/0"))
    rung: list[frozenset[str]] = []

    def ring(names: frozenset[str]) -> None:
        rung.append(names)
        bell.ring(names)

    for ref in (1, 2):
        with Database(db.engine, ring).transaction() as session:
            add_work(session, TOPIC, ref)
    assert rung == [frozenset({"turns"})] * 2
    assert [row.ref_id for row in rows(db, Outbox)] == [1, 2]


def test_nothing_is_rung_when_the_transaction_fails(db: Database) -> None:
    rung: list[frozenset[str]] = []

    def fails() -> None:
        with Database(db.engine, rung.append).transaction() as session:
            add_work(session, TOPIC, 1)
            raise KeyError("oops")

    with pytest.raises(KeyError):
        fails()
    assert (rung, rows(db, Outbox)) == ([], [])


def test_worker_without_redis_works_the_outbox_off(own: Wiring, handler: Handler, valkey: redis.Redis) -> None:
    _plan(own, 1, 2)
    valkey.flushall()
    worker.work_without_redis("turns")
    assert handler.done == [1, 2]


def test_worker_without_redis_and_database_only_waits(
    own: Wiring, handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = Database(make_engine(f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"))
    lost = replace(own, db=nowhere)
    monkeypatch.setattr(worker, "wiring", lambda: lost)
    worker.work_without_redis("turns")
    assert handler.done == []


def test_forked_process_builds_its_own_wiring(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    for name, value in {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "SECRET_KEY": "k" * 32}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(worker, "_built", {})
    first: Wiring = worker.wiring()
    assert worker.wiring() is first
    pid: Callable[[], int] = lambda: 1  # noqa: E731 - stands in for the child's
    monkeypatch.setattr("worker.os.getpid", pid)
    assert worker.wiring() is not first
