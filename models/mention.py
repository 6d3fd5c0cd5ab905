"""A person who was named in a note, and whether they have seen it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class Mention(Base):
    """`by` is the login of who wrote the note `message_id`."""

    __tablename__ = "mention"
    __table_args__ = (
        UniqueConstraint("message_id", "agent_id"),
        Index("ix_mention_unseen", "agent_id", postgresql_where=text("seen_at is null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    seen_at: Mapped[datetime | None]
