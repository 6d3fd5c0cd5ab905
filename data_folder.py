"""The data folder of `make run`: one system at a time lives in it, and it is forgotten only when nobody does."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from pathlib import Path

GONE_SECONDS = 30.0


class InUse(Exception):
    """Another system lives in the folder."""


class DataFolder:
    """Held by two locks, which the kernel drops with their holders: the supervisor's own, and one that all its
    children inherit, so that it is free only when the last of them is gone, however they ended."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._locks: list[int] = []

    def take(self) -> int:
        """Returns the lock that children are to inherit. Waits for the last children of a supervisor that was killed.

        Raises InUse when another supervisor runs, or its children do not end.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        self._lock("supervisor.lock", 0.0)
        return self._lock("children.lock", GONE_SECONDS)

    def forget(self) -> None:
        """Deletes everything. Raises InUse while anything runs."""
        if self.path.exists():
            self._lock("supervisor.lock", 0.0)
            self._lock("children.lock", 0.0)
            shutil.rmtree(self.path)
        self.release()

    def release(self) -> None:
        """Lets go of the supervisor's part; children that still run keep theirs."""
        while self._locks:
            os.close(self._locks.pop())

    def _lock(self, name: str, patience: float) -> int:
        descriptor = os.open(self.path / name, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    os.close(descriptor)
                    self.release()
                    raise InUse(str(self.path)) from None
                time.sleep(0.1)
            else:
                self._locks.append(descriptor)
                return descriptor
