"""Failures that can be switched on for the next calls, to see how the product lives with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from webhooks.simulator.database import Database

MODES = {
    "messages": {
        "500": "answers 500",
        "130429": "answers 429, throughput of the number",
        "131056": "answers 429, too many messages to one person",
        "190": "answers 401, token refused",
        "hang": "waits `seconds`, then goes on as usual",
        "slow_answer": "accepts at once, answers after `seconds`",
        "drop_connection": "accepts, then closes the connection without an answer",
        "undeliverable": "accepts, then reports the message as failed",
    },
    "media": {
        "500": "answers 500",
        "190": "answers 401, token refused",
        "hang": "waits `seconds`, then goes on as usual",
    },
    "templates": {
        "reject": "takes the next template in, and rejects it",
        "as_marketing": "takes the next template in as marketing, whatever it was handed in as",
        "500": "answers 500 to the next template",
        "190": "answers 401, token refused",
    },
    "webhooks": {"duplicate": "delivers a webhook twice"},
}


@dataclass(frozen=True)
class FailureMode:
    """One failure that waits for `remaining` more calls of its scope."""

    scope: str
    mode: str
    seconds: float
    remaining: int


class FailureModes:
    """A queue per scope; every call takes one from its front."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, wanted: FailureMode) -> None:
        """The next `remaining` calls of the scope fail so, after those already queued."""
        values = (wanted.scope, wanted.mode, wanted.seconds, wanted.remaining)
        with self._database.write() as connection:
            connection.execute("INSERT INTO failure (scope, mode, seconds, remaining) VALUES (?, ?, ?, ?)", values)

    def clear(self) -> None:
        """Everything works again."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM failure")

    def waiting(self) -> list[FailureMode]:
        """What is still to come, in order."""
        return [_mode(row) for row in self._database.read("SELECT * FROM failure ORDER BY id")]

    def take(self, scope: str) -> FailureMode | None:
        """The failure this call has to show, used up; None when it may succeed."""
        if not self._database.read("SELECT 1 FROM failure WHERE scope = ? LIMIT 1", scope):
            return None
        with self._database.write() as connection:
            row = connection.execute("SELECT * FROM failure WHERE scope = ? ORDER BY id LIMIT 1", (scope,)).fetchone()
            if row is None:
                return None
            if row["remaining"] > 1:
                connection.execute("UPDATE failure SET remaining = remaining - 1 WHERE id = ?", (row["id"],))
            else:
                connection.execute("DELETE FROM failure WHERE id = ?", (row["id"],))
        return _mode(row)


def _mode(row: Any) -> FailureMode:
    return FailureMode(row["scope"], row["mode"], row["seconds"], row["remaining"])
