"""Two contacts that a supervisor declared to be one person, with all that is needed to undo it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class ContactMerge(Base):
    """What was `gone_id`'s belongs to `kept_id` from `at` on, until `undone_at`.

    `moved` holds the ids of the aliases, conversations, consents and waiting messages that moved, the proof that each
    of the two had, what the one that stays was called, and how the conversation was that was closed for the other's.
    """

    __tablename__ = "contact_merge"
    __table_args__ = (
        CheckConstraint("kept_id <> gone_id", name="two"),
        Index("uq_contact_merge_gone", "gone_id", unique=True, postgresql_where=text("undone_at is null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    gone_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    by: Mapped[str]
    reason: Mapped[str] = mapped_column(default="", server_default="")
    at: Mapped[datetime] = mapped_column(default=utc_now)
    moved: Mapped[dict[str, Any]] = mapped_column(JSONB)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(default="", server_default="")
