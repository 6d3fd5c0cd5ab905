"""One thread of a web process that follows what changes, and wakes the open streams that show it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from core.db import Database
from core.errors import Unreachable
from handoff.console.streams.bell import EVERYTHING, FRAME, LIST, THREAD, Bell
from handoff.console.streams.change_log import ChangeLog
from handoff.console.streams.shared import Shared

log = logging.getLogger("console")

EVERY_SECONDS = 0.25
AWAY_SECONDS = 1.0
"""Between two looks while the database is away."""
MOVED = "conversation"
PARTS = {
    "message": (THREAD, LIST),
    MOVED: (THREAD, LIST),
    "job": (FRAME,),
    "suggestion": (FRAME,),
    "clock": (LIST,),
    "read": (LIST,),
}
"""What each kind of change is seen in, on the page of its conversation. Whether the frame has to be drawn for a change
of the conversation itself shows with the thread; clocks of promises stand there by the minute, drawn with the beat."""


class Follower:
    """Streams listen; the thread runs as long as any does. Made before the fork, it starts after it."""

    def __init__(self, db: Database, shared: Shared, most: int, every: float = EVERY_SECONDS) -> None:
        self._db, self._shared, self._most, self._every = db, shared, most, every
        self._lock = threading.Lock()
        self._bells: set[Bell] = set()
        self._running = False
        self._over = threading.Event()

    @contextmanager
    def listening(self, bell: Bell) -> Iterator[bool]:
        """The bell is rung inside the block. False, and it is not, where so many listen already or the process ends."""
        with self._lock:
            welcome = len(self._bells) < self._most and not self._over.is_set()
            if welcome:
                self._bells.add(bell)
                if not self._running:
                    self._running = True
                    threading.Thread(target=self._follow, name="console-follower", daemon=True).start()
        try:
            yield welcome
        finally:
            with self._lock:
                self._bells.discard(bell)

    def close(self) -> None:
        """Ends every stream, and lets no other begin. May be called again."""
        self._over.set()
        for bell in tuple(self._bells):
            bell.close()

    def _follow(self) -> None:
        changes = ChangeLog(self._db)
        away = False
        while self._goes_on():
            try:
                fresh = changes.fresh()
            except Unreachable as error:
                log.warning("open consoles are not told what changes: %s", error)
                away = True
                self._over.wait(AWAY_SECONDS)
                continue
            self._tell(fresh, everything=away)
            away = False
            self._over.wait(self._every)

    def _goes_on(self) -> bool:
        with self._lock:
            self._running = bool(self._bells) and not self._over.is_set()
            return self._running

    def _tell(self, fresh: Collection[tuple[int, str]], *, everything: bool) -> None:
        if not fresh and not everything:
            return
        self._shared.next_round({conversation_id for conversation_id, _ in fresh})
        own: dict[int, set[str]] = {}
        for conversation_id, what in fresh:
            own.setdefault(conversation_id, set()).update(PARTS.get(what, EVERYTHING))
        listed = frozenset(conversation_id for conversation_id, parts in own.items() if LIST in parts)
        # Who comes, goes or changes hands may stand in any list, and in the counts above it.
        moved = everything or any(what == MOVED or what not in PARTS for _, what in fresh)
        with self._lock:
            bells = tuple(self._bells)
        for bell in bells:
            parts = EVERYTHING if everything else own.get(bell.conversation_id or 0, set())
            if moved or (listed if bell.listed is None else listed & bell.listed):
                parts = {*parts, LIST}
            if parts:
                bell.ring(parts)
