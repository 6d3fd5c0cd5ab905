"""Keeps what the bot understood beside the customer's message, and marks what the customer then contradicted."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from bot.snapshot import Snapshot
from models import utc_now
from nlu.understanding import Understanding

KEPT_OF_RANKING = 10

# Written in many turns, so written out.
_KEEP = text(
    "INSERT INTO reading (message_id, conversation_id, intent, confidence, band, ranking, requests, source, model,"
    " unknown_words, shadow, fragments, read_at, meant)"
    " VALUES (:message_id, :conversation_id, :intent, :confidence, :band, :ranking, :requests, :source, :model,"
    " :unknown_words, :shadow, :fragments, :read_at, '') ON CONFLICT (message_id) DO NOTHING"
).bindparams(
    bindparam("ranking", type_=JSONB),
    bindparam("requests", type_=JSONB),
    bindparam("shadow", type_=JSONB(none_as_null=True)),
)
_MARK = text(
    "UPDATE reading SET contradicted_at = coalesce(contradicted_at, :now), meant = :meant WHERE meant = '' AND id ="
    " (SELECT max(id) FROM reading WHERE conversation_id = :conversation_id"
    " AND (intent = :intent OR requests @> :asked))"
).bindparams(bindparam("asked", type_=JSONB))


def record_readings(session: Session, snapshot: Snapshot, understanding: Understanding) -> None:
    """Keeps how the waiting messages with words were understood: one row, at the newest of them.

    Nothing where none has words. A message that was read before, by a turn that left it waiting, keeps its first
    reading, so this may be called again.
    """
    worded = [message.id for message in snapshot.inbound if message.text.strip()]
    if not worded:
        return
    row = {
        "message_id": worded[-1],
        "conversation_id": snapshot.conversation_id,
        "intent": understanding.intent,
        "confidence": understanding.confidence,
        "band": understanding.band,
        "ranking": [list(place) for place in understanding.ranking[:KEPT_OF_RANKING]],
        "requests": [asdict(request) for request in understanding.requests],
        "source": understanding.source,
        "model": understanding.model,
        "unknown_words": understanding.unknown_words,
        "shadow": asdict(understanding.shadow) if understanding.shadow else None,
        "fragments": len(worded),
        "read_at": utc_now(),
    }
    session.execute(_KEEP, row)


def mark_contradicted(session: Session, conversation_id: int, intent: str, meant: str) -> None:
    """The customer said no to `intent`: marks the conversation's latest reading that was answered as such.

    `meant` is the intent he named instead, empty when he only said no. To be called before the reading of his
    contradiction is kept. What he once named stays as it is, and what he only tapped was never read: nothing then.
    """
    asked = [{"intent": intent}]
    values = {"conversation_id": conversation_id, "intent": intent, "asked": asked, "meant": meant, "now": utc_now()}
    session.execute(_MARK, values)
