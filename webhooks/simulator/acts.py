"""What a customer does with the phone beside writing: edits, deletes, reacts, calls, hides or changes the number."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from webhooks.simulator.database import Database, next_revision
from webhooks.simulator.mail import Mailbag
from webhooks.simulator.messages import ChatMessage, new_message_id
from webhooks.simulator.people import Phone, user_id_of

RINGS_FOR = timedelta(seconds=3)


class Acts:
    """Each act changes what the phone shows and owes its webhook, in one transaction."""

    def __init__(self, database: Database, mail: Mailbag, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._mail = mail
        self._clock = clock

    def edit(self, message: ChatMessage, text: str) -> None:
        """The customer changes what an own text says; the message's own webhook still says what was written first."""
        with self._database.write() as connection:
            _change(connection, message.id, {"edited": text})
            self._owe(connection, message, "edit", {"text": text})

    def revoke(self, message: ChatMessage) -> None:
        """The customer deletes an own message for everybody."""
        with self._database.write() as connection:
            _change(connection, message.id, {"revoked": True})
            self._owe(connection, message, "revoke", {})

    def react(self, message: ChatMessage, emoji: str) -> None:
        """The customer puts an emoji on a message of either side; an empty one takes it away."""
        with self._database.write() as connection:
            react(connection, message.id, "customer", emoji)
            self._owe(connection, message, "reaction", {"emoji": emoji})

    def hide_number(self, phone: Phone, *, hides: bool) -> None:
        """From now on webhooks name the customer by the user id only, as for who has a username; or no longer."""
        with self._database.write() as connection:
            connection.execute("UPDATE phone SET hides_number = ? WHERE wa_id = ?", (hides, phone.wa_id))

    def change_number(self, phone: Phone, number: str) -> Phone:
        """The customer moves to another number, which also brings another user id. The chat goes along."""
        moved = Phone(number, user_id_of(number), phone.name, phone.note, phone.hides_number)
        with self._database.write() as connection:
            _renumber(connection, phone.wa_id, moved)
            detail = {"id": new_message_id(number), "before": phone.wa_id, "before_user_id": phone.user_id}
            self._mail.add(connection, detail["id"], number, "number", detail=detail)
        return moved

    def rewrite(self, phone: Phone, number: str) -> Phone:
        """WhatsApp names the same phone by another spelling of its number from now on; nobody is told."""
        rewritten = Phone(number, phone.user_id, phone.name, phone.note, phone.hides_number)
        with self._database.write() as connection:
            _renumber(connection, phone.wa_id, rewritten)
        return rewritten

    def call(self, phone: Phone) -> None:
        """The customer calls and nobody answers: `connect` is owed, and `terminate` a few seconds later."""
        call_id = f"wacid.{secrets.token_urlsafe(18)}"
        with self._database.write() as connection:
            for event, delay in (("connect", timedelta(0)), ("terminate", RINGS_FOR)):
                detail = {"id": call_id, "event": event}
                self._mail.add(connection, call_id, phone.wa_id, "call", delay=delay, detail=detail)

    def prefer(self, phone: Phone, *, resume: bool) -> None:
        """The customer wants no marketing any more, or wants it again, by WhatsApp's own switch."""
        with self._database.write() as connection:
            name = f"preference.{secrets.token_hex(8)}"
            self._mail.add(connection, name, phone.wa_id, "preferences", detail={"resume": resume})

    def echo(self, phone: Phone, message: ChatMessage) -> None:
        """A person answered this from the WhatsApp Business app on the business' own phone."""
        with self._database.write() as connection:
            detail = {"id": message.id, "text": message.content["text"]}
            self._mail.add(connection, message.id, phone.wa_id, "echo", detail=detail)

    def _owe(self, connection: sqlite3.Connection, message: ChatMessage, act: str, detail: Mapping[str, Any]) -> None:
        named = {"id": new_message_id(message.phone), "target": message.id, **detail}
        # Under the message's own name, so that it follows the message and not the other way round.
        self._mail.add(connection, message.id, message.phone, act, detail=named)


def react(connection: sqlite3.Connection, message_id: str, author: str, emoji: str) -> None:
    """Shows an emoji of one side on a message; an empty one takes it away. An unknown message shows nothing."""
    row = connection.execute("SELECT content FROM message WHERE id = ?", (message_id,)).fetchone()
    if row is not None:
        reactions = {**json.loads(row["content"]).get("reactions", {}), author: emoji}
        _change(connection, message_id, {"reactions": {side: one for side, one in reactions.items() if one}})


def _change(connection: sqlite3.Connection, message_id: str, added: Mapping[str, Any]) -> None:
    row = connection.execute("SELECT content FROM message WHERE id = ?", (message_id,)).fetchone()
    content = json.dumps({**json.loads(row["content"]), **added})
    values = (content, next_revision(connection), message_id)
    connection.execute("UPDATE message SET content = ?, revision = ? WHERE id = ?", values)


def _renumber(connection: sqlite3.Connection, before: str, phone: Phone) -> None:
    connection.execute("DELETE FROM phone WHERE wa_id = ? AND wa_id <> ?", (phone.wa_id, before))
    values = (phone.wa_id, phone.user_id, before)
    connection.execute("UPDATE phone SET wa_id = ?, user_id = ? WHERE wa_id = ?", values)
    for table in ("message", "mail"):
        connection.execute(f"UPDATE {table} SET phone = ? WHERE phone = ?", (phone.wa_id, before))  # noqa: S608
