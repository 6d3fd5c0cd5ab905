"""The doors on Flask's test client, signed as the outside signs, and the rows behind them."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from bot.texts import Texts
from core.db import Database
from models.contact import Contact
from models.conversation import Conversation
from models.message import Message
from models.outbox import Outbox
from models.webhook_event import WebhookEvent
from webhooks.effects.here import Terms
from webhooks.intake import accept, take_in

SECRET = "segredo-do-app"
TERMS = Terms(
    debounce=timedelta(0),
    answer_limit=timedelta(minutes=15),
    quiet=timedelta(minutes=120),
    texts=Texts.load(),
)


def meta_headers(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """As Meta sends them."""
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "X-Hub-Signature-256": signature}


def store(db: Database, *bodies: bytes, source: str = "meta") -> list[int]:
    """Events for these bodies, as the door leaves them; their ids."""
    for body in bodies:
        accept(db, source, body)
    with db.transaction() as session:
        ids = session.scalars(select(WebhookEvent.id).order_by(WebhookEvent.id.desc()).limit(len(bodies)))
        return sorted(ids)


def read_event(db: Database, event_id: int) -> None:
    """Takes the event in, as the worker does."""
    take_in(event_id, db=db, terms=TERMS)


def bring(db: Database, *bodies: bytes, source: str = "meta") -> None:
    """Stores bodies and takes them in, one after the other."""
    for event_id in store(db, *bodies, source=source):
        read_event(db, event_id)


def rows(db: Database, model: type[Any], *conditions: sa.ColumnElement[bool]) -> list[Any]:
    """All rows of a table that meet the conditions, by id."""
    with db.transaction() as session:
        return list(session.scalars(select(model).where(*conditions).order_by(model.id)))


def count(db: Database, model: type[Any]) -> int:
    """How many rows a table has."""
    return len(rows(db, model))


def counts(db: Database) -> tuple[int, int, int]:
    """(contacts, conversations, messages)."""
    return count(db, Contact), count(db, Conversation), count(db, Message)


def planned(db: Database, topic: str) -> list[int]:
    """What open work of a topic refers to."""
    return [row.ref_id for row in rows(db, Outbox, Outbox.topic == topic, Outbox.done_at.is_(None))]


def at_once(calls: Sequence[Callable[[], object]], threads: int = 10) -> None:
    """Runs all calls in threads that start together; raises the first error of any."""
    errors: list[BaseException] = []
    waiting = list(calls)
    gate = threading.Barrier(min(threads, len(calls)))

    def work() -> None:
        gate.wait(20)
        while True:
            try:
                call = waiting.pop()
            except IndexError:
                return
            try:
                call()
            except BaseException as error:  # noqa: BLE001 - handed to the test
                errors.append(error)

    running = [threading.Thread(target=work) for _ in range(gate.parties)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(60)
    if errors:
        raise errors[0]
