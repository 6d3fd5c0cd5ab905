"""A fault that many feel: its place in the topology, since when, until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class Incident(Base):
    """`scope_kind`: olt, pon ("OLT pon") or cto; `scope` its name. Open while `ended_at` is empty."""

    __tablename__ = "incident"
    __table_args__ = (CheckConstraint("scope_kind in ('olt', 'pon', 'cto')", name="scope_kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scope_kind: Mapped[str]
    scope: Mapped[str]
    cause: Mapped[str]
    planned: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime] = mapped_column(default=utc_now)
    eta: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
