"""What arrived at a door, byte for byte, and what became of those of its items that are not plain messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class WebhookEvent(Base):
    """A body as it came. `state`: new, done, invalid (signed, but not to be read). `taken`: items that are in."""

    __tablename__ = "webhook_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    body: Mapped[bytes]
    state: Mapped[str] = mapped_column(default="new")
    taken: Mapped[int] = mapped_column(default=0, server_default="0")
    received_at: Mapped[datetime] = mapped_column(default=utc_now)


class WebhookItem(Base):
    """An item of an event that is no row of its own. `outcome`: unknown (nobody knows the kind), ignored (known,
    nothing to do), stored (it had its effect and is kept for the record) or failed (it could not be read or stored)."""

    __tablename__ = "webhook_item"
    __table_args__ = (
        UniqueConstraint("event_id", "position"),
        Index("ix_webhook_item_outcome_kind", "outcome", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("webhook_event.id"))
    position: Mapped[int]
    kind: Mapped[str]
    outcome: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    raw: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class ParkedStatus(Base):
    """A receipt that came before we knew the message it speaks of. Matched by the provider's id or by our key."""

    __tablename__ = "parked_status"
    __table_args__ = (UniqueConstraint("channel", "provider_id", "status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    provider_id: Mapped[str]
    key: Mapped[str | None] = mapped_column(index=True)
    status: Mapped[str]
    at: Mapped[datetime]
    raw: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class ParkedChange(Base):
    """An edit, a taking back or a reaction that came before the message it speaks of (`provider_id`). `kind`: edit,
    revoke or reaction; the newest of a kind holds."""

    __tablename__ = "parked_change"
    __table_args__ = (UniqueConstraint("channel", "provider_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    provider_id: Mapped[str]
    kind: Mapped[str]
    at: Mapped[datetime]
    raw: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
