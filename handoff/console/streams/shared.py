"""What open consoles of one process read together: everybody who may see the same is shown one read of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

T = TypeVar("T")
KEPT_SECONDS = 15.0
"""Times pass on the screen also where nothing changes."""
TOUCHED = 20_000
MOST = 1000


@dataclass
class _Entry:
    lock: threading.Lock = field(default_factory=threading.Lock)
    round: int = -1
    at: float = 0.0
    value: Any = None


class Shared:
    """Values by key, each read once in a round. A round ends with the next change that the follower finds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._round = 0
        self._lock = threading.Lock()
        self._entries: dict[Hashable, _Entry] = {}
        self._touched: dict[int, int] = {}

    def next_round(self, changed: Collection[int]) -> None:
        """These conversations changed: nothing that was read of them before is good any more."""
        if len(self._touched) > TOUCHED:
            self._touched = {}
        self._touched.update(dict.fromkeys(changed, self._round + 1))
        self._round += 1

    def get(self, key: Hashable, read: Callable[[], T], *, of: Collection[int] | None = None) -> T:
        """The value of this round, read by whoever comes first while the others wait. What is equal stays identical.

        With `of` it concerns these conversations alone, and is good until one of them changes.
        """
        with self._lock:
            if len(self._entries) > MOST:
                self._entries.clear()
            entry = self._entries.setdefault(key, _Entry())
        with entry.lock:
            # Taken before reading: what changes meanwhile belongs to the next round.
            now, current = self._clock(), self._round if of is None else self._round_of(of)
            if entry.round != current or now - entry.at > KEPT_SECONDS:
                value = read()
                if entry.value != value:
                    entry.value = value
                entry.round, entry.at = current, now
            return cast(T, entry.value)

    def _round_of(self, conversations: Collection[int]) -> int:
        return max((self._touched.get(id_, 0) for id_ in conversations), default=0)
