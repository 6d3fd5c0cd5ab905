"""Who is there: each agent's state now, and the spans of it that reports are made from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now

STATES = "state in ('online', 'paused', 'offline')"


class Presence(Base):
    """One row per agent who was ever there. `reason` of a pause is one of the provider's list (lunch, training).
    `seen_at` is the last sign of an open console: without one for a while nobody is online, whatever the state says."""

    __tablename__ = "presence"
    __table_args__ = (CheckConstraint(STATES, name="state"),)

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    state: Mapped[str] = mapped_column(default="offline")
    reason: Mapped[str] = mapped_column(default="", server_default="")
    since: Mapped[datetime] = mapped_column(default=utc_now)
    seen_at: Mapped[datetime] = mapped_column(default=utc_now)
    assigned_at: Mapped[datetime | None]
    """When a conversation was last pushed to them: whoever waits longest is next, also after a restart."""


class PresenceSpan(Base):
    """How long an agent was in a state, and why; the newest is open."""

    __tablename__ = "presence_span"
    __table_args__ = (
        CheckConstraint(STATES, name="state"),
        Index("uq_presence_span_open", "agent_id", unique=True, postgresql_where=text("ended_at is null")),
        Index("ix_presence_span_started_at", "started_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="", server_default="")
    started_at: Mapped[datetime] = mapped_column(default=utc_now)
    ended_at: Mapped[datetime | None]
