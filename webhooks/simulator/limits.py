"""Meta's limits really counted: messages a second of one number, and how fast one person may be written to."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime

from webhooks.simulator.database import Database
from webhooks.simulator.refusal import switched_on

PER_SECOND = 80
PAIR_SECONDS = 6.0
PAIR_BURST = 45
# Unix seconds as floating point are good for a microsecond, and many are added up.
ROUNDING = 1e-3


class Limits:
    """Two leaky buckets in the file, so that all processes count together."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def count(self, wa_id: str) -> None:
        """One message to this person. Raises Refusal (131056, then 130429) when it is one too many; then it does not
        count."""
        now = self._clock().timestamp()
        with self._database.write() as connection:
            pair = _due(connection, f"pair/{wa_id}", now, PAIR_SECONDS, PAIR_BURST)
            if pair is None:
                raise switched_on("131056")
            number = _due(connection, "number", now, 1 / PER_SECOND, PER_SECOND)
            if number is None:
                raise switched_on("130429")
            for name, due in ((f"pair/{wa_id}", pair), ("number", number)):
                connection.execute("INSERT OR REPLACE INTO pace (name, due_at) VALUES (?, ?)", (name, due))


def _due(connection: sqlite3.Connection, name: str, now: float, every: float, burst: int) -> float | None:
    """When the bucket would be empty after one more; None when it has no room for it."""
    row = connection.execute("SELECT due_at FROM pace WHERE name = ?", (name,)).fetchone()
    due = max(now, row["due_at"] if row else now) + every
    return due if due - now <= every * burst + ROUNDING else None
