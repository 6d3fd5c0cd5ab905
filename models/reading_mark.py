"""How far a person has read a conversation."""

from __future__ import annotations

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import Base


class ReadingMark(Base):
    """`message_id` is the newest message that was on their screen."""

    __tablename__ = "reading_mark"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), primary_key=True)
    message_id: Mapped[int]


_MARK = text(
    "INSERT INTO reading_mark (agent_id, conversation_id, message_id)"
    " SELECT :agent, :conversation, max(id) FROM message WHERE conversation_id = :conversation HAVING max(id) > 0"
    " ON CONFLICT (agent_id, conversation_id) DO UPDATE SET message_id = excluded.message_id"
    " WHERE reading_mark.message_id < excluded.message_id"
)


def mark_read(session: Session, agent_id: int, conversation_id: int) -> None:
    """Everything that is in the conversation now was read. May be called again; writes only what is news."""
    session.execute(_MARK, {"agent": agent_id, "conversation": conversation_id})
