"""A piece of equipment that we speak to: an OLT, a router that blocks, an ACS."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class Device(Base):
    """`name` is what contracts call it (`contract.olt`). `kind` is its driver's, `fields` that driver's open fields,
    `secrets` the secret ones, encrypted. `per_minute` is how many commands it takes (0: no limit).

    `failures` counts silences in a row; while `open_until` is ahead, nobody asks it (the circuit is open).
    """

    __tablename__ = "device"
    __table_args__ = (CheckConstraint("role in ('access', 'olt', 'acs')", name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    role: Mapped[str]
    pop: Mapped[str] = mapped_column(default="")
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    secrets: Mapped[bytes | None]
    enabled: Mapped[bool] = mapped_column(default=True)
    per_minute: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    open_until: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(default="")
    swept_at: Mapped[datetime | None]


class DeviceLine(Base):
    """One line of a device's log: a command or an answer, secrets masked. `job_id` is the job that said it, if one."""

    __tablename__ = "device_line"
    __table_args__ = (Index("ix_device_line_device_id_id", "device_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id", ondelete="CASCADE"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("network_job.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(default=utc_now)
    text: Mapped[str]
