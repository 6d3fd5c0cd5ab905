"""From a stored body to rows: each message and receipt in its own transaction, repeated deliveries change nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.db import Database, wake
from models import utc_now
from models.conversation import protocol_of
from models.outbox import QUEUE_OF
from models.webhook_event import WebhookItem
from webhooks.channels import meta_inbound, twilio_inbound
from webhooks.contacts import bind_shared_phone, resolve_contact
from webhooks.items import Item, MessageArrived, NotActedUpon, ReceiptArrived
from webhooks.media_wanted import want_media
from webhooks.receipts import apply_receipt

log = logging.getLogger(__name__)

READERS: dict[str, Callable[[bytes, datetime], list[Item]]] = {
    meta_inbound.CHANNEL: meta_inbound.read,
    twilio_inbound.CHANNEL: twilio_inbound.read,
}

_STORE = text(
    "WITH event AS (INSERT INTO webhook_event (source, body, state, received_at) VALUES (:source, :body, 'new', now())"
    " RETURNING id) INSERT INTO outbox (queue, topic, ref_id, run_after, tries)"
    " SELECT :queue, 'intake', id, now(), 0 FROM event"
)

# The two or three things that follow from a message are one statement; a message that is there already adds nothing.
_ADD_MESSAGE = text(
    "WITH added AS (INSERT INTO message (conversation_id, channel, direction, kind, text, payload, author, status,"
    " provider_id, receipts, provider_at, received_at, handled_at, outcome)"
    " VALUES (:conversation, :channel, 'in', :kind, :text, :payload, 'customer', 'received', :provider_id, '{}',"
    " :at, :received_at, :handled_at, :outcome) ON CONFLICT (channel, provider_id) DO NOTHING RETURNING id),"
    " seen AS (UPDATE conversation SET last_inbound_at = greatest(last_inbound_at, :at),"
    " needs_person = coalesce(:worry, needs_person) WHERE id = :conversation AND EXISTS (SELECT FROM added))"
    " INSERT INTO outbox (queue, topic, ref_id, run_after, tries)"
    " SELECT :typing_queue, 'typing', id, :now, 0 FROM added WHERE :answer"
    " UNION ALL SELECT :turn_queue, 'turn', :conversation, :turn_at, 0 FROM added WHERE :answer"
).bindparams(bindparam("payload", type_=JSONB))
_FIND_OPEN = text("SELECT id, handler FROM conversation WHERE contact_id = :contact AND handler <> 'closed' FOR UPDATE")
_BEFORE_OPENING = text(
    "SELECT EXISTS (SELECT FROM message WHERE channel = :channel AND provider_id = :provider_id) AS known,"
    " (SELECT timezone FROM provider ORDER BY id LIMIT 1) AS timezone, nextval('protocol_seq') AS number"
)
_OPEN = text(
    "INSERT INTO conversation (contact_id, channel, protocol, handler, version, dialogue, summary, opened_at)"
    " VALUES (:contact, :channel, :protocol, 'bot', 1, '{}', '', :now)"
    " ON CONFLICT (contact_id) WHERE handler <> 'closed' DO NOTHING RETURNING id"
)
_READ = text("SELECT source, body, state, received_at FROM webhook_event WHERE id = :id")
_DONE = text("UPDATE webhook_event SET state = 'done' WHERE id = :id")


def accept(db: Database, source: str, body: bytes) -> None:
    """Stores a webhook's body and the duty to read it. Once this returns, nothing can be lost; raises Unreachable."""
    queue = QUEUE_OF["intake"]
    with db.statements(ring=queue) as connection:
        connection.execute(_STORE, {"source": source, "body": body, "queue": queue})


def take_in(
    event_id: int, *, db: Database, debounce_seconds: float, answer_limit: timedelta, transcribes: bool = False
) -> None:
    """Turns a stored body into rows. May run any number of times: what is there already stays as it is.

    `transcribes`: voice notes are turned into words before they are answered.
    """
    with db.statements() as connection:
        event = connection.execute(_READ, {"id": event_id}).one()
    if event.state != "new":
        return
    try:
        items = READERS[event.source](event.body, event.received_at)
    except ValueError as error:
        log.warning("webhook %s cannot be read: %s", event_id, error)
        items = [NotActedUpon("body", "unknown", f"cannot be read: {error}"[:200])]
    intake = Intake(debounce_seconds, answer_limit, event.received_at, transcribes)
    for position, item in enumerate(items):
        last = position == len(items) - 1
        try:
            with db.transaction() as session:
                intake.apply(session, event_id, position, item)
                if last:
                    _done(session, event_id)
        except DBAPIError as error:
            # This one item cannot be stored as it is. The others must not suffer; a person sees it in the console.
            log.exception("item %s of webhook %s was refused by the database", position, event_id)
            with db.transaction() as session:
                _keep(
                    session, event_id, position, NotActedUpon(type(item).__name__, "failed", type(error.orig).__name__)
                )
                if last:
                    _done(session, event_id)


