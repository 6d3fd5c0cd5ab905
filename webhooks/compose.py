"""From a message's row to what a channel is asked to send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from sqlalchemy.orm import Session

from models.attachment import Attachment
from models.conversation import Conversation
from models.message import Message
from webhooks.channels.ports import Channel, File, Link, Outgoing, Payment, Reaction, Recipient, Template
from webhooks.contacts import recipient_of
from webhooks.fallback import plain
from webhooks.media_links import MediaLinks

IN_WORDS_WHERE_REFUSED = frozenset({"payment", "payment_status"})
_PAYMENT = frozenset(field.name for field in fields(Payment))


def compose(
    session: Session,
    message: Message,
    conversation: Conversation,
    channel: Channel,
    links: MediaLinks,
    template: Template | None,
) -> Outgoing | None:
    """The bubble as the channel can show it, or None where it cannot be put into words. With a `template` it is that.

    In the payload: options as [id, title, description], list_button, link {title, url}, payment {fields of
    `Payment`}, reaction {provider_id, emoji}. What the channel refused as it was (`plain`) is put into words, and where
    a number was not reached (`other_variant`) its other form is asked for.
    """
    payload: dict[str, Any] = message.payload
    asked = Outgoing(
        key=message.key or "",
        to=_recipient(session, conversation.contact_id, payload),
        kind="template" if template else message.kind,
        text=message.text,
        words=str(payload.get("words", "")),
        options=tuple((option[0], option[1], option[2]) for option in payload.get("options", ())),
        list_button=str(payload.get("list_button", "")),
        file=_file(session, message, links),
        link=Link(str(payload["link"]["title"]), str(payload["link"]["url"])) if payload.get("link") else None,
        payment=_payment(payload["payment"]) if payload.get("payment") else None,
        template=template,
        reaction=_reaction(payload["reaction"]) if payload.get("reaction") else None,
        quoted_id=message.quoted_id or "",
    )
    return plain(asked, channel.kinds - IN_WORDS_WHERE_REFUSED if payload.get("plain") else channel.kinds)


def _recipient(session: Session, contact_id: int, payload: Mapping[str, Any]) -> Recipient:
    known = recipient_of(session, contact_id)
    other = str(payload.get("other_variant") or "")
    return replace(known, wa_id=other, address=f"whatsapp:+{other}" if known.address else "") if other else known


def _file(session: Session, message: Message, links: MediaLinks) -> File | None:
    attachment = session.get(Attachment, message.attachment_id) if message.attachment_id else None
    if attachment is None or attachment.data is None:
        return None
    link = links.to(attachment.id, attachment.filename)
    return File(attachment.filename, attachment.mime_type, attachment.data, link)


def _payment(said: Mapping[str, Any]) -> Payment:
    """Fields of another version are left out rather than trusted."""
    return Payment(**{name: value for name, value in said.items() if name in _PAYMENT})


def _reaction(said: Mapping[str, Any]) -> Reaction:
    return Reaction(str(said["provider_id"]), str(said["emoji"]))
