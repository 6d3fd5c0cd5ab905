"""What the channel tells about the customer, as an event in the thread that only people see."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.message import Message
from webhooks.effects.here import Here


def tell(
    session: Session, conversation_id: int, channel: str, event: str, text: str, name: str, at: datetime, here: Here
) -> bool:
    """Adds the event; False when the channel told it before: `name` is the channel's name for it."""
    row = {
        "conversation_id": conversation_id,
        "channel": channel,
        "direction": "event",
        "kind": event,
        "text": text,
        "author": "system",
        "provider_id": name or None,
        "provider_at": at,
        "received_at": here.received_at,
    }
    added = insert(Message).values(row).on_conflict_do_nothing().returning(Message.id)
    return session.execute(added).scalar_one_or_none() is not None
