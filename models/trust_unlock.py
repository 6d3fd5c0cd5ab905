"""The ledger of trust unlocks: a promise to pay, when it ends, and whether it was kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class TrustUnlock(Base):
    """`state`: reserved (before the network is touched), active (verified), kept (paid in time), broken (expired
    unpaid, blocked again), failed (never took effect; does not count as used), refused (by the ERP, whose word wins;
    `refusal` is its code and does not count as used either).

    `erp_asked_at` is when the ERP was asked for it, where it is the ERP's to give: written before it is asked, so that
    whoever comes after a crash looks before asking again. `erp_protocol` is the number under which it granted it.
    `reminded_at` is when the end was told of before it came.

    One reserved or active row per contract, held by a partial unique index: two requests in two seconds are one.
    """

    __tablename__ = "trust_unlock"
    __table_args__ = (
        CheckConstraint("state in ('reserved','active','kept','broken','failed','refused')", name="state"),
        Index(
            "uq_trust_unlock_live",
            "contract_ref",
            unique=True,
            postgresql_where=text("state in ('reserved', 'active')"),
        ),
        Index("ix_trust_unlock_expires", "expires_at", postgresql_where=text("state = 'active'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_ref: Mapped[str] = mapped_column(index=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"))
    state: Mapped[str] = mapped_column(default="reserved")
    amount_cents: Mapped[int]
    shown_text: Mapped[str]
    confirmed_text: Mapped[str]
    granted_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    erp_asked_at: Mapped[datetime | None]
    erp_protocol: Mapped[str | None]
    refusal: Mapped[str | None]
    reminded_at: Mapped[datetime | None]
