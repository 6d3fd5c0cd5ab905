"""A bubble of ours: its row, its file, and the duty to send it."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import asdict, replace
from typing import Any, Protocol

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from bot.bill_facts import as_json
from bot.effects import Document, Say
from core.db import wake
from models import utc_now
from models.attachment import Attachment
from models.outbox import QUEUE_OF

# Written out, since it runs for every answer: the message and the work of sending it are one statement.
_SAY = text(
    "WITH said AS (INSERT INTO message (conversation_id, channel, direction, kind, text, payload, attachment_id,"
    " author, status, key, reason, receipts, received_at) VALUES (:conversation, :channel, 'out', :kind, :text,"
    " :payload, :attachment, :author, 'queued', :key, :reason, '{}', :now) RETURNING id)"
    " INSERT INTO outbox (queue, topic, ref_id, run_after, tries) SELECT :queue, 'deliver', id, :now, 0 FROM said"
).bindparams(bindparam("payload", type_=JSONB))


class Place(Protocol):
    """A conversation, as far as saying something in it needs it."""

    @property
    def conversation_id(self) -> int:
        """The conversation's id."""
        ...

    @property
    def channel(self) -> str:
        """The channel's name in rows."""
        ...


def say(session: Session, place: Place, said: Say, reason: str, *, key: str = "", author: str = "bot") -> None:
    """Queues the bubble in that conversation; it is sent after the commit. `reason` is what it is for, `key` its own
    name where it has one: a message of that key must not exist yet. `author` signs it."""
    key = key or uuid.uuid4().hex
    row = {
        "conversation": place.conversation_id,
        "channel": place.channel,
        "kind": _kind(said),
        "text": said.text,
        "payload": _payload(said, key),
        "attachment": _attachment(session, said.document) if said.document else None,
        "key": key,
        "author": author,
        "reason": reason,
        "now": utc_now(),
        "queue": QUEUE_OF["deliver"],
    }
    session.execute(_SAY, row)
    wake(session, QUEUE_OF["deliver"])


def _kind(said: Say) -> str:
    if said.payment:
        return "payment"
    if said.document:
        return "document"
    if said.link:
        return "link"
    if said.ask:
        return f"{said.ask}_request"
    if not said.options:
        return "text"
    return "buttons" if len(said.options) <= 3 else "list"


def _payload(said: Say, key: str) -> dict[str, Any]:
    """What the channel needs beside the text. WhatsApp wants another reference for each order that it shows, so the
    message's own key ends it."""
    payload: dict[str, Any] = {}
    if said.options:
        options = [[option.id, option.title, option.about] for option in said.options]
        payload = {"options": options, "list_button": said.list_button}
    if said.link:
        payload["link"] = asdict(said.link)
    if said.payment:
        payload["payment"] = asdict(replace(said.payment, reference=f"{said.payment.reference}-{key[:8]}"))
    if said.words:
        payload["words"] = said.words
    if said.bill:
        payload["bill"] = as_json(said.bill)
    return payload


def _attachment(session: Session, document: Document) -> int:
    sha256 = hashlib.sha256(document.data).hexdigest()
    same = select(Attachment.id).where(Attachment.sha256 == sha256, Attachment.filename == document.filename)
    known = session.scalars(same.limit(1)).first()
    if known:
        return known
    row = Attachment(filename=document.filename, mime_type=document.mime_type, sha256=sha256, data=document.data)
    session.add(row)
    session.flush()
    return row.id
