"""Sends one queued message: claimed first, sent with no transaction open, then marked; never sent twice on a guess."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from core.db import Database
from core.errors import Misconfigured, Refused, Unreachable
from core.later import Later
from models import utc_now
from models.attachment import Attachment
from models.conversation import Conversation
from models.message import Message
from webhooks.channels.ports import Channel, File, Link, Outgoing, Payment, Template, TemplateButton
from webhooks.contacts import recipient_of
from webhooks.fallback import plain
from webhooks.media_links import MediaLinks
from webhooks.overflow import overflow
from webhooks.receipts import NO_WORD, apply_parked, hold_receipts

log = logging.getLogger(__name__)

EARLIER_FIRST_SECONDS = 0.3
CHANNEL_STOPPED_SECONDS = 60
RETRY_MISSING_CHANNEL_SECONDS = 300

# The usual case in one statement: nothing was said of the message yet.
_ACCEPT = text(
    "UPDATE message SET status = 'accepted', error = NULL, provider_id = :provider_id"
    " WHERE id = :id AND status = 'sending' AND provider_id IS NULL AND NOT EXISTS"
    " (SELECT FROM parked_status AS parked WHERE parked.channel = :channel"
    " AND (parked.provider_id = :provider_id OR parked.key = message.key)) RETURNING id"
)
_OWED = text(
    "SELECT message.channel, message.provider_id FROM message JOIN conversation ON conversation.id = conversation_id"
    " WHERE message.id = :id AND handled_at IS NULL AND handler = 'bot' AND provider_id <> ''"
)

_BOTH_LOCKED = (
    select(Message, Conversation)
    .join(Conversation, Conversation.id == Message.conversation_id)
    .where(Message.id == bindparam("id"))
    .with_for_update(of=(Message, Conversation))
)
_EARLIER = text(
    "SELECT id FROM message WHERE conversation_id = :conversation AND id < :id AND direction = 'out'"
    " AND status IN ('queued', 'sending') LIMIT 1"
)


@dataclass(frozen=True)
class Delivery:
    """What the handler needs besides the message: the channels by name, links to files, a patience, the language of
    templates, and the name of the one that carries one-time codes, or its content sid where a channel goes by that."""

    db: Database
    channels: Mapping[str, Channel]
    links: MediaLinks
    unknown_after: timedelta
    language: str = "pt_BR"
    code_template: str = ""
    code_content_sid: str = ""


def deliver(message_id: int, *, delivery: Delivery) -> None:
    """Sends the message if it is still wanted. May be called again at any time; only one call sends.

    Raises Later when it is not time yet, and Unreachable when it certainly did not leave and is to be repeated.
    """
    with delivery.db.transaction() as session:
        claimed = _claim(session, message_id, delivery)
    if claimed is None:
        return
    channel_name, outgoing = claimed
    try:
        sent = delivery.channels[channel_name].send(outgoing)
    except Unreachable as failure:
        if failure.ambiguous:
            log.warning("message %s: no answer after sending (%s); waiting for its receipt", message_id, failure.code)
            raise Later(delivery.unknown_after.total_seconds(), failure.code) from failure
        _requeue(delivery.db, message_id, failure.code)
        raise
    except Misconfigured as failure:
        log.error("channel %s is stopped: %s. Nothing is lost; messages wait.", channel_name, failure.code)
        _requeue(delivery.db, message_id, failure.code)
        raise Later(CHANNEL_STOPPED_SECONDS, failure.code) from failure
    except Refused as failure:
        _fail(delivery.db, message_id, failure.code)
        return
    # Need not wait for the disk: lost with the machine's power, the message is still "sending", and its receipt or a
    # person decides what became of it.
    with delivery.db.transaction(durable=False) as session:
        hold_receipts(session, channel_name, sent.provider_id)
        accepted = {"id": message_id, "channel": channel_name, "provider_id": sent.provider_id}
        if not session.execute(_ACCEPT, accepted).one_or_none():
            _accept(session, message_id, sent.provider_id)


def _accept(session: Session, message_id: int, provider_id: str) -> None:
    """Receipts were faster than the answer to our call, or wait for the message to be known."""
    message = _locked(session, message_id)
    message.provider_id = message.provider_id or provider_id
    # They may have said that it failed.
    if message.status != "failed":
        message.error = None
    message.advance("accepted")
    apply_parked(session, message)


def show_typing(message_id: int, *, db: Database, channels: Mapping[str, Channel]) -> None:
    """Marks a customer's message as read and shows "typing", if the bot is still to answer it. A courtesy: failures
    are only logged."""
    with db.statements() as connection:
        owed = connection.execute(_OWED, {"id": message_id}).one_or_none()
    channel = channels.get(owed.channel) if owed else None
    if owed is None or channel is None:
        return
    try:
        channel.show_typing(owed.provider_id)
    except (Unreachable, Refused, Misconfigured) as failure:
        log.info("no typing indicator for message %s: %s", message_id, failure.code)


def _claim(session: Session, message_id: int, delivery: Delivery) -> tuple[str, Outgoing] | None:
    message, conversation = session.execute(_BOTH_LOCKED, {"id": message_id}).one()
    if message.status == "sending":
        _settle_unanswered(message, conversation, delivery.unknown_after)
        return None
    if message.status != "queued":
        return None
    if message.author == "bot" and conversation.handler == "agent":
        message.status, message.error = "discarded", "a person took over"
        return None
    if message.kind != "template" and not conversation.window_open(utc_now()):
        message.status, message.error = "failed", "window_closed"
        conversation.needs_person = "resposta não enviada: janela de 24 h fechada"
        return None
    if session.execute(_EARLIER, {"id": message_id, "conversation": conversation.id}).first():
        raise Later(EARLIER_FIRST_SECONDS, "an earlier message of this conversation goes first")
    channel = delivery.channels.get(message.channel)
    if channel is None:
        raise Later(RETRY_MISSING_CHANNEL_SECONDS, f"channel {message.channel} is not configured")
    outgoing = plain(_outgoing(session, message, conversation, delivery), channel.kinds)
    if outgoing is None:
        message.status, message.error = "discarded", "cannot be shown on this channel"
        return None
    outgoing = overflow(session, message, outgoing, captions=channel.captions_documents)
    message.status, message.sending_at = "sending", utc_now()
    return message.channel, outgoing


def _outgoing(session: Session, message: Message, conversation: Conversation, delivery: Delivery) -> Outgoing:
    payload: dict[str, Any] = message.payload
    attachment = session.get(Attachment, message.attachment_id) if message.attachment_id else None
    file = None
    if attachment and attachment.data is not None:
        link = delivery.links.to(attachment.id, attachment.filename)
        file = File(attachment.filename, attachment.mime_type, attachment.data, link)
    return Outgoing(
        key=message.key or "",
        to=recipient_of(session, conversation.contact_id),
        kind=message.kind,
        text=message.text,
        options=tuple((option[0], option[1], option[2]) for option in payload.get("options", ())),
        list_button=str(payload.get("list_button", "")),
        file=file,
        link=Link(**payload["link"]) if "link" in payload else None,
        payment=Payment(**payload["payment"]) if "payment" in payload else None,
        template=_template(payload, delivery) if message.kind == "template" else None,
        quoted_id=message.quoted_id or "",
        words=str(payload.get("words", "")),
    )


def _template(payload: Mapping[str, Any], delivery: Delivery) -> Template:
    """A one-time code: shown in the body, copied by the button."""
    values = tuple(str(value) for value in payload.get("parameters", ()))
    buttons = tuple(TemplateButton("url", 0, value) for value in values[:1])
    name, sid = delivery.code_template, delivery.code_content_sid
    return Template(name, delivery.language, "AUTHENTICATION", body=values, buttons=buttons, provider_id=sid)


def _settle_unanswered(message: Message, conversation: Conversation, unknown_after: timedelta) -> None:
    """A send that got no answer: its receipt may still tell; when none came in time, a person decides."""
    waited = utc_now() - (message.sending_at or utc_now())
    if waited < unknown_after:
        raise Later((unknown_after - waited).total_seconds() + 0.1, "waiting for a receipt")
    message.advance("unknown")
    message.error = "no answer and no receipt"
    conversation.needs_person = NO_WORD


def _locked(session: Session, message_id: int) -> Message:
    return session.scalars(select(Message).where(Message.id == message_id).with_for_update()).one()


def _requeue(db: Database, message_id: int, error: str) -> None:
    with db.transaction() as session:
        message = _locked(session, message_id)
        if message.status == "sending":
            message.status, message.sending_at, message.error = "queued", None, error


def _fail(db: Database, message_id: int, error: str) -> None:
    with db.transaction() as session:
        message = _locked(session, message_id)
        message.advance("failed")
        message.error = error
        conversation = session.get_one(Conversation, message.conversation_id)
        conversation.needs_person = f"mensagem recusada pelo WhatsApp ({error})"
