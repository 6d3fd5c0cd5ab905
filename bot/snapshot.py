"""Reads what a turn starts from: conversation, waiting messages, network jobs, with no transaction left open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text
from sqlalchemy.orm import Session

from bot.dialogue import Dialogue
from bot.turn import Inbound, JobResult
from models import utc_now


@dataclass(frozen=True)
class Snapshot:
    """The conversation as it was read. `version` tells at the end whether somebody changed it meanwhile.

    `hearing_since` is when the first voice note came that is still being turned into words.
    """

    conversation_id: int
    contact_id: int
    channel: str
    version: int
    handler: str
    protocol: str
    dialogue: Dialogue
    inbound: tuple[Inbound, ...]
    newest_received_at: datetime | None
    oldest_received_at: datetime | None
    hearing_since: datetime | None
    jobs: tuple[JobResult, ...]
    phones: tuple[str, ...]
    customer_ref: str | None
    proved_by: str | None
    proved_at: datetime | None


# Written out: read for every turn.
_CONVERSATION = text(
    "SELECT conversation.id, contact_id, conversation.channel, version, handler, protocol, dialogue, customer_ref,"
    " proved_by, proved_at, ARRAY(SELECT value FROM contact_alias AS alias"
    " WHERE alias.contact_id = contact.id AND alias.kind = 'match_key') AS phones"
    " FROM conversation JOIN contact ON contact.id = contact_id WHERE conversation.id = :id"
)
# In the provider's order: WhatsApp delivers out of order, and its clock has whole seconds only.
_WAITING = text(
    "SELECT id, kind, text, coalesce(payload ->> 'reply_id', '') AS reply_id, received_at,"
    " kind = 'audio' AND transcript IS NULL AND EXISTS (SELECT FROM outbox WHERE topic = 'transcribe'"
    " AND ref_id = message.id AND done_at IS NULL) AS being_heard FROM message"
    " WHERE conversation_id = :id AND direction = 'in' AND handled_at IS NULL ORDER BY provider_at, id"
)
_JOBS = text(
    "SELECT id, action, contract_ref, state, outcome, facts, asked_at FROM network_job"
    " WHERE conversation_id = :id AND told_at IS NULL ORDER BY id"
)


def read_snapshot(connection: Connection | Session, conversation_id: int) -> Snapshot:
    """The snapshot; raises NoResultFound when there is no such conversation."""
    key = {"id": conversation_id}
    # First the version, then what hangs on it: what comes between is noticed when the turn is written.
    conversation = connection.execute(_CONVERSATION, key).one()
    waiting = connection.execute(_WAITING, key).all()
    jobs = connection.execute(_JOBS, key).all()
    received = [message.received_at for message in waiting]
    now = utc_now()
    return Snapshot(
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        channel=conversation.channel,
        version=conversation.version,
        handler=conversation.handler,
        protocol=conversation.protocol,
        dialogue=Dialogue.load(conversation.dialogue),
        inbound=tuple(Inbound(m.id, m.kind, m.text, m.reply_id) for m in waiting),
        newest_received_at=max(received, default=None),
        oldest_received_at=min(received, default=None),
        hearing_since=min((message.received_at for message in waiting if message.being_heard), default=None),
        jobs=tuple(_job(job, now) for job in jobs),
        phones=tuple(conversation.phones),
        customer_ref=conversation.customer_ref,
        proved_by=conversation.proved_by,
        proved_at=conversation.proved_at,
    )


def _job(job: Row[Any], now: datetime) -> JobResult:
    age = (now - job.asked_at).total_seconds()
    return JobResult(job.id, job.action, job.contract_ref, job.state, job.outcome, job.facts, age)
