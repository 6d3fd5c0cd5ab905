"""Sends a one-time code to the WhatsApp that the provider has on record, in an approved template."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.effects import SendCode
from bot.snapshot import Snapshot
from bot.texts import Texts
from models import utc_now
from models.contact import Contact, ContactAlias
from models.conversation import Conversation, new_protocol, open_of
from models.customer import Customer, CustomerPhone
from models.message import Message
from models.outbox import add_work

# Each template costs the provider, and each rings a phone whose owner asked for nothing.
MOST_CODES = 3
CODES_WITHIN = timedelta(hours=1)


def send_code(session: Session, effect: SendCode, snapshot: Snapshot, texts: Texts) -> None:
    """Queues the code for the customer's first registered phone; does nothing for a document that is no customer's, nor
    when several codes went there lately: whoever asks cannot tell either."""
    phone = session.scalars(
        select(CustomerPhone.match_key)
        .join(Customer, Customer.id == CustomerPhone.customer_id)
        .where(Customer.document == effect.document)
        .order_by(CustomerPhone.id)
    ).first()
    if phone is None:
        return
    contact_id = _contact(session, snapshot.channel, phone)
    if _sent_lately(session, contact_id) >= MOST_CODES:
        return
    message = Message(
        conversation_id=_conversation(session, snapshot, contact_id),
        channel=snapshot.channel,
        direction="out",
        kind="template",
        text=texts("identify.code_message", code=effect.code),
        payload={"template": "code", "parameters": [effect.code]},
        author="bot",
        reason="code",
        status="queued",
        key=uuid.uuid4().hex,
    )
    session.add(message)
    session.flush()
    add_work(session, "deliver", message.id)


def _sent_lately(session: Session, contact_id: int) -> int:
    sent = (
        select(func.count())
        .select_from(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.contact_id == contact_id, Message.kind == "template")
        .where(Message.received_at > utc_now() - CODES_WITHIN)
    )
    return session.scalar(sent) or 0


def _contact(session: Session, channel: str, phone: str) -> int:
    known = session.scalars(
        select(ContactAlias.contact_id).where(
            ContactAlias.channel == channel, ContactAlias.kind == "match_key", ContactAlias.value == phone
        )
    ).first()
    if known:
        return known
    contact = Contact(channel=channel)
    session.add(contact)
    session.flush()
    names = (("match_key", phone), ("wa_id", phone.removeprefix("+")))
    session.add_all(ContactAlias(contact_id=contact.id, channel=channel, kind=k, value=v) for k, v in names)
    return contact.id


def _conversation(session: Session, snapshot: Snapshot, contact_id: int) -> int:
    """The contact's open conversation, or one that is closed from the start: the code asks for no answer."""
    found = select(Conversation.id).where(open_of(contact_id))
    known = session.scalar(found)
    if known:
        return known
    conversation = Conversation(
        contact_id=contact_id,
        channel=snapshot.channel,
        protocol=new_protocol(session, snapshot.protocol[:8]),
        handler="closed",
    )
    session.add(conversation)
    session.flush()
    return conversation.id
