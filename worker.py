"""RQ's entry: a wake-up names a queue, and the worker does what the outbox holds for it."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time

import redis
from rq import Queue, SimpleWorker, Worker
from rq.timeouts import JobTimeoutException

from core import log as logs
from core.errors import Conflict, Failure, Unreachable
from core.later import Later
from core.queue import connect
from core.route import Route
from core.settings import SettingsError
from models.outbox import Claimed, claim, finish, postpone
from wiring import Wiring, build
from wiring_settings import read_settings

log = logging.getLogger("worker")

BACKOFF_SECONDS = (1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 60.0)
CONFLICT_TRIES = 5
# How many rows one wake-up works off before it rings again, so that RQ's own housekeeping gets its turn. Work on
# the network runs one row to a forked process: a driver that hangs can be killed.
ROWS_PER_WAKE_UP = {"turns": 50, "outbound": 50, "network": 1, "background": 50}
BACKGROUND_NICENESS = 5
# After this long a wake-up begins no other row: a download or a voice note may take nearly all the time that it has.
BEGIN_WITHIN_SECONDS = 5.0

# RQ listens for this long less 15 s, and then 10 s more, before it notices a Redis that neither answers nor hangs up.
WORKER_TTL_SECONDS = 30

_built: dict[int, Wiring] = {}


def wiring() -> Wiring:
    """This process's wiring. A forked child builds its own: connections must not be shared with the parent."""
    pid = os.getpid()
    if pid not in _built:
        _built.clear()
        _built[pid] = build(read_settings(), pool_size=2)
    return _built[pid]


def perform(queue: str) -> None:
    """The only function RQ knows: works off what is due in the queue. Finding nothing is fine."""
    own = wiring()
    done, began = 0, time.monotonic()
    for _ in range(ROWS_PER_WAKE_UP[queue]):
        if time.monotonic() - began > BEGIN_WITHIN_SECONDS:
            break
        # One row is closed and the next one taken in a single statement.
        with own.db.statements() as connection:
            row = claim(connection, queue, done=done)
        if row is None:
            return
        done = row.id if _do(own, row) else 0
    if done:
        with own.db.transaction(durable=False) as session:
            finish(session, done)
    own.doorbell.ring([queue])


def _do(own: Wiring, row: Claimed) -> bool:
    """Does one row; False when it is not to be closed, because it waits, failed, or is closed already."""
    route = own.routes[row.topic]
    try:
        if route.most_tries is not None and row.tries > route.most_tries:
            # It took its worker down with it again and again.
            raise Failure("tried_too_often")
        _handle(route, row.ref_id)
    except Later as later:
        _postpone(own, row, later.seconds, str(later), counts_as_try=False)
    except Failure as failure:
        log.warning("%s %s, try %s: %s", row.topic, row.ref_id, row.tries, failure)
        _failed(own, row, route, failure.code, failure.retry_after, permanent=failure.permanent)
    except JobTimeoutException:
        log.error("%s %s, try %s took too long", row.topic, row.ref_id, row.tries)
        raise
    except Exception as error:
        # A fault of ours: the row keeps its error for a person to see, and the rows behind it go on.
        log.exception("%s %s, try %s failed", row.topic, row.ref_id, row.tries)
        _failed(own, row, route, type(error).__name__, None, permanent=False)
    else:
        return True
    return False


def _handle(route: Route, ref_id: int) -> None:
    """Somebody changing the same thing first is no failure: it is read and decided again, at once."""
    for _ in range(CONFLICT_TRIES):
        try:
            return route.handle(ref_id)
        except Conflict:
            continue
    raise Later(1.0, "changed by others again and again")


def _failed(own: Wiring, row: Claimed, route: Route, error: str, retry_after: float | None, *, permanent: bool) -> None:
    if permanent or (route.most_tries is not None and row.tries >= route.most_tries):
        route.give_up(row.ref_id)
        with own.db.transaction() as session:
            finish(session, row.id, error)
        return
    wait = retry_after or BACKOFF_SECONDS[min(row.tries, len(BACKOFF_SECONDS)) - 1]
    _postpone(own, row, wait, error)


def _postpone(own: Wiring, row: Claimed, seconds: float, error: str, *, counts_as_try: bool = True) -> None:
    with own.db.transaction(durable=False) as session:
        postpone(session, row.id, seconds, error, counts_as_try=counts_as_try)


class _LooksForItself:
    """While Redis is away no wake-up comes: then the worker looks into the outbox on every failed heartbeat."""

    max_connection_wait_time = 1.0
    asked_to_stop = False

    def request_stop(self, signum: int, frame: object) -> None:
        """Remembers it: telling Redis of the stop may fail, and then the worker must end all the same."""
        self.asked_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[misc]

    def heartbeat(self, *args: object, **kwargs: object) -> None:
        try:
            super().heartbeat(*args, **kwargs)  # type: ignore[misc]
        except (redis.ConnectionError, redis.TimeoutError):
            work_without_redis(self.queue_names()[0])  # type: ignore[attr-defined]
            raise


class UnforkedWorker(_LooksForItself, SimpleWorker):
    """For short work of our own."""


class ForkingWorker(_LooksForItself, Worker):
    """For work that speaks to equipment."""


def work_without_redis(queue: str) -> None:
    """Works off the queue once; a database that is away as well is only noted."""
    try:
        perform(queue)
    except Unreachable as failure:
        log.warning("neither Redis nor the database answers: %s", failure.code)


def main(queue: str) -> None:
    """Runs a worker until SIGTERM or SIGINT."""
    try:
        settings = read_settings()
    except SettingsError as error:
        sys.exit(str(error))
    logs.configure(as_json=settings.log_json)
    if queue == "background":
        # On a machine that has no time left, customers' messages come first.
        os.nice(BACKGROUND_NICENESS)
    kind = ForkingWorker if queue == "network" else UnforkedWorker
    while True:
        worker = None
        try:
            connection = redis.from_url(settings.redis_url)
            worker = kind([Queue(queue, connection=connection)], connection=connection, worker_ttl=WORKER_TTL_SECONDS)
            worker.log_result_lifespan = False
            connect(settings.redis_url).ping()
            log.info("waiting for work in %s", queue)
            perform(queue)
            worker.work(logging_level="WARNING")
            return
        except (redis.RedisError, OSError, Unreachable) as error:
            if worker is not None and worker.asked_to_stop:
                return
            for number in (signal.SIGTERM, signal.SIGINT):
                # RQ's handlers belong to the worker that just ended: without it a signal simply ends the process.
                signal.signal(number, signal.SIG_DFL)
            log.warning("no wake-ups (%s); looking into the outbox", type(error).__name__)
            work_without_redis(queue)
            time.sleep(1)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ROWS_PER_WAKE_UP:
        sys.exit(f"usage: python worker.py {'|'.join(ROWS_PER_WAKE_UP)}")
    main(sys.argv[1])
