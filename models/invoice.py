"""An invoice of a contract, in integer cents."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models import Base


class Invoice(Base):
    """`status`: open, paid or cancelled. `paid_at` is when the payment was settled, `paid_cents` what came in so far.

    `amount_cents` is what is owed now: `fine_cents` and `interest_cents` are in it, and `original_due_date` is the
    first one where a reissue moved it. `hold` says why an open invoice is not collected: disputed, negotiation, or
    settling (paid, says the ERP, and not settled yet). `period` is the month it is for (AAAA-MM), one per contract.
    `held_at` is when that was said. `seen_at` is when the ERP last told of it, or since when it lists one no more
    that is cancelled; empty for the local one. `copied_at` is
    when an ERP last gave a second copy of it: its payment is to be expected.
    """

    __tablename__ = "invoice"
    __table_args__ = (
        CheckConstraint("status in ('open', 'paid', 'cancelled')", name="status"),
        CheckConstraint("hold in ('', 'disputed', 'negotiation', 'settling')", name="hold"),
        Index(
            "uq_invoice_period",
            "contract_id",
            "period",
            unique=True,
            postgresql_where=text("period <> '' and status <> 'cancelled'"),
        ),
        Index("ix_invoice_copied_at", "copied_at", postgresql_where=text("copied_at is not null")),
        Index("ix_invoice_open_due", "due_date", postgresql_where=text("status = 'open'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"), index=True)
    number: Mapped[str]
    amount_cents: Mapped[int]
    due_date: Mapped[date]
    status: Mapped[str] = mapped_column(default="open")
    paid_at: Mapped[datetime | None]
    paid_cents: Mapped[int] = mapped_column(default=0)
    original_due_date: Mapped[date | None]
    fine_cents: Mapped[int] = mapped_column(default=0)
    interest_cents: Mapped[int] = mapped_column(default=0)
    description: Mapped[str] = mapped_column(default="")
    period: Mapped[str] = mapped_column(default="")
    hold: Mapped[str] = mapped_column(default="")
    held_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    copied_at: Mapped[datetime | None]