def _done(session: Session, event_id: int) -> None:
    session.execute(_DONE, {"id": event_id})


class Intake:
    """Applies one item inside the caller's transaction. `received_at` is when its webhook came to the door: that, not
    when a worker got to it, is the order of arrival. Items of one webhook are applied in the order they stand in."""

    def __init__(
        self, debounce_seconds: float, answer_limit: timedelta, received_at: datetime, transcribes: bool
    ) -> None:
        self._debounce = debounce_seconds
        self._limit = answer_limit
        self._received_at = received_at
        self._transcribes = transcribes

    def apply(self, session: Session, event_id: int, position: int, item: Item) -> None:
        """Brings the item into the database. Called again with the same item it changes nothing."""
        if isinstance(item, MessageArrived):
            self._message(session, item)
        elif isinstance(item, ReceiptArrived):
            apply_receipt(session, item)
        else:
            _keep(session, event_id, position, item)

    def _message(self, session: Session, item: MessageArrived) -> None:
        contact_id = resolve_contact(session, item.channel, item.sender)
        conversation = _open_conversation(session, contact_id, item)
        if conversation is None:
            return
        if item.kind == "contacts":
            bind_shared_phone(session, contact_id, item.channel, item.payload)
        conversation_id, handler = conversation
        now = utc_now()
        too_old = handler == "bot" and now - item.at > self._limit
        answer = handler == "bot" and not too_old
        row = {
            "conversation": conversation_id,
            "channel": item.channel,
            "kind": item.kind,
            "text": item.text,
            "payload": {"reply_id": item.reply_id, "raw": item.payload},
            "provider_id": item.provider_id,
            "at": item.at,
            "received_at": self._received_at,
            "now": now,
            "handled_at": now if too_old else None,
            "outcome": "too_old" if too_old else None,
            "worry": "mensagem antiga, entregue com atraso pelo WhatsApp" if too_old else None,
            "answer": answer,
            "typing_queue": QUEUE_OF["typing"],
            "turn_queue": QUEUE_OF["turn"],
            "turn_at": now + timedelta(seconds=self._debounce),
        }
        session.execute(_ADD_MESSAGE, row)
        if item.media is not None:
            want_media(session, item.channel, item.provider_id, item.media, transcribes=self._transcribes)
        if answer:
            wake(session, QUEUE_OF["typing"])
            if self._debounce <= 0:
                wake(session, QUEUE_OF["turn"])


def _open_conversation(session: Session, contact_id: int, item: MessageArrived) -> tuple[int, str] | None:
    """(id, handler) of the contact's open conversation, which stays locked, or of a new one with its protocol.

    None when there is none and the message came before: a repeated delivery opens nothing.
    """
    # Locked: closing or giving it back to the bot at this very moment must not leave the message without an owner.
    found = session.execute(_FIND_OPEN, {"contact": contact_id}).one_or_none()
    if found:
        return found.id, found.handler
    new = session.execute(_BEFORE_OPENING, {"channel": item.channel, "provider_id": item.provider_id}).one()
    if new.known:
        return None
    today = utc_now().astimezone(ZoneInfo(new.timezone or "America/Sao_Paulo"))
    row = {
        "contact": contact_id,
        "channel": item.channel,
        "protocol": protocol_of(f"{today:%Y%m%d}", new.number),
        "now": utc_now(),
    }
    opened = session.execute(_OPEN, row).one_or_none()
    # Somebody who knows the person by another name was faster: it is there now.
    return (opened.id, "bot") if opened else _open_conversation(session, contact_id, item)


def _keep(session: Session, event_id: int, position: int, item: NotActedUpon) -> None:
    row = {
        "event_id": event_id,
        "position": position,
        "kind": item.kind[:100],
        "outcome": item.outcome,
        "reason": item.reason,
        "raw": item.raw,
    }
    session.execute(insert(WebhookItem).values(row).on_conflict_do_nothing())
