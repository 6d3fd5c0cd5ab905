"""A payment as it became known: by a gateway's webhook, by reading the ERP again, or by a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class Payment(Base):
    """Known once by (`source`, `external_id`), however often it is told.

    `state`: settled (pays its invoice), partial (less than owed), doubled (the invoice was paid already), unmatched
    (belongs to nothing we know: a person looks), reversed (taken back), returned (this much of the other payments of
    its charge, `detail.charge`, went back). `method`: pix, boleto, card, cash, other. `entered_at` is since when an
    outside ERP counts it; empty while that knows nothing of it, and once it has taken out one that was reversed.
    """

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint(
            "state in ('settled', 'partial', 'doubled', 'unmatched', 'reversed', 'returned')", name="state"
        ),
        UniqueConstraint("source", "external_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    external_id: Mapped[str]
    invoice_ref: Mapped[str | None] = mapped_column(index=True)
    contract_ref: Mapped[str | None] = mapped_column(index=True)
    amount_cents: Mapped[int]
    method: Mapped[str] = mapped_column(default="other")
    e2e_id: Mapped[str | None] = mapped_column(index=True)
    state: Mapped[str]
    paid_at: Mapped[datetime]
    known_at: Mapped[datetime] = mapped_column(default=utc_now)
    reversed_at: Mapped[datetime | None]
    entered_at: Mapped[datetime | None]
    seen_by: Mapped[str | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
