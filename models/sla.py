"""What was promised about time: policies, the clocks that run by them, and the pauses, each with who and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class SlaPolicy(Base):
    """Targets in working minutes of `calendar`; a missing one is not measured. `queue` and `sla_class` (what the
    contract says) are empty for any; the one that names more holds, the queue before the class.

    `warn_percent` of a target is when the owner is warned. `chain` says who is told at which share of the target, such
    as [{"percent": 100, "tell": "supervisor"}, {"percent": 150, "queue": "N2"}]; each step once.
    """

    __tablename__ = "sla_policy"
    __table_args__ = (UniqueConstraint("queue", "sla_class"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    queue: Mapped[str] = mapped_column(default="")
    sla_class: Mapped[str] = mapped_column(default="")
    calendar: Mapped[str]
    first_minutes: Mapped[int | None]
    next_minutes: Mapped[int | None]
    level_minutes: Mapped[int | None]
    resolution_minutes: Mapped[int | None]
    arrival_minutes: Mapped[int | None]
    warn_percent: Mapped[int] = mapped_column(default=80, server_default="80")
    chain: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)


class SlaClock(Base):
    """One measured time of a conversation. `kind`: first (answer of a person), next (answer), level (in one queue),
    resolution, arrival (of a visit). Running while `stopped_at` is empty.

    Whether it was kept is never stored: it is computed from `started_at`, the pauses, `target_minutes` and
    `stopped_at` (handoff.sla). `due_at`, and `warn_at` when the owner is warned, are kept for lists, anew whenever a
    pause begins or ends; None in a pause that came before. `told` is how many steps were told, the warning first, so
    that each is told once. `agent_id` is who gave the answer.
    """

    __tablename__ = "sla_clock"
    __table_args__ = (
        CheckConstraint("kind in ('first', 'next', 'level', 'resolution', 'arrival')", name="kind"),
        Index(
            "uq_sla_clock_running",
            "conversation_id",
            "kind",
            unique=True,
            postgresql_where=text("stopped_at is null"),
        ),
        Index("ix_sla_clock_stopped_at", "stopped_at"),
        Index("ix_sla_clock_due", "due_at", postgresql_where=text("stopped_at is null")),
        Index("ix_sla_clock_warn", "warn_at", postgresql_where=text("stopped_at is null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)
    kind: Mapped[str]
    queue: Mapped[str]
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    calendar: Mapped[str]
    target_minutes: Mapped[int]
    warn_percent: Mapped[int] = mapped_column(default=80, server_default="80")
    chain: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    started_at: Mapped[datetime] = mapped_column(default=utc_now)
    due_at: Mapped[datetime | None]
    warn_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    told: Mapped[int] = mapped_column(default=0, server_default="0")


class SlaPause(Base):
    """A time that does not count: `reason` customer (we wait for them), third_party, scheduled (an agreed visit or
    snooze); `by` a login or clock. One open pause per conversation."""

    __tablename__ = "sla_pause"
    __table_args__ = (
        Index("uq_sla_pause_open", "conversation_id", unique=True, postgresql_where=text("ended_at is null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)
    reason: Mapped[str]
    note: Mapped[str] = mapped_column(default="", server_default="")
    by: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(default=utc_now)
    ended_at: Mapped[datetime | None]
