"""What somebody typed and did not send yet: it waits for them on every device."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class Draft(Base):
    """One of each `mode` (reply, note) for a person and a conversation; what is sent or emptied has no row."""

    __tablename__ = "draft"
    __table_args__ = (CheckConstraint("mode in ('reply', 'note')", name="mode"),)

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), primary_key=True, index=True)
    mode: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)
