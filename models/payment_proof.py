"""A proof of payment that a customer sent: what could be read in it, and what was found when it was checked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class PaymentProof(Base):
    """A proof is never a payment. `state`: reading, unreadable, waiting (for the payment or a person), confirmed (the
    payment itself is known), refused (by a person).

    `flags` are signs of fraud by name (wrong_payee, used_before, edited, other_amount, other_date); `sha256` is the
    file's, `e2e_id` the end-to-end id of its Pix. `verdict` is what a person found, `decided_by` them: real (waits for
    the payment all the same), fraud (refused), unclear (anybody may look again).
    """

    __tablename__ = "payment_proof"
    __table_args__ = (
        CheckConstraint("state in ('reading', 'unreadable', 'waiting', 'confirmed', 'refused')", name="state"),
        CheckConstraint("verdict in ('real', 'fraud', 'unclear')", name="verdict"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), unique=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)
    contract_ref: Mapped[str | None] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(default="reading")
    sha256: Mapped[str] = mapped_column(default="", index=True)
    amount_cents: Mapped[int | None]
    paid_on: Mapped[date | None]
    e2e_id: Mapped[str | None] = mapped_column(index=True)
    payee: Mapped[str | None]
    flags: Mapped[list[str]] = mapped_column(JSONB, default=list)
    read: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    verdict: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
