"""The memory of the simulated Twilio: messages both ways, contents, media, webhooks owed, trouble switched on."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webhooks.simulator.database import Database

TABLES = """
CREATE TABLE IF NOT EXISTS twilio_message (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL UNIQUE, direction TEXT NOT NULL, sender TEXT NOT NULL,
  recipient TEXT NOT NULL, body TEXT NOT NULL, status TEXT NOT NULL, error_code INTEGER, shown TEXT NOT NULL,
  fields TEXT NOT NULL, callback TEXT NOT NULL, at REAL NOT NULL, updated_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS twilio_media (
  sid TEXT PRIMARY KEY, message_sid TEXT NOT NULL, mime_type TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS twilio_content (
  sid TEXT PRIMARY KEY, name TEXT NOT NULL, language TEXT NOT NULL, variables TEXT NOT NULL, types TEXT NOT NULL,
  approval TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS twilio_letter (
  id INTEGER PRIMARY KEY AUTOINCREMENT, message_sid TEXT NOT NULL, status TEXT NOT NULL, error_code INTEGER,
  due_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS twilio_trouble (
  id INTEGER PRIMARY KEY AUTOINCREMENT, scope TEXT NOT NULL, mode TEXT NOT NULL, seconds REAL NOT NULL,
  remaining INTEGER NOT NULL)
"""


@dataclass(frozen=True)
class TwilioMessage:
    """A message as Twilio keeps it. `shown` is what the customer sees of ours, `fields` what a webhook says besides
    of theirs. `direction` is inbound or outbound-api; times are in Unix seconds."""

    seq: int
    sid: str
    direction: str
    sender: str
    recipient: str
    body: str
    status: str
    error_code: int | None
    shown: Mapping[str, Any]
    fields: Mapping[str, str]
    callback: str
    at: float
    updated_at: float


@dataclass(frozen=True)
class Letter:
    """A webhook that is due: a message of a customer's ("received"), or how far one of ours got."""

    message_sid: str
    status: str
    error_code: int | None


class TwilioStore:
    """One SQLite file, shared by the threads and processes that serve it. Every method may be called from any."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self._clock = clock
        with database.write() as connection:
            for statement in TABLES.split(";"):
                connection.execute(statement)

    def now(self) -> float:
        """The time here, in Unix seconds."""
        return self._clock().timestamp()

    def add_message(
        self,
        *,
        direction: str,
        sender: str,
        recipient: str,
        body: str,
        shown: Mapping[str, Any] | None = None,
        fields: Mapping[str, str] | None = None,
        callback: str = "",
        letters: Sequence[tuple[str, int | None, float]] = (),
    ) -> TwilioMessage:
        """A new message and the webhooks that it brings: (status, error code, seconds from now)."""
        sid = new_sid("SM")
        now = self.now()
        status = "received" if direction == "inbound" else "queued"
        row = (
            *(sid, direction, sender, recipient, body, status),
            *(json.dumps(dict(shown or {})), json.dumps(dict(fields or {})), callback, now, now),
        )
        with self.database.write() as connection:
            connection.execute(
                "INSERT INTO twilio_message (sid, direction, sender, recipient, body, status, shown, fields, callback,"
                " at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            for state, code, wait in letters:
                _owe(connection, Letter(sid, state, code), now + wait)
        return self.message_of(sid)

    def message(self, sid: str) -> TwilioMessage | None:
        """A message by its sid."""
        rows = self.database.read("SELECT * FROM twilio_message WHERE sid = ?", sid)
        return _message(rows[0]) if rows else None

    def message_of(self, sid: str) -> TwilioMessage:
        """A message that is known to be there."""
        found = self.message(sid)
        if found is None:
            raise KeyError(sid)
        return found

    def messages(self, **wanted: str) -> list[TwilioMessage]:
        """All messages, the newest first; only those of this `sender` or `recipient`, where given."""
        where = " AND ".join(f"{name} = ?" for name in wanted) or "1"
        # The names are this method's own callers', never what was asked over HTTP.
        sql = f"SELECT * FROM twilio_message WHERE {where} ORDER BY seq DESC"  # noqa: S608
        return [_message(row) for row in self.database.read(sql, *wanted.values())]

    def move(self, sid: str, status: str, error_code: int | None) -> None:
        """How far a message of ours got."""
        with self.database.write() as connection:
            connection.execute(
                "UPDATE twilio_message SET status = ?, error_code = ?, updated_at = ? WHERE sid = ?",
                (status, error_code, self.now(), sid),
            )

    def tell(self, sid: str, fields: Mapping[str, str]) -> None:
        """More that the webhook of a customer's message says."""
        said = json.dumps({**self.message_of(sid).fields, **fields})
        with self.database.write() as connection:
            connection.execute("UPDATE twilio_message SET fields = ? WHERE sid = ?", (said, sid))

    def owe(self, letter: Letter, seconds: float = 0.0) -> None:
        """One more webhook, due after so many seconds."""
        with self.database.write() as connection:
            _owe(connection, letter, self.now() + seconds)

    def take_letter(self) -> Letter | None:
        """The next webhook that is due. Twilio tries once: whoever takes it is the only one who will."""
        with self.database.write() as connection:
            row = connection.execute(
                "DELETE FROM twilio_letter WHERE id = (SELECT id FROM twilio_letter WHERE due_at <= ?"
                " ORDER BY due_at, id LIMIT 1) RETURNING *",
                (self.now(),),
            ).fetchone()
        return Letter(row["message_sid"], row["status"], row["error_code"]) if row else None

    def letters_waiting(self) -> int:
        """How many webhooks are owed."""
        return int(self.database.read("SELECT count(*) FROM twilio_letter")[0][0])

    def add_media(self, message_sid: str, mime_type: str, body: bytes) -> str:
        """A file that came with a message; its sid."""
        sid = new_sid("ME")
        with self.database.write() as connection:
            connection.execute("INSERT INTO twilio_media VALUES (?, ?, ?, ?)", (sid, message_sid, mime_type, body))
        return sid

    def media_of(self, message_sid: str) -> list[tuple[str, str]]:
        """(sid, type) of each file of a message, in the order in which they came."""
        sql = "SELECT sid, mime_type FROM twilio_media WHERE message_sid = ? ORDER BY rowid"
        return [(row["sid"], row["mime_type"]) for row in self.database.read(sql, message_sid)]

    def media(self, sid: str) -> tuple[str, bytes] | None:
        """(type, bytes) of a file."""
        rows = self.database.read("SELECT * FROM twilio_media WHERE sid = ?", sid)
        return (rows[0]["mime_type"], rows[0]["body"]) if rows else None

    def delete_media(self, sid: str) -> None:
        """As when the account's owner deletes it."""
        with self.database.write() as connection:
            connection.execute("DELETE FROM twilio_media WHERE sid = ?", (sid,))

    def put_content(self, content: Mapping[str, Any]) -> None:
        """Keeps a content, new or changed."""
        names = ("sid", "name", "language", "variables", "types", "approval")
        row = [content[name] if name in names[:3] else json.dumps(content[name]) for name in names]
        with self.database.write() as connection:
            connection.execute("INSERT OR REPLACE INTO twilio_content VALUES (?, ?, ?, ?, ?, ?)", row)

    def content(self, sid: str) -> dict[str, Any] | None:
        """A content by its sid."""
        return next((found for found in self.contents() if found["sid"] == sid), None)

    def contents(self) -> list[dict[str, Any]]:
        """All contents, the oldest first."""
        rows = self.database.read("SELECT * FROM twilio_content ORDER BY rowid")
        return [
            {**dict(row), **{name: json.loads(row[name]) for name in ("variables", "types", "approval")}}
            for row in rows
        ]

    def delete_content(self, sid: str) -> bool:
        """Whether there was one."""
        with self.database.write() as connection:
            return connection.execute("DELETE FROM twilio_content WHERE sid = ?", (sid,)).rowcount > 0

    def add_trouble(self, scope: str, mode: str, seconds: float, times: int) -> None:
        """The next calls of this scope go so, after those that wait already."""
        with self.database.write() as connection:
            connection.execute(
                "INSERT INTO twilio_trouble (scope, mode, seconds, remaining) VALUES (?, ?, ?, ?)",
                (scope, mode, seconds, times),
            )

    def clear_trouble(self) -> None:
        """Everything works again."""
        with self.database.write() as connection:
            connection.execute("DELETE FROM twilio_trouble")

    def take_trouble(self, scope: str) -> tuple[str, float]:
        """(mode, seconds) of what this call has to show, used up; ("", 0) when it may succeed."""
        with self.database.write() as connection:
            row = connection.execute(
                "UPDATE twilio_trouble SET remaining = remaining - 1 WHERE id ="
                " (SELECT id FROM twilio_trouble WHERE scope = ? ORDER BY id LIMIT 1) RETURNING mode, seconds",
                (scope,),
            ).fetchone()
            connection.execute("DELETE FROM twilio_trouble WHERE remaining <= 0")
        return (row["mode"], row["seconds"]) if row else ("", 0.0)


def new_sid(prefix: str) -> str:
    """A fresh sid of the form that Twilio gives."""
    return prefix + secrets.token_hex(16)


def _owe(connection: Any, letter: Letter, due_at: float) -> None:
    connection.execute(
        "INSERT INTO twilio_letter (message_sid, status, error_code, due_at) VALUES (?, ?, ?, ?)",
        (letter.message_sid, letter.status, letter.error_code, due_at),
    )


def _message(row: Any) -> TwilioMessage:
    values = dict(row)
    return TwilioMessage(**{**values, "shown": json.loads(row["shown"]), "fields": json.loads(row["fields"])})
