"""A bubble of the bot: its row, its file, and the duty to send it."""

from __future__ import annotations

import hashlib
import uuid

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from bot.effects import Document, Say
from bot.snapshot import Snapshot
from core.db import wake
from models import utc_now
from models.attachment import Attachment
from models.outbox import QUEUE_OF

# Written out, since it runs for every answer: the message and the work of sending it are one statement.
_SAY = text(
    "WITH said AS (INSERT INTO message (conversation_id, channel, direction, kind, text, payload, attachment_id,"
    " author, status, key, receipts, received_at) VALUES (:conversation, :channel, 'out', :kind, :text, :payload,"
    " :attachment, 'bot', 'queued', :key, '{}', :now) RETURNING id)"
    " INSERT INTO outbox (queue, topic, ref_id, run_after, tries) SELECT :queue, 'deliver', id, :now, 0 FROM said"
).bindparams(bindparam("payload", type_=JSONB))


def say(session: Session, snapshot: Snapshot, said: Say) -> None:
    """Queues the bubble in the snapshot's conversation; it is sent after the commit."""
    options = [[option.id, option.title, option.about] for option in said.options]
    row = {
        "conversation": snapshot.conversation_id,
        "channel": snapshot.channel,
        "kind": _kind(said),
        "text": said.text,
        "payload": {"options": options, "list_button": said.list_button} if options else {},
        "attachment": _attachment(session, said.document) if said.document else None,
        "key": uuid.uuid4().hex,
        "now": utc_now(),
        "queue": QUEUE_OF["deliver"],
    }
    session.execute(_SAY, row)
    wake(session, QUEUE_OF["deliver"])


def _kind(said: Say) -> str:
    if said.document:
        return "document"
    if said.ask:
        return f"{said.ask}_request"
    if not said.options:
        return "text"
    return "buttons" if len(said.options) <= 3 else "list"


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
