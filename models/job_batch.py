"""Many jobs of one action asked for at once: a payday's releases, a block run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class JobBatch(Base):
    """`state`: waiting (for the second person), running, paused, done or cancelled. `total` is how many jobs it has.

    `approvals` is [{"by", "at"}]; whoever asked for it cannot approve it. Jobs of a batch get their work from the
    batch, a portion at a time, and none while it is paused.
    """

    __tablename__ = "job_batch"
    __table_args__ = (CheckConstraint("state in ('waiting', 'running', 'paused', 'done', 'cancelled')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str]
    title: Mapped[str]
    reason: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(default=utc_now)
    approvals: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    state: Mapped[str] = mapped_column(default="waiting")
    total: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
