"""A person on a channel, and the names the channel knows them by."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class Contact(Base):
    """A person on a channel. The phone may be missing; `customer_ref` is set once proved who it is."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    profile_name: Mapped[str] = mapped_column(default="")
    customer_ref: Mapped[str | None] = mapped_column(index=True)
    proved_by: Mapped[str | None]
    proved_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


def alias_lock(channel: str, kind: str, value: str) -> str:
    """The lock on a name of a contact: whoever looks up or moves names holds theirs."""
    return f"alias/{channel}/{kind}/{value}"


class ContactAlias(Base):
    """One name of a contact. Kinds: wa_id, bsuid, parent_bsuid, match_key, address; unique per channel, never empty.

    A contact has one number at most, unless a supervisor merged two (models.contact_merge): wa_id and address are as
    the channel wrote it, match_key is the same for one line.
    """

    __tablename__ = "contact_alias"
    __table_args__ = (
        UniqueConstraint("channel", "kind", "value"),
        Index("ix_contact_alias_tail", text("reverse(value) text_pattern_ops")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    channel: Mapped[str]
    kind: Mapped[str]
    value: Mapped[str]
    seen_at: Mapped[datetime] = mapped_column(default=utc_now)
