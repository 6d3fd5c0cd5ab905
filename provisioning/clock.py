"""The machine's time, for whoever waits on equipment."""

from __future__ import annotations

import time


class SystemClock:
    """A Clock (ports.py) over the machine's own."""

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Waits."""
        time.sleep(seconds)
