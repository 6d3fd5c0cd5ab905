"""Webhooks that the simulated WhatsApp still owes to the product: kept until accepted or given up."""

from __future__ import annotations

import json
import random
import secrets
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from webhooks.simulator.database import Database
from webhooks.simulator.failures import FailureModes

STATUSES = ("sent", "delivered", "read", "failed")
LEASE = timedelta(seconds=40)
GIVE_UP_AFTER = timedelta(days=7)
FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(seconds=60)
MOST_AT_ONCE = 1000
# An earlier message of the same chat goes first while it is fresh; Meta promises no order, and one that keeps being
# refused must not hold the others back. The events of one message go in order. What travels in the same batch is
# there already, and what is loose waits for nobody.
CLAIM = """
UPDATE mail SET leased_until = :lease, tries = tries + 1, batch = :batch WHERE id = (
  SELECT id FROM mail AS m WHERE done_at IS NULL AND due_at <= :now AND leased_until <= :now
    AND (:only = '' OR m.message_id = :only)
    AND (m.loose OR NOT EXISTS (SELECT 1 FROM mail AS p WHERE p.message_id = m.message_id AND p.id < m.id
      AND p.done_at IS NULL AND p.batch IS NOT :batch))
    AND (m.loose OR m.event <> 'message' OR NOT EXISTS (
      SELECT 1 FROM mail AS p WHERE p.done_at IS NULL AND p.phone = m.phone AND p.event = 'message' AND p.id < m.id
        AND p.tries < 2 AND NOT p.loose AND p.batch IS NOT :batch))
  ORDER BY due_at, id LIMIT 1)
RETURNING *
"""
REPEAT = """
INSERT INTO mail (message_id, phone, event, error_code, happened_at, due_at, detail, loose)
SELECT message_id, phone, event, error_code, happened_at, ?, detail, 1 FROM mail WHERE id = ?
"""


@dataclass(frozen=True)
class Letter:
    """One owed webhook. `event` is message, sent, delivered, read, failed (with `error_code`), or what happened to a
    phone or a message, told by `detail`."""

    id: int
    message_id: str
    phone: str
    event: str
    error_code: int | None
    happened_at: datetime
    tries: int
    detail: Mapping[str, Any]


class Mailbag:
    """Owed webhooks. A claimed letter comes back after its lease if its carrier died."""

    def __init__(self, database: Database, clock: Callable[[], datetime], failures: FailureModes) -> None:
        self._database = database
        self._clock = clock
        self._failures = failures

    def add(
        self,
        connection: sqlite3.Connection,
        message_id: str,
        phone: str,
        event: str,
        *,
        delay: timedelta = timedelta(0),
        error_code: int | None = None,
        detail: Mapping[str, Any] | None = None,
        loose: bool = False,
    ) -> None:
        """Owes one webhook, inside the caller's transaction; `loose` ones keep no order. Where trouble is switched on
        it is late, loose or, if it is a status, never owed."""
        happened = (self._clock() + delay).timestamp()
        if event in STATUSES and self._failures.draw(connection, "webhooks", {"lose_status"}):
            return
        late = self._failures.draw(connection, "webhooks", {"shuffle", "delay"})
        due = happened
        if late is not None:
            shuffled = late.mode == "shuffle"
            loose = loose or shuffled
            due += late.seconds * (_share(connection, late.seed) if shuffled else 1.0)
        connection.execute(
            "INSERT INTO mail (message_id, phone, event, error_code, happened_at, due_at, detail, loose)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (message_id, phone, event, error_code, happened, due, json.dumps(dict(detail or {})), loose),
        )

    def claim(self) -> Letter | None:
        """The next letter that is due, leased to the caller; None when nothing is due."""
        letters = self._claim(1)
        return letters[0] if letters else None

    def claim_batch(self) -> list[Letter]:
        """What goes into one POST: a single letter, or many while batches are switched on and enough are due."""
        batch = self._failures.standing("batch")
        if batch is None:
            return self._claim(1)
        now = self._clock().timestamp()
        most = min(max(batch.amount, 1), MOST_AT_ONCE)
        due, oldest = self._database.read(
            "SELECT count(*), min(due_at) FROM mail WHERE done_at IS NULL AND due_at <= ? AND leased_until <= ?",
            now,
            now,
        )[0]
        if not due or (due < most and oldest + batch.seconds > now):
            return []
        return self._claim(most)

    def claim_of(self, message_id: str) -> list[Letter]:
        """The first letter that is owed of one message, due or not: for a status that is faster than the answer."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE mail SET due_at = min(due_at, ?) WHERE id = (SELECT min(id) FROM mail WHERE message_id = ?"
                " AND done_at IS NULL)",
                (self._clock().timestamp(), message_id),
            )
        return self._claim(1, message_id)

    def _claim(self, most: int, only: str = "") -> list[Letter]:
        now = self._clock()
        if not self._database.read(
            "SELECT 1 FROM mail WHERE done_at IS NULL AND due_at <= ? AND leased_until <= ? LIMIT 1",
            now.timestamp(),
            now.timestamp(),
        ):
            return []
        values = {"now": now.timestamp(), "lease": (now + LEASE).timestamp(), "batch": secrets.token_hex(8)}
        letters: list[Letter] = []
        with self._database.write() as connection:
            while len(letters) < most:
                row = connection.execute(CLAIM, values | {"only": only}).fetchone()
                if row is None:
                    break
                letters.append(_letter(row))
        return letters

    def settle(self, letter: Letter, *, accepted: bool) -> None:
        """Done when accepted; otherwise due again later, doubling the wait, until seven days have passed."""
        now = self._clock()
        if accepted or now - letter.happened_at > GIVE_UP_AFTER:
            sql = "UPDATE mail SET done_at = ?, accepted = ?, posts = posts + 1 WHERE id = ?"
            values: tuple[float, ...] = (now.timestamp(), accepted, letter.id)
        else:
            wait = min(FIRST_WAIT * 2 ** min(letter.tries - 1, 10), LONGEST_WAIT)
            sql = "UPDATE mail SET due_at = ?, leased_until = 0, batch = NULL, posts = posts + 1 WHERE id = ?"
            values = ((now + wait).timestamp(), letter.id)
        with self._database.write() as connection:
            connection.execute(sql, values)

    def repeat(self, letters: Sequence[Letter], seconds: float, times: int) -> None:
        """Counts letters that were posted `times` more, and owes each once more after `seconds`, if that is not 0."""
        due = self._clock().timestamp() + seconds
        with self._database.write() as connection:
            for letter in letters:
                connection.execute("UPDATE mail SET posts = posts + ? WHERE id = ?", (times, letter.id))
                if seconds:
                    connection.execute(REPEAT, (due, letter.id))

    def let_leases_run_out(self) -> None:
        """As if every carrier had died and the time of its lease had passed."""
        with self._database.write() as connection:
            connection.execute("UPDATE mail SET leased_until = 0 WHERE done_at IS NULL")

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


def _share(connection: sqlite3.Connection, seed: int) -> float:
    """From 0 to 1: the n-th letter of a file always gets the same with a seed."""
    last = connection.execute("SELECT max(id) FROM mail").fetchone()[0]
    return random.Random(f"{seed}/{last}").random()  # noqa: S311 - not for secrets


def _letter(row: sqlite3.Row) -> Letter:
    return Letter(
        id=row["id"],
        message_id=row["message_id"],
        phone=row["phone"],
        event=row["event"],
        error_code=row["error_code"],
        happened_at=datetime.fromtimestamp(row["happened_at"], UTC),
        tries=row["tries"],
        detail=json.loads(row["detail"] or "{}"),
    )
