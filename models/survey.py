"""A customer asked for an opinion: of one conversation, or of the provider; and the tap that answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class Survey(Base):
    """`kind`: csat (1 to 5, once per conversation) or nps (`score` is the lowest of the group that was tapped: 0 to 6,
    7 and 8, 9 and 10). `key` names the message that asked.

    `agent_id`, `queue`, `cause` (an intent) and `cto` are as they were when it was asked: whoever gets the conversation
    later is not judged by it. A tap counts until `expires_at`, the first one. After a low one a comment is taken until
    `comment_until`.
    """

    __tablename__ = "survey"
    __table_args__ = (
        CheckConstraint("kind in ('csat', 'nps')", name="kind"),
        CheckConstraint("score between case kind when 'csat' then 1 else 0 end and 10", name="score"),
        Index("uq_survey_csat", "conversation_id", unique=True, postgresql_where=text("kind = 'csat'")),
        Index("ix_survey_asked_at", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(unique=True)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    queue: Mapped[str] = mapped_column(default="", server_default="")
    cause: Mapped[str] = mapped_column(default="", server_default="")
    cto: Mapped[str] = mapped_column(default="", server_default="")
    asked_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    score: Mapped[int | None]
    answered_at: Mapped[datetime | None]
    comment_until: Mapped[datetime | None]
    comment: Mapped[str] = mapped_column(default="", server_default="")
