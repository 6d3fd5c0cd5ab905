"""One nightly comparison of what is paid with what is blocked, kept as it was found."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class Reconciliation(Base):
    """`findings`: a list of {"kind", "contract_ref", ...}; kinds: paid_but_blocked, blocked_but_paid,
    unlock_without_end, payment_unmatched, restored_late. Both blocked counts are to be 0."""

    __tablename__ = "reconciliation"

    id: Mapped[int] = mapped_column(primary_key=True)
    began_at: Mapped[datetime] = mapped_column(default=utc_now)
    ended_at: Mapped[datetime | None]
    contracts: Mapped[int] = mapped_column(default=0)
    unread: Mapped[int] = mapped_column(default=0)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
