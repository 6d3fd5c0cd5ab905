"""Webhooks that the simulated WhatsApp still owes to the product: kept until accepted or given up."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from webhooks.simulator.database import Database

LEASE = timedelta(seconds=40)
GIVE_UP_AFTER = timedelta(days=7)
FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(seconds=60)
# An earlier message of the same chat goes first while it is fresh; Meta promises no order, and one that keeps being
# refused must not hold the others back. The events of one message always go in order.
CLAIM = """
UPDATE mail SET leased_until = :lease, tries = tries + 1 WHERE id = (
  SELECT id FROM mail AS m WHERE done_at IS NULL AND due_at <= :now AND leased_until <= :now
    AND NOT EXISTS (SELECT 1 FROM mail AS p WHERE p.message_id = m.message_id AND p.id < m.id AND p.done_at IS NULL)
    AND (m.event <> 'message' OR NOT EXISTS (
      SELECT 1 FROM mail AS p WHERE p.done_at IS NULL AND p.phone = m.phone AND p.event = 'message' AND p.id < m.id
        AND p.tries < 2))
  ORDER BY due_at, id LIMIT 1)
RETURNING *
"""


@dataclass(frozen=True)
class Letter:
    """One owed webhook: `event` is message, sent, delivered, read or failed (with `error_code`)."""

    id: int
    message_id: str
    event: str
    error_code: int | None
    happened_at: datetime
    tries: int


class Mailbag:
    """Owed webhooks. A claimed letter comes back after its lease if its carrier died."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def add(
        self,
        connection: sqlite3.Connection,
        message_id: str,
        phone: str,
        event: str,
        *,
        delay: timedelta = timedelta(0),
        error_code: int | None = None,
    ) -> None:
        """Owes one webhook, inside the caller's transaction."""
        due = (self._clock() + delay).timestamp()
        connection.execute(
            "INSERT INTO mail (message_id, phone, event, error_code, happened_at, due_at) VALUES (?, ?, ?, ?, ?, ?)",
            (message_id, phone, event, error_code, due, due),
        )

    def claim(self) -> Letter | None:
        """The next letter that is due, leased to the caller; None when nothing is due."""
        now = self._clock()
        if not self._database.read(
            "SELECT 1 FROM mail WHERE done_at IS NULL AND due_at <= ? AND leased_until <= ? LIMIT 1",
            now.timestamp(),
            now.timestamp(),
        ):
            return None
        with self._database.write() as connection:
            values = {"now": now.timestamp(), "lease": (now + LEASE).timestamp()}
            row = connection.execute(CLAIM, values).fetchone()
        return _letter(row) if row else None

    def settle(self, letter: Letter, *, accepted: bool) -> None:
        """Done when accepted; otherwise due again later, doubling the wait, until seven days have passed."""
        now = self._clock()
        if accepted or now - letter.happened_at > GIVE_UP_AFTER:
            sql = "UPDATE mail SET done_at = ?, accepted = ? WHERE id = ?"
            values: tuple[float, ...] = (now.timestamp(), accepted, letter.id)
        else:
            wait = min(FIRST_WAIT * 2 ** min(letter.tries - 1, 10), LONGEST_WAIT)
            sql = "UPDATE mail SET due_at = ?, leased_until = 0 WHERE id = ?"
            values = ((now + wait).timestamp(), letter.id)
        with self._database.write() as connection:
            connection.execute(sql, values)

    def waiting(self) -> int:
        """How many webhooks are owed."""
        count: int = self._database.read("SELECT count(*) FROM mail WHERE done_at IS NULL")[0][0]
        return count

    def seconds_until_due(self, longest: float) -> float:
        """How long nothing will be due, at most `longest`."""
        due = self._database.read("SELECT min(max(due_at, leased_until)) FROM mail WHERE done_at IS NULL")[0][0]
        if due is None:
            return longest
        return float(min(longest, max(0.02, due - self._clock().timestamp())))


def _letter(row: sqlite3.Row) -> Letter:
    when = datetime.fromtimestamp(row["happened_at"], UTC)
    return Letter(row["id"], row["message_id"], row["event"], row["error_code"], when, row["tries"])
