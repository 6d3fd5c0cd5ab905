"""Who had a conversation from when to when: written by the database itself, so that no path can forget it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models import Base


class ConversationSpan(Base):
    """`handler`, `queue` and `agent_id` as the conversation's row had them. The newest of a conversation is open unless
    it is closed. A trigger on `conversation` (migration 0021) writes it; nobody else does. Reports are made from it."""

    __tablename__ = "conversation_span"
    __table_args__ = (
        Index("uq_conversation_span_open", "conversation_id", unique=True, postgresql_where=text("ended_at is null")),
        Index("ix_conversation_span_started_at", "started_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    handler: Mapped[str]
    queue: Mapped[str | None]
    agent_id: Mapped[int | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
