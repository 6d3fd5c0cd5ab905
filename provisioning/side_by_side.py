"""Reads that are made at the same time, each with a time limit of its own: a slow one keeps no other waiting."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def side_by_side(reads: Mapping[str, tuple[Callable[[], T], float]]) -> dict[str, Future[T]]:
    """Those of the reads, by name, that ended within their limit (seconds from now): what they returned or raised.

    The others go on in the background until limits of their own end them; what they hold, such as a device's lock,
    they let go of then.
    """
    began = time.monotonic()
    pool = ThreadPoolExecutor(len(reads), thread_name_prefix="read")
    running = {name: (pool.submit(read), began + limit) for name, (read, limit) in reads.items()}
    pool.shutdown(wait=False)
    ended = {}
    for name, (future, until) in sorted(running.items(), key=lambda item: item[1][1]):
        if _ends(future, until):
            ended[name] = future
    return ended


def _ends(future: Future[T], until: float) -> bool:
    try:
        future.exception(timeout=max(0.0, until - time.monotonic()))
    except TimeoutError:
        return False
    return True
