"""What happened to a conversation, told in its thread, and the marks on what the customer wrote."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models import utc_now
from models.conversation import Conversation
from models.message import Message


def add_event(
    session: Session, conversation_id: int, channel: str, event: str, text: str, *, author: str, **payload: Any
) -> int:
    """Adds an `event` row to the thread and returns its id. Only people of the provider see it; it is never sent."""
    row = Message(conversation_id=conversation_id, channel=channel, direction="event", kind=event, text=text)
    return _inside(session, row, author, payload)


def add_note(
    session: Session,
    conversation_id: int,
    channel: str,
    text: str,
    *,
    author: str,
    key: str | None = None,
    **payload: Any,
) -> int:
    """Adds a note, which never leaves the house, to the thread and returns its id. The same `key` twice is an error of
    the database: whoever may be called twice looks first."""
    row = Message(conversation_id=conversation_id, channel=channel, direction="note", text=text, key=key)
    return _inside(session, row, author, payload)


def mark_handled_by_person(session: Session, conversation_id: int) -> None:
    """Every inbound message that nobody answered yet counts as a person's business from here on."""
    session.execute(
        update(Message)
        .where(Message.conversation_id == conversation_id, Message.direction == "in", Message.handled_at.is_(None))
        .values(handled_at=utc_now(), outcome="person")
    )


def unanswered_since(session: Session, conversation_id: int) -> datetime | None:
    """When the oldest message that nobody answered yet was received."""
    return session.scalar(
        select(func.min(Message.received_at)).where(
            Message.conversation_id == conversation_id, Message.direction == "in", Message.handled_at.is_(None)
        )
    )


def locked(session: Session, conversation_id: int) -> Conversation | None:
    """The conversation, fresh and locked until this transaction ends, so that its owner cannot change meanwhile."""
    return session.scalars(
        select(Conversation)
        .where(Conversation.id == conversation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _inside(session: Session, row: Message, author: str, payload: dict[str, Any]) -> int:
    """Adds what stays in the house to the thread; its id."""
    row.author, row.payload = author, payload
    session.add(row)
    session.flush()
    return row.id
