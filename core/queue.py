"""The doorbell: tells a queue's workers, through RQ, that the outbox holds work. Carries nothing that could be lost."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue

log = logging.getLogger(__name__)

PERFORM = "worker.perform"
JOB_TIMEOUT_SECONDS = 90
# A wake-up that still waits will see every row committed before it starts: more than a few say nothing new.
ENOUGH_RINGS = 3
QUIET_AFTER_FAILURE_SECONDS = 1.0


def connect(url: str) -> redis.Redis:
    """A connection for ringing: it fails at once when nobody answers, since the sweep repairs what was not rung."""
    return redis.from_url(
        url, socket_connect_timeout=0.3, socket_timeout=0.5, retry=Retry(NoBackoff(), 0), health_check_interval=0
    )


class Doorbell:
    """Rings queues by name. Never raises because of Redis: the rows are safe and the clock rings again."""

    def __init__(self, connection: redis.Redis) -> None:
        self._connection = connection
        self._quiet_until = 0.0

    def ring(self, names: Iterable[str]) -> None:
        """Wakes the workers of these queues, unless enough wake-ups wait there already."""
        if time.monotonic() < self._quiet_until:
            return
        try:
            for name in names:
                queue = Queue(name, connection=self._connection)
                if self._connection.llen(queue.key) < ENOUGH_RINGS:
                    queue.enqueue(PERFORM, name, job_timeout=JOB_TIMEOUT_SECONDS, result_ttl=0, failure_ttl=60)
        except (redis.RedisError, OSError) as error:
            self._quiet_until = time.monotonic() + QUIET_AFTER_FAILURE_SECONDS
            log.warning("no wake-up sent (%s); the sweep will find the work", type(error).__name__)
