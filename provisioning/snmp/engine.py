"""One event loop and as few SNMP engines as may be for each process: an engine takes half a second to build."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

from pysnmp.hlapi.v3arch.asyncio import SnmpEngine

Answer = TypeVar("Answer")


class EngineRoom:
    """A loop that runs in a thread of its own, and its engines: many threads may ask at the same time."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._engines: dict[str, Any] = {}
        threading.Thread(target=self._loop.run_forever, name="snmp", daemon=True).start()

    def engine(self, keyring: str) -> Any:
        """The engine of this keyring; to be called within the loop.

        An engine keeps one set of keys for each name of a user: users with other keys need an engine of their own.
        """
        if keyring not in self._engines:
            self._engines[keyring] = SnmpEngine()
        return self._engines[keyring]

    def run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """What `work` returns or raises; waits for it in the calling thread."""
        asked = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return asked.result()
        except BaseException:
            # The caller was told to stop (a job's deadline): nobody waits for the answers any more.
            asked.cancel()
            raise


def engine_room() -> EngineRoom:
    """This process's. A forked child gets its own: threads and sockets do not survive a fork."""
    return _room_of(os.getpid())


@cache
def _room_of(process: int) -> EngineRoom:
    return EngineRoom()
