"""A message template as it stands at a channel: what it says, whether it may be sent, what it costs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import Base, utc_now

APPROVED = "APPROVED"
SUPERSEDED = "superseded"


class ChannelTemplate(Base):
    """`purpose` is our word for it (invoice_reminder, outage_notice, code ...), empty for templates that are not of
    this repository, unless the house chose one: that has a purpose and no `category_expected`, and goes before ours.
    `status` and `category` in the channel's own words, in capitals (APPROVED, PENDING, REJECTED,
    PAUSED, DISABLED; UTILITY, MARKETING, AUTHENTICATION). `category_expected` is what the repository asked for.

    `components` as Meta writes them, whatever the channel, with our `id` on each quick reply; `variables` are the names
    of the placeholders in their order: those of the header, then of the body, then of the buttons that take a value.
    `blocked_for` says why we do not send it although the channel would: a send was refused with a template's error, or
    SUPERSEDED by a newer text of ours that is approved.
    """

    __tablename__ = "channel_template"
    __table_args__ = (UniqueConstraint("channel", "name", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    name: Mapped[str]
    language: Mapped[str]
    purpose: Mapped[str] = mapped_column(default="", index=True)
    status: Mapped[str] = mapped_column(default="PENDING")
    category: Mapped[str] = mapped_column(default="UTILITY")
    category_expected: Mapped[str] = mapped_column(default="")
    quality: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    provider_id: Mapped[str] = mapped_column(default="")
    components: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    variables: Mapped[list[str]] = mapped_column(JSONB, default=list)
    blocked_for: Mapped[str | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)


def usable_template(session: Session, channel: str, purpose: str, language: str) -> ChannelTemplate | None:
    """The approved template of this purpose that may be sent now, or None; the house's own before ours."""
    found = select(ChannelTemplate).where(
        ChannelTemplate.channel == channel,
        ChannelTemplate.purpose == purpose,
        ChannelTemplate.language == language,
        ChannelTemplate.status == APPROVED,
        ChannelTemplate.blocked_for.is_(None),
    )
    best_first = (ChannelTemplate.category_expected != "", ChannelTemplate.id.desc())
    return session.scalars(found.order_by(*best_first).limit(1)).one_or_none()
