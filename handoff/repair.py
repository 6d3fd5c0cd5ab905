"""Finds conversations in which a customer waits and nothing is planned, and closes those that ended without a word."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from models import utc_now
from models.conversation import Conversation
from models.message import Message
from models.outbox import Outbox, add_work

FORGOTTEN_AFTER = timedelta(seconds=60)
IDLE_AFTER = timedelta(hours=24)


def find_forgotten(session: Session) -> int:
    """Plans a turn for every conversation of the bot with a waiting message and no planned work; returns how many.

    This should never find anything; it is the net under the net.
    """
    waiting = exists().where(
        Message.conversation_id == Conversation.id,
        Message.direction == "in",
        Message.handled_at.is_(None),
        Message.received_at < utc_now() - FORGOTTEN_AFTER,
    )
    planned = exists().where(Outbox.topic == "turn", Outbox.ref_id == Conversation.id, Outbox.done_at.is_(None))
    found = session.scalars(select(Conversation.id).where(Conversation.handler == "bot", waiting, ~planned)).all()
    for conversation_id in found:
        add_work(session, "turn", conversation_id)
    return len(found)


def close_idle(session: Session) -> int:
    """Closes the bot's conversations whose customer has been silent for a day; returns how many."""
    before = utc_now() - IDLE_AFTER
    waiting = exists().where(
        Message.conversation_id == Conversation.id, Message.direction == "in", Message.handled_at.is_(None)
    )
    # Where only we wrote (a notice), the customer never did.
    silent_since = func.coalesce(Conversation.last_inbound_at, Conversation.opened_at)
    closed = session.execute(
        update(Conversation)
        .where(Conversation.handler == "bot", silent_since < before, ~waiting)
        .where(Conversation.needs_person.is_(None))
        .values(handler="closed", closed_at=utc_now(), closed_by="clock", version=Conversation.version + 1)
    )
    return int(closed.rowcount)  # type: ignore[attr-defined]
