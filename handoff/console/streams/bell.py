"""What wakes one open stream: which of its parts are to be drawn again, none of them more often than it may."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping

LIST, THREAD, FRAME = "list", "thread", "frame"
EVERYTHING = frozenset({LIST, THREAD, FRAME})
RESTS: Mapping[str, float] = {LIST: 0.5, THREAD: 0.15, FRAME: 0.5}
"""Seconds for which a part is left alone after it was drawn: changes come in bursts."""


class Bell:
    """For one stream, which waits, and others, which ring. `conversation_id` is the one that it shows, if any.

    `listed` are the conversations whose messages matter to its list, None for those of all.
    """

    def __init__(
        self,
        conversation_id: int | None = None,
        rests: Mapping[str, float] = RESTS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.conversation_id = conversation_id
        self.listed: frozenset[int] | None = None
        self._rests, self._clock = rests, clock
        self._changed = threading.Condition()
        self._rung: set[str] = set()
        self._not_before = dict.fromkeys(rests, 0.0)
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether the process ends: so must the stream."""
        return self._closed

    def ring(self, parts: Iterable[str]) -> None:
        """Something in these parts changed. May be called by any thread."""
        with self._changed:
            self._rung.update(parts)
            self._changed.notify_all()

    def close(self) -> None:
        """Lets the stream go, now. May be called again."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def rest(self, seconds: float) -> None:
        """Nothing is due for so long, whatever is rung."""
        with self._changed:
            self._not_before = dict.fromkeys(self._not_before, self._clock() + seconds)

    def wait(self, seconds: float) -> frozenset[str]:
        """The parts to draw, as soon as there are some; none after so many seconds, or when closed."""
        until = self._clock() + seconds
        with self._changed:
            while True:
                now = self._clock()
                due = {part for part in self._rung if self._not_before[part] <= now}
                if due or self._closed or now >= until:
                    self._rung -= due
                    self._not_before |= {part: now + self._rests[part] for part in due}
                    return frozenset(due)
                self._changed.wait(min([until, *(self._not_before[part] for part in self._rung)]) - now)
