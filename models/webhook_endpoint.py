"""Where other systems want to hear of what happened, and what became of each telling."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class WebhookEndpoint(Base):
    """`events` are the kinds that it wants: message.received, message.* or *. `secrets` are locked by a Vault: current,
    and previous until `previous_until`.

    `active` is what a person wants; `paused_at` says that it failed too long. `failures` counts those in a row since
    `failing_since`; until `rests_until` nothing is sent there.
    """

    __tablename__ = "webhook_endpoint"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str]
    about: Mapped[str] = mapped_column(default="")
    events: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    secrets: Mapped[bytes]
    previous_until: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(default=True)
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None]
    rests_until: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]


class WebhookDelivery(Base):
    """One event for one endpoint: `state` is waiting, delivered or given_up. `body` is what is sent, each time
    the same.

    `next_at` is when it is tried (again): a claim moves it on first, so that a worker that dies leaves it to the next.
    After `expires_at` it is given up. `status`, `error` and `took_ms` are those of the last try.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "position"),
        CheckConstraint("state in ('waiting', 'delivered', 'given_up')", name="state"),
        Index("ix_webhook_delivery_due", "endpoint_id", "next_at", postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoint.id"))
    position: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    body: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
    ended_at: Mapped[datetime | None]
    status: Mapped[int | None]
    error: Mapped[str] = mapped_column(default="")
    took_ms: Mapped[int | None]
