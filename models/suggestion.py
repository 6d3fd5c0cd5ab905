"""What the model makes of what a customer writes while people have the conversation: shown to them, never answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class Suggestion(Base):
    """The newest one of a conversation. `message_id` is the last message that was read for it; `band` says how sure
    the model was (act, confirm, menu), as in models.reading."""

    __tablename__ = "suggestion"

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    intent: Mapped[str]
    band: Mapped[str]
    read_at: Mapped[datetime] = mapped_column(default=utc_now)
