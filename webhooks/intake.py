"""From a stored body to rows: each message and receipt in its own transaction, repeated deliveries change nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.db import Database
from models import utc_now
from models.conversation import Conversation, new_protocol
from models.message import Message
from models.outbox import QUEUE_OF, add_work
from models.provider import Provider
from models.webhook_event import WebhookEvent, WebhookItem
from webhooks.channels import meta_inbound, twilio_inbound
from webhooks.contacts import resolve_contact
from webhooks.items import Item, MessageArrived, NotActedUpon, ReceiptArrived
from webhooks.receipts import apply_receipt

log = logging.getLogger(__name__)

READERS: dict[str, Callable[[WebhookEvent], list[Item]]] = {
    meta_inbound.CHANNEL: lambda event: meta_inbound.read(event.body, event.received_at),
    twilio_inbound.CHANNEL: lambda event: twilio_inbound.read(event.body, event.received_at),
}

_STORE = text(
    "WITH event AS (INSERT INTO webhook_event (source, body, state, received_at) VALUES (:source, :body, 'new', now())"
    " RETURNING id) INSERT INTO outbox (queue, topic, ref_id, run_after, tries)"
    " SELECT :queue, 'intake', id, now(), 0 FROM event"
)


def accept(db: Database, source: str, body: bytes) -> None:
    """Stores a webhook's body and the duty to read it. Once this returns, nothing can be lost; raises Unreachable."""
    queue = QUEUE_OF["intake"]
    with db.statements(ring=queue) as connection:
        connection.execute(_STORE, {"source": source, "body": body, "queue": queue})


def take_in(event_id: int, *, db: Database, debounce_seconds: float, answer_limit: timedelta) -> None:
    """Turns a stored body into rows. May run any number of times: what is there already stays as it is."""
    with db.transaction() as session:
        event = session.get_one(WebhookEvent, event_id)
    if event.state != "new":
        return
    try:
        items = READERS[event.source](event)
    except ValueError as error:
        log.warning("webhook %s cannot be read: %s", event_id, error)
        items = [NotActedUpon("body", "unknown", f"cannot be read: {error}"[:200])]
    intake = Intake(debounce_seconds, answer_limit)
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
    session.execute(update(WebhookEvent).where(WebhookEvent.id == event_id).values(state="done"))


class Intake:
    """Applies one item inside the caller's transaction."""

    def __init__(self, debounce_seconds: float, answer_limit: timedelta) -> None:
        self._debounce = debounce_seconds
        self._limit = answer_limit

    def apply(self, session: Session, event_id: int, position: int, item: Item) -> None:
        """Brings the item into the database. Called again with the same item it changes nothing."""
        if isinstance(item, MessageArrived):
            self._message(session, item)
        elif isinstance(item, ReceiptArrived):
            apply_receipt(session, item)
        else:
            _keep(session, event_id, position, item)

    def _message(self, session: Session, item: MessageArrived) -> None:
        contact = resolve_contact(session, item.channel, item.sender)
        known = select(Message.id).where(Message.channel == item.channel, Message.provider_id == item.provider_id)
        if session.scalar(known) is not None:
            return
        conversation = _open_conversation(session, contact.id, item.channel)
        message = Message(
            conversation_id=conversation.id,
            channel=item.channel,
            direction="in",
            kind=item.kind,
            text=item.text,
            payload={"reply_id": item.reply_id, "raw": item.payload},
            provider_id=item.provider_id,
            provider_at=item.at,
        )
        session.add(message)
        session.flush()
        conversation.last_inbound_at = max(conversation.last_inbound_at or item.at, item.at)
        if conversation.handler != "bot":
            return
        if utc_now() - item.at > self._limit:
            message.handled_at, message.outcome = utc_now(), "too_old"
            conversation.needs_person = "mensagem antiga, entregue com atraso pelo WhatsApp"
            return
        add_work(session, "typing", message.id)
        add_work(session, "turn", conversation.id, after_seconds=self._debounce)


def _open_conversation(session: Session, contact_id: int, channel: str) -> Conversation:
    """The contact's open conversation, or a new one with its protocol. The contact is locked by the caller."""
    # Locked: closing or giving it back to the bot at this very moment must not leave the message without an owner.
    found = session.scalar(
        select(Conversation)
        .where(Conversation.contact_id == contact_id, Conversation.handler != "closed")
        .with_for_update()
    )
    if found:
        return found
    zone = session.scalar(select(Provider.timezone)) or "America/Sao_Paulo"
    today = utc_now().astimezone(ZoneInfo(zone)).strftime("%Y%m%d")
    conversation = Conversation(contact_id=contact_id, channel=channel, protocol=new_protocol(session, today))
    session.add(conversation)
    session.flush()
    return conversation


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
