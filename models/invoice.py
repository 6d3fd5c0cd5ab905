"""An invoice of a contract, in integer cents."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models import Base


class Invoice(Base):
    """`status`: open, paid or cancelled. `paid_at` is when the payment was settled."""

    __tablename__ = "invoice"
    __table_args__ = (CheckConstraint("status in ('open', 'paid', 'cancelled')", name="status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"), index=True)
    number: Mapped[str]
    amount_cents: Mapped[int]
    due_date: Mapped[date]
    status: Mapped[str] = mapped_column(default="open")
    paid_at: Mapped[datetime | None]
