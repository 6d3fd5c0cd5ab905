"""The memory of the simulated WhatsApp: phones, both sides of every chat, ticks, typing. Not the product's database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from webhooks.simulator.acts import Acts, react
from webhooks.simulator.bank_book import BankBook
from webhooks.simulator.database import Database, next_revision
from webhooks.simulator.failures import FailureModes
from webhooks.simulator.limits import Limits
from webhooks.simulator.mail import Mailbag
from webhooks.simulator.media import MediaShelf
from webhooks.simulator.messages import Author, ChatMessage, message_of, new_message_id
from webhooks.simulator.people import Person, Phone, phone_of, spellings, user_id_of
from webhooks.simulator.templates import TemplateShelf

TYPING_LASTS = timedelta(seconds=25)
WINDOW = timedelta(hours=24)
NOWHERE = ""


@dataclass(frozen=True)
class Pace:
    """How long after acceptance a message is reported as sent and as delivered."""

    sent: timedelta = timedelta(milliseconds=40)
    delivered: timedelta = timedelta(milliseconds=300)


@dataclass(frozen=True)
class ChatSummary:
    """One line of the picker."""

    phone: Phone
    last: ChatMessage | None
    unread: int


class Store:
    """One SQLite file, shared by the threads and processes that serve the simulator. Every method may be called from
    any of them at once."""

    def __init__(self, path: Path, *, clock: Callable[[], datetime], pace: Pace | None = None) -> None:
        self._database = Database(path)
        self._clock = clock
        self._pace = pace or Pace()
        self.media = MediaShelf(self._database, clock)
        self.failures = FailureModes(self._database)
        self.mail = Mailbag(self._database, clock, self.failures)
        self.templates = TemplateShelf(self._database)
        self.acts = Acts(self._database, self.mail, clock)
        self.limits = Limits(self._database, clock)
        self.bank = BankBook(self._database, clock)

    def introduce(self, person: Person, position: int = 1000) -> Phone:
        """The person's phone, made if it does not exist; name and note are brought up to date. What the phone became
        since (another spelling of its number, a hidden number) stays."""
        known = self.find_phone(person.wa_id)
        wa_id = known.wa_id if known else person.wa_id
        fields = asdict(person) | {"wa_id": wa_id, "user_id": user_id_of(wa_id), "position": position}
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO phone (wa_id, user_id, name, note, hides_number, position)"
                " VALUES (:wa_id, :user_id, :name, :note, :hides_number, :position) ON CONFLICT (wa_id) DO UPDATE SET"
                " name = :name, note = :note, position = min(position, :position)",
                fields,
            )
            row = connection.execute("SELECT * FROM phone WHERE wa_id = ?", (wa_id,)).fetchone()
        return phone_of(row)

    def find_phone(self, address: str) -> Phone | None:
        """A phone by WhatsApp id (either Brazilian spelling) or by business-scoped user id."""
        for spelling in spellings(address):
            rows = self._database.read("SELECT * FROM phone WHERE wa_id = ? OR user_id = ?", spelling, spelling)
            if rows:
                return phone_of(rows[0])
        return None

    def add_from_customer(
        self, phone: Phone, kind: str, content: Mapping[str, Any], *, loose: bool = False
    ) -> ChatMessage:
        """A message typed on the phone; its webhook is owed from now on. `loose`: it waits for none before it, as the
        pictures of an album."""
        with self._database.write() as connection:
            # The number may have been spelled anew since the caller asked for the phone.
            named = connection.execute("SELECT wa_id FROM phone WHERE user_id = ?", (phone.user_id,)).fetchone()
            message = self._insert(connection, named["wa_id"], "customer", kind, content, "queued", None)
            self.mail.add(connection, message.id, message.phone, "message", loose=loose)
        return message

    def add_echo(self, phone: Phone, text: str) -> ChatMessage:
        """A text that a person wrote on the business' own phone: the customer has it at once, and its echo is owed."""
        with self._database.write() as connection:
            message = self._insert(connection, phone.wa_id, "business", "text", {"text": text}, "delivered", None)
        self.acts.echo(phone, message)
        return message

    def add_from_business(
        self,
        phone: Phone,
        kind: str,
        content: Mapping[str, Any],
        callback: str | None,
        *,
        failure: int | None = None,
    ) -> ChatMessage:
        """A message that the Graph API accepted; its status webhooks are owed. With `failure` (an error code) the
        phone never shows it, and one `failed` status is owed instead."""
        status = "failed" if failure else "accepted"
        with self._database.write() as connection:
            message = self._insert(connection, phone.wa_id, "business", kind, content, status, callback)
            if failure:
                self.mail.add(connection, message.id, phone.wa_id, "failed", error_code=failure)
                return message
            if kind == "reaction":
                react(connection, str(content["target"]), "business", str(content["emoji"]))
            connection.execute("UPDATE phone SET typing_until = 0 WHERE wa_id = ?", (phone.wa_id,))
            self.mail.add(connection, message.id, phone.wa_id, "sent", delay=self._pace.sent)
            self.mail.add(connection, message.id, phone.wa_id, "delivered", delay=self._pace.delivered)
        return message

    def add_dropped(self, kind: str, content: Mapping[str, Any], callback: str | None) -> ChatMessage:
        """A message that the Graph API accepted and that goes nowhere: no phone shows it, no status follows."""
        with self._database.write() as connection:
            return self._insert(connection, NOWHERE, "business", kind, content, "dropped", callback)

    def dropped(self) -> int:
        """How many messages went nowhere."""
        count: int = self._database.read("SELECT count(*) FROM message WHERE status = 'dropped'")[0][0]
        return count

    def message(self, message_id: str) -> ChatMessage | None:
        """One message of either side."""
        rows = self._database.read("SELECT * FROM message WHERE id = ?", message_id)
        return message_of(rows[0]) if rows else None

    def chat(self, wa_id: str, after_revision: int = 0, limit: int = 300) -> list[ChatMessage]:
        """What changed in a chat since a revision, oldest first; the newest `limit` bubbles at most. A reaction is no
        bubble: it shows on the message that it speaks of."""
        rows = self._database.read(
            "SELECT * FROM (SELECT * FROM message WHERE phone = ? AND status <> 'failed' AND kind <> 'reaction'"
            " AND revision > ?"
            " ORDER BY seq DESC LIMIT ?) ORDER BY seq",
            wa_id,
            after_revision,
            limit,
        )
        return [message_of(row) for row in rows]

    def chats(self, limit: int = 200) -> list[ChatSummary]:
        """The people of the demonstration first, then the others by their latest message."""
        rows = self._database.read(
            "SELECT p.*, (SELECT max(seq) FROM message m WHERE m.phone = p.wa_id AND m.status <> 'failed'"
            "   AND m.kind <> 'reaction') AS last,"
            " (SELECT count(*) FROM message m WHERE m.phone = p.wa_id AND m.author = 'business'"
            "   AND m.status NOT IN ('read', 'failed') AND m.kind <> 'reaction') AS unread"
            " FROM phone p ORDER BY p.position, last DESC LIMIT ?",
            limit,
        )
        return [ChatSummary(phone_of(row), self._by_seq(row["last"]), row["unread"]) for row in rows]

    def window_is_open(self, wa_id: str) -> bool:
        """Whether the customer wrote or called within 24 hours, so that the business may write freely."""
        since = (self._clock() - WINDOW).timestamp()
        wrote = "SELECT 1 FROM message WHERE phone = ? AND author = 'customer' AND created_at > ? LIMIT 1"
        called = "SELECT 1 FROM mail WHERE phone = ? AND event = 'call' AND happened_at > ? LIMIT 1"
        return any(self._database.read(sql, wa_id, since) for sql in (wrote, called))

    def move(self, message_id: str, status: str, *, allowed_from: tuple[str, ...]) -> None:
        """Sets the status where it is one of `allowed_from`; otherwise nothing happens."""
        with self._database.write() as connection:
            row = connection.execute("SELECT status FROM message WHERE id = ?", (message_id,)).fetchone()
            if row is not None and row["status"] in allowed_from:
                values = (status, next_revision(connection), message_id)
                connection.execute("UPDATE message SET status = ?, revision = ? WHERE id = ?", values)

    def read_by_business(self, message: ChatMessage, *, typing: bool) -> None:
        """The business read this message and all before it; with `typing` the phone shows that it is writing."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE message SET status = 'read', revision = ? WHERE phone = ? AND author = 'customer'"
                " AND seq <= ? AND status <> 'read'",
                (next_revision(connection), message.phone, message.seq),
            )
            if typing:
                until = (self._clock() + TYPING_LASTS).timestamp()
                connection.execute("UPDATE phone SET typing_until = ? WHERE wa_id = ?", (until, message.phone))

    def read_by_customer(self, wa_id: str, up_to_seq: int) -> int:
        """The phone showed the business' messages up to this one: `read` is owed for each. How many were new."""
        with self._database.write() as connection:
            unread = connection.execute(
                "SELECT id FROM message WHERE phone = ? AND author = 'business' AND seq <= ?"
                " AND status IN ('accepted', 'sent', 'delivered') ORDER BY seq",
                (wa_id, up_to_seq),
            ).fetchall()
            for row in unread:
                values = (next_revision(connection), row["id"])
                connection.execute("UPDATE message SET status = 'read', revision = ? WHERE id = ?", values)
                self.mail.add(connection, row["id"], wa_id, "read")
        return len(unread)

    def _by_seq(self, seq: int | None) -> ChatMessage | None:
        return message_of(self._database.read("SELECT * FROM message WHERE seq = ?", seq)[0]) if seq else None

    def _insert(
        self,
        connection: sqlite3.Connection,
        wa_id: str,
        author: Author,
        kind: str,
        content: Mapping[str, Any],
        status: str,
        callback: str | None,
    ) -> ChatMessage:
        text = json.dumps(dict(content))
        now = self._clock().timestamp()
        revision = next_revision(connection)
        row = connection.execute(
            "INSERT INTO message (id, phone, author, kind, content, status, callback, created_at, revision)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *",
            (new_message_id(wa_id), wa_id, author, kind, text, status, callback, now, revision),
        ).fetchone()
        return message_of(row)
