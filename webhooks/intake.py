"""From a stored body to rows: each item in its own transaction, repeated deliveries change nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.db import Database
from models.alert import raise_alert
from models.outbox import QUEUE_OF, add_work
from webhooks.channels import meta_inbound, twilio_inbound
from webhooks.effects.account import account_changed, template_changed
from webhooks.effects.arrival import message_arrived
from webhooks.effects.call import call_arrived
from webhooks.effects.changes import message_edited, message_revoked, reaction_arrived
from webhooks.effects.echo import echo_arrived
from webhooks.effects.here import Here, Terms, keep
from webhooks.effects.person import contact_renamed, identity_changed, preference_changed
from webhooks.items import (
    AccountChanged,
    CallArrived,
    ContactRenamed,
    EchoArrived,
    IdentityChanged,
    Item,
    MessageArrived,
    MessageEdited,
    MessageRevoked,
    NotActedUpon,
    PreferenceChanged,
    ReactionArrived,
    ReceiptArrived,
    TemplateChanged,
)
from webhooks.receipts import apply_receipt

log = logging.getLogger(__name__)

FAILED = "Algo que o WhatsApp enviou não pôde ser lido ou guardado; está no banco como chegou"

READERS: dict[str, Callable[[bytes, datetime], list[Item]]] = {
    meta_inbound.CHANNEL: meta_inbound.read,
    twilio_inbound.CHANNEL: twilio_inbound.read,
}

_STORE = text(
    "WITH event AS (INSERT INTO webhook_event (source, body, state, received_at) VALUES (:source, :body, 'new', now())"
    " RETURNING id) INSERT INTO outbox (queue, topic, ref_id, run_after, tries)"
    " SELECT :queue, 'intake', id, now(), 0 FROM event"
)

_READ = text("SELECT source, body, state, received_at, taken FROM webhook_event WHERE id = :id")
_TAKEN = text(
    "UPDATE webhook_event SET state = :state, taken = greatest(taken, :taken) WHERE id = :id AND state = 'new'"
)
# Items of one body that are taken in at once: some seconds' work on a slow machine, well within the lease.
PORTION = 100


def accept(db: Database, source: str, body: bytes) -> None:
    """Stores a webhook's body and the duty to read it. Once this returns, nothing can be lost; raises Unreachable."""
    queue = QUEUE_OF["intake"]
    with db.statements(ring=queue) as connection:
        connection.execute(_STORE, {"source": source, "body": body, "queue": queue})


def take_in(event_id: int, *, db: Database, terms: Terms) -> None:
    """Turns a stored body into rows, a portion at a time: a long one lets others' messages through in between, and is
    done with a portion before somebody else may think that its worker died. May run any number of times: what is there
    already stays as it is."""
    with db.statements() as connection:
        event = connection.execute(_READ, {"id": event_id}).one()
    if event.state != "new":
        return
    try:
        items = READERS[event.source](event.body, event.received_at)
    except ValueError as error:
        log.warning("webhook %s cannot be read: %s", event_id, error)
        items = [NotActedUpon("body", "unknown", f"cannot be read: {error}")]
    portion = items[event.taken : event.taken + PORTION]
    for position, item in enumerate(portion, start=event.taken):
        here = Here(event_id, position, event.received_at, terms)
        last = position == event.taken + len(portion) - 1
        try:
            with db.transaction() as session:
                apply(session, item, here)
                if last:
                    _taken(session, event_id, position + 1, len(items))
        except DBAPIError as error:
            # This one item cannot be stored as it is. The others must not suffer; a person sees it in the console.
            log.exception("item %s of webhook %s was refused by the database", position, event_id)
            with db.transaction() as session:
                _not_acted_upon(session, NotActedUpon(type(item).__name__, "failed", type(error.orig).__name__), here)
                if last:
                    _taken(session, event_id, position + 1, len(items))


def apply(session: Session, item: Item, here: Here) -> None:
    """Brings the item into the database. Called again with the same item it changes nothing."""
    EFFECTS[type(item)](session, item, here)


def _taken(session: Session, event_id: int, taken: int, of: int) -> None:
    session.execute(_TAKEN, {"id": event_id, "taken": taken, "state": "done" if taken >= of else "new"})
    if taken < of:
        add_work(session, "intake", event_id)


def _receipt(session: Session, item: ReceiptArrived, here: Here) -> None:
    apply_receipt(session, item)


def _not_acted_upon(session: Session, item: NotActedUpon, here: Here) -> None:
    kept = keep(session, here, item.kind, item.outcome, item.reason, item.raw)
    if kept and (item.outcome == "failed" or item.kind == "body"):
        detail = {"webhook_event": here.event_id, "position": here.position, "reason": item.reason}
        raise_alert(session, "webhook.failed", item.kind, FAILED, severity="critical", detail=detail)


# What each kind of item does.
EFFECTS: dict[type[Any], Callable[[Session, Any, Here], None]] = {
    MessageArrived: message_arrived,
    MessageEdited: message_edited,
    MessageRevoked: message_revoked,
    ReactionArrived: reaction_arrived,
    EchoArrived: echo_arrived,
    ContactRenamed: contact_renamed,
    IdentityChanged: identity_changed,
    PreferenceChanged: preference_changed,
    CallArrived: call_arrived,
    AccountChanged: account_changed,
    TemplateChanged: template_changed,
    ReceiptArrived: _receipt,
    NotActedUpon: _not_acted_upon,
}
