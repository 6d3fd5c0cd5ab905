"""Kills every process of a running system again and again, as a crash would."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path


class Killer:
    """`kill -9` for each process once in every `seconds`, spread over them, in an order that follows from `seed`."""

    def __init__(self, data_dir: Path, seconds: float, *, seed: int, spare: frozenset[str] = frozenset()) -> None:
        self._pids = data_dir / "pids"
        self._seconds = seconds
        self._order = random.Random(seed)
        self._spare = spare
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._kill_forever, name="killer", daemon=True)
        self.kills: Counter[str] = Counter()

    def start(self) -> None:
        """Begins to kill."""
        self._thread.start()

    def stop(self, *, after_rounds: int = 0) -> None:
        """Kills no more, at the earliest once each process was killed so often."""
        while after_rounds and min((self.kills[name] for name in self.names()), default=0) < after_rounds:
            if self._enough.wait(0.2):
                break
        self._enough.set()
        self._thread.join()

    def names(self) -> list[str]:
        """The processes that run, by their names in the Procfile; several of one kind have numbers."""
        names = (path.name for path in self._pids.iterdir() if not path.name.startswith("."))
        return sorted(name for name in names if name.partition(".")[0] not in self._spare)

    def _kill_forever(self) -> None:
        while not self._enough.is_set():
            names = self.names()
            self._order.shuffle(names)
            for name in names:
                if self._enough.wait(self._seconds / len(names)):
                    return
                with suppress(ProcessLookupError, FileNotFoundError):
                    os.kill(int((self._pids / name).read_text()), signal.SIGKILL)
                    self.kills[name] += 1
