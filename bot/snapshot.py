"""Reads what a turn starts from: conversation, waiting messages, network jobs, in one short transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.dialogue import Dialogue
from bot.turn import Inbound, JobResult
from models import utc_now
from models.contact import Contact, ContactAlias
from models.conversation import Conversation
from models.message import Message
from models.network_job import NetworkJob


@dataclass(frozen=True)
class Snapshot:
    """The conversation as it was read. `version` tells at the end whether somebody changed it meanwhile."""

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
    jobs: tuple[JobResult, ...]
    phones: tuple[str, ...]
    customer_ref: str | None
    proved_by: str | None
    proved_at: datetime | None


def read_snapshot(session: Session, conversation_id: int) -> Snapshot:
    """The snapshot; raises NoResultFound when there is no such conversation."""
    conversation = session.get_one(Conversation, conversation_id)
    contact = session.get_one(Contact, conversation.contact_id)
    waiting = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.direction == "in", Message.handled_at.is_(None))
        # In the provider's order: WhatsApp delivers out of order, and its clock has whole seconds only.
        .order_by(Message.provider_at, Message.id)
    ).all()
    jobs = session.scalars(
        select(NetworkJob)
        .where(NetworkJob.conversation_id == conversation_id, NetworkJob.told_at.is_(None))
        .order_by(NetworkJob.id)
    ).all()
    phones = session.scalars(
        select(ContactAlias.value).where(ContactAlias.contact_id == contact.id, ContactAlias.kind == "match_key")
    ).all()
    received = [message.received_at for message in waiting]
    return Snapshot(
        conversation_id=conversation.id,
        contact_id=contact.id,
        channel=conversation.channel,
        version=conversation.version,
        handler=conversation.handler,
        protocol=conversation.protocol,
        dialogue=Dialogue.load(conversation.dialogue),
        inbound=tuple(Inbound(m.id, m.kind, m.text, str(m.payload.get("reply_id", ""))) for m in waiting),
        newest_received_at=max(received, default=None),
        oldest_received_at=min(received, default=None),
        jobs=tuple(_job(job) for job in jobs),
        phones=tuple(phones),
        customer_ref=contact.customer_ref,
        proved_by=contact.proved_by,
        proved_at=contact.proved_at,
    )


def _job(job: NetworkJob) -> JobResult:
    age = (utc_now() - job.asked_at).total_seconds()
    return JobResult(job.id, job.action, job.contract_ref, job.state, job.outcome, job.facts, age)
