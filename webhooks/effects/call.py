"""A call: an event in the thread, and one word to the customer that calls are not taken here."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.calls import answer_call
from models import utc_now
from models.conversation import Conversation
from webhooks.contacts import resolve_contact
from webhooks.effects.conversations import Place, find_open, find_or_open
from webhooks.effects.here import Here, keep
from webhooks.effects.told import tell
from webhooks.items import CallArrived

CALLED_LONG_AGO = "o cliente ligou e o aviso chegou com atraso"


def call_arrived(session: Session, item: CallArrived, here: Here) -> None:
    """Only a customer's call opens a conversation; how it ended, and what else there is about calls, is shown where one
    is open."""
    contact_id = resolve_contact(session, item.channel, item.sender)
    name = f"{item.call_id}/{item.event}"
    called = item.by_customer and item.event == "connect"
    event = "call_permission" if item.event == "permission" else "call"
    place = find_or_open(session, contact_id, item.channel, name) if called else find_open(session, contact_id)
    if place is None:
        keep(session, here, f"calls.{item.event}", "ignored", "no conversation is open", item.payload)
        return
    if tell(session, place.id, item.channel, event, item.summary, name, item.at, here) and called:
        _answer(session, item, place, here)


def _answer(session: Session, item: CallArrived, place: Place, here: Here) -> None:
    conversation = session.get_one(Conversation, place.id, with_for_update=True, populate_existing=True)
    # A call opens the 24 hours as a message does.
    conversation.last_inbound_at = max(item.at, conversation.last_inbound_at or item.at)
    now = utc_now()
    if now - item.at > here.terms.answer_limit:
        conversation.needs_person = CALLED_LONG_AGO
        return
    quiet = place.quiet_until is not None and place.quiet_until > now
    if place.handler == "bot" and not quiet:
        answer_call(session, place.id, item.channel, here.terms.texts)
