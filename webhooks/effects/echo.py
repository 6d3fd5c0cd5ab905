"""A person answered from the phone's own app: shown in the conversation, and the bot is quiet for a while."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from handoff.events import unanswered_since
from handoff.sla import clocks
from models import utc_now
from models.conversation import Conversation
from models.message import Message
from webhooks.contacts import resolve_contact
from webhooks.effects.changes import apply_parked_changes
from webhooks.effects.conversations import find_or_open
from webhooks.effects.here import Here
from webhooks.effects.own_echo import ANSWERED_BY_PHONE, PHONE_APP
from webhooks.items import EchoArrived
from webhooks.media_wanted import want_media
from webhooks.receipts import apply_parked, hold_receipts


def echo_arrived(session: Session, item: EchoArrived, here: Here) -> None:
    """Adds the message unless it is one of ours. What the customer wrote before counts as handled by a person, and
    answers of the bot that have not left yet are discarded."""
    hold_receipts(session, item.channel, item.provider_id)
    contact_id = resolve_contact(session, item.channel, item.to)
    if _is_ours(session, item, contact_id):
        return
    place = find_or_open(session, contact_id, item.channel, item.provider_id)
    if place is None:
        return
    message = _add(session, item, place.id, here)
    conversation = session.get_one(Conversation, place.id, with_for_update=True, populate_existing=True)
    until = item.at + here.terms.quiet
    conversation.quiet_until = max(until, conversation.quiet_until or until)
    conversation.version += 1
    conversation.needs_person = None
    _settle(session, place.id, item.at)
    if unanswered_since(session, place.id) is None:
        clocks.answered(session, conversation, None, item.at)
    apply_parked(session, message)
    session.flush()
    apply_parked_changes(session, item.channel, item.provider_id)
    if item.media is not None:
        want_media(session, item.channel, item.provider_id, item.media, transcribes=False)


def _is_ours(session: Session, item: EchoArrived, contact_id: int) -> bool:
    """Whether it is the echo of a message that we sent: known by its name or key, or else underway to the same person
    with the same words, which it names then."""
    known = Message.provider_id == item.provider_id
    if item.key:
        known = or_(known, Message.key == item.key)
    found = session.scalars(select(Message).where(Message.channel == item.channel, known).limit(1)).first()
    if found is None:
        underway = (
            select(Message)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(
                Conversation.contact_id == contact_id,
                Message.direction == "out",
                Message.provider_id.is_(None),
                Message.status.in_(("sending", "unknown")),
                Message.text == item.text,
                Message.kind == item.kind if not item.text else sa.true(),
            )
            .order_by(Message.id)
            .limit(1)
        )
        found = session.scalars(underway.with_for_update(of=Message)).first()
    if found is None:
        return False
    if found.provider_id is None:
        found.provider_id = item.provider_id
        found.advance("sent")
    return True


def _add(session: Session, item: EchoArrived, conversation_id: int, here: Here) -> Message:
    payload: dict[str, object] = {"raw": item.payload, "standby": item.standby}
    if item.details:
        payload["details"] = item.details
    message = Message(
        conversation_id=conversation_id,
        channel=item.channel,
        direction="out",
        kind=item.kind,
        text=item.text,
        payload=payload,
        author=PHONE_APP,
        status="sent",
        provider_id=item.provider_id,
        quoted_id=item.quoted_id or None,
        provider_at=item.at,
        received_at=here.received_at,
    )
    session.add(message)
    session.flush()
    return message


def _settle(session: Session, conversation_id: int, at: datetime) -> None:
    """What was written up to the person's answer is answered by it; what came after still waits, or has its answer of
    the bot on its way: an echo may come hours late."""
    mine = Message.conversation_id == conversation_id
    waiting = (Message.direction == "in") & Message.handled_at.is_(None) & (Message.provider_at <= at)
    session.execute(update(Message).where(mine, waiting).values(handled_at=utc_now(), outcome="person"))
    wrote_after = select(Message.id).where(mine, Message.direction == "in", Message.provider_at > at).limit(1)
    if session.scalars(wrote_after).first() is not None:
        return
    unsent = (Message.direction == "out") & (Message.status == "queued") & (Message.author == "bot")
    session.execute(update(Message).where(mine, unsent).values(status="discarded", error=ANSWERED_BY_PHONE))
