"""What open consoles of one process read together: everybody who may see the same is shown one read of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

T = TypeVar("T")
KEPT_SECONDS = 2.0
"""Times pass on the screen also where nothing changes."""
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

    def next_round(self) -> None:
        """Something changed: nothing that was read before is good any more."""
        self._round += 1

    def get(self, key: Hashable, read: Callable[[], T]) -> T:
        """The value of this round, read by whoever comes first while the others wait. What is equal stays identical."""
        with self._lock:
            if len(self._entries) > MOST:
                self._entries.clear()
            entry = self._entries.setdefault(key, _Entry())
        with entry.lock:
            # Taken before reading: what changes meanwhile belongs to the next round.
            now, current = self._clock(), self._round
            if entry.round != current or now - entry.at > KEPT_SECONDS:
                value = read()
                if entry.value != value:
                    entry.value = value
                entry.round, entry.at = current, now
            return cast(T, entry.value)
