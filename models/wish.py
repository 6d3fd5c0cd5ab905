"""What a customer asked for while the ERP was away: served when it is back, if the window still allows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class Wish(Base):
    """`intent` is what was wanted. `state`: waiting, served, lapsed (too late; a person has it), dropped (a person took
    the conversation, or it was served otherwise). One waits per conversation and intent."""

    __tablename__ = "wish"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'served', 'lapsed', 'dropped')", name="state"),
        Index("uq_wish_waiting", "conversation_id", "intent", unique=True, postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    intent: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
