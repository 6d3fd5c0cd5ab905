"""What a payment gateway registered for an invoice: the boleto and the Pix that the customer pays with."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class Charge(Base):
    """`state`: asked (written before the gateway is called), open, paid, cancelled, failed.

    `key` names it to the gateway and to us: the same key is one charge, however often it is asked for. While it is
    asked, `changed_at` is when somebody last set out to register it. `looked_at` is when its state was last read.
    """

    __tablename__ = "charge"
    __table_args__ = (
        CheckConstraint("state in ('asked', 'open', 'paid', 'cancelled', 'failed')", name="state"),
        UniqueConstraint("gateway", "external_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), index=True)
    gateway: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="asked")
    external_id: Mapped[str | None]
    txid: Mapped[str | None] = mapped_column(index=True)
    amount_cents: Mapped[int]
    due_date: Mapped[date]
    line: Mapped[str | None]
    barcode: Mapped[str | None]
    pix: Mapped[str | None]
    link: Mapped[str | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    changed_at: Mapped[datetime] = mapped_column(default=utc_now)
    looked_at: Mapped[datetime | None]
