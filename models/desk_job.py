"""What an agent asked for with a button and takes a system outside: a second copy, a ticket, a visit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class DeskJob(Base):
    """States: asked, running (a ticket is being opened, which must not be asked for twice), done, refused, and unknown
    (it may have been opened: a person looks first). `outcome` says in Portuguese how it ended. `key` is the one press
    of the button. `arguments`: `invoice` of a second copy; `subject`, `text`, `day` and `period` of a ticket or visit.
    """

    __tablename__ = "desk_job"
    __table_args__ = (
        CheckConstraint("kind in ('second_copy', 'ticket', 'visit')", name="kind"),
        CheckConstraint("state in ('asked', 'running', 'done', 'refused', 'unknown')", name="state"),
        Index("ix_desk_job_conversation_id", "conversation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    contract_ref: Mapped[str]
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    asked_by: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="asked")
    outcome: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime] = mapped_column(default=utc_now)
    finished_at: Mapped[datetime | None]
