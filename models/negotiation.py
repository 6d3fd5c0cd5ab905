"""An agreement on a debt: what was owed, the terms of the policy that the customer accepted, and how it went."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class Negotiation(Base):
    """`state`: accepted (by the customer, waits for finance), active, refused (by finance), kept, broken, cancelled.

    `terms`: {"policy", "discount_cents", "instalments": [{"due": "AAAA-MM-DD", "amount_cents": 0}]}, exactly as shown.
    `invoice_refs` are the debts it replaces. At most one accepted or active per contract.
    """

    __tablename__ = "negotiation"
    __table_args__ = (
        CheckConstraint("state in ('accepted', 'active', 'refused', 'kept', 'broken', 'cancelled')", name="state"),
        Index(
            "uq_negotiation_live", "contract_ref", unique=True, postgresql_where=text("state in ('accepted','active')")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_ref: Mapped[str] = mapped_column(index=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"))
    state: Mapped[str] = mapped_column(default="accepted")
    debt_cents: Mapped[int]
    invoice_refs: Mapped[list[str]] = mapped_column(JSONB, default=list)
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    shown_text: Mapped[str]
    accepted_text: Mapped[str]
    accepted_at: Mapped[datetime] = mapped_column(default=utc_now)
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
