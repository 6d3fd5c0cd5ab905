"""Reads what a turn starts from: conversation, waiting messages, network jobs, with no transaction left open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text
from sqlalchemy.orm import Session

from bot.dialogue import Dialogue
from bot.turn import Inbound, JobResult
from handoff.place import place_in
from models import utc_now


@dataclass(frozen=True)
class Snapshot:
    """The conversation as it was read. `version` tells at the end whether somebody changed it meanwhile.

    `revoked` are waiting messages that the customer took back: they are not answered. `unheard_since` is when the
    oldest voice note came that waits for its transcript; one that nothing could be heard in has an empty transcript.
    `kept` are the intents of the wishes that wait for the ERP.
    """

    conversation_id: int
    contact_id: int
    channel: str
    version: int
    handler: str
    protocol: str
    quiet_until: datetime | None
    dialogue: Dialogue
    inbound: tuple[Inbound, ...]
    newest_received_at: datetime | None
    oldest_received_at: datetime | None
    jobs: tuple[JobResult, ...]
    phones: tuple[str, ...]
    customer_ref: str | None
    proved_by: str | None
    proved_at: datetime | None
    revoked: tuple[int, ...]
    unheard_since: datetime | None
    kept: frozenset[str] = frozenset()


# What these bring beside their kind is data, not the customer's words.
WORDLESS = frozenset({"location", "contacts", "sticker", "unsupported", "welcome"})
# Written out: read for every turn.
_CONVERSATION = text(
    "SELECT conversation.id, contact_id, conversation.channel, version, handler, protocol, dialogue, customer_ref,"
    " proved_by, proved_at, quiet_until, ARRAY(SELECT value FROM contact_alias AS alias"
    " WHERE alias.contact_id = contact.id AND alias.kind = 'match_key') AS phones,"
    " ARRAY(SELECT intent FROM wish WHERE conversation_id = conversation.id AND state = 'waiting') AS kept"
    " FROM conversation JOIN contact ON contact.id = contact_id WHERE conversation.id = :id"
)
# In the provider's order: WhatsApp delivers out of order. Its clock has whole seconds only, so ties go by when their
# webhook came to the door, and within one webhook by the place in it, which intake keeps to. The ids alone would tell
# which of several workers was faster.
_WAITING = text(
    "SELECT id, kind, text, coalesce(payload ->> 'reply_id', '') AS reply_id, received_at, revoked_at, transcript,"
    " transcript_confidence, CASE WHEN kind = 'location' THEN payload -> 'raw' END AS raw FROM message"
    " WHERE conversation_id = :id AND direction = 'in' AND handled_at IS NULL ORDER BY provider_at, received_at, id"
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
    found = connection.execute(_WAITING, key).all()
    jobs = connection.execute(_JOBS, key).all()
    waiting = [message for message in found if message.revoked_at is None]
    received = [message.received_at for message in waiting]
    now = utc_now()
    return Snapshot(
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        channel=conversation.channel,
        version=conversation.version,
        handler=conversation.handler,
        protocol=conversation.protocol,
        quiet_until=conversation.quiet_until,
        dialogue=Dialogue.load(conversation.dialogue),
        inbound=tuple(_inbound(message) for message in waiting),
        newest_received_at=max(received, default=None),
        oldest_received_at=min(received, default=None),
        jobs=tuple(_job(job, now) for job in jobs),
        phones=tuple(conversation.phones),
        customer_ref=conversation.customer_ref,
        proved_by=conversation.proved_by,
        proved_at=conversation.proved_at,
        revoked=tuple(message.id for message in found if message.revoked_at is not None),
        unheard_since=min((m.received_at for m in waiting if m.kind == "audio" and m.transcript is None), default=None),
        kept=frozenset(conversation.kept),
    )


def _inbound(message: Row[Any]) -> Inbound:
    place = place_in(message.raw) if message.raw else None
    words = "" if message.kind in WORDLESS else message.text or message.transcript or ""
    sure = message.transcript_confidence if message.transcript else None
    return Inbound(message.id, message.kind, words, message.reply_id, sure, place.words if place else "")


def _job(job: Row[Any], now: datetime) -> JobResult:
    age = (now - job.asked_at).total_seconds()
    return JobResult(job.id, job.action, job.contract_ref, job.state, job.outcome, job.facts, age)
