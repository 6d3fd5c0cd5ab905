"""The suspension of a contract for debt: its notice, its days, the block, the notice of the end, the restoration."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class Suspension(Base):
    """`state`: noticed (the notice went out, its days run), suspended, restored (paid), ended (the contract is over),
    dropped (paid, disputed or negotiated before the block). A notice is of one invoice, so a contract may have several;
    suspended it is once, by the first whose days are over.

    `known_paid_at` is when the payment became known: from then on the law's day for the restoration runs.
    """

    __tablename__ = "suspension"
    __table_args__ = (
        CheckConstraint("state in ('noticed', 'suspended', 'restored', 'ended', 'dropped')", name="state"),
        Index("uq_suspension_noticed", "invoice_ref", unique=True, postgresql_where=text("state = 'noticed'")),
        Index("uq_suspension_suspended", "contract_ref", unique=True, postgresql_where=text("state = 'suspended'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_ref: Mapped[str] = mapped_column(index=True)
    invoice_ref: Mapped[str]
    state: Mapped[str] = mapped_column(default="noticed")
    amount_cents: Mapped[int]
    noticed_at: Mapped[datetime] = mapped_column(default=utc_now)
    suspend_from: Mapped[date]
    suspended_at: Mapped[datetime | None]
    end_noticed_at: Mapped[datetime | None]
    known_paid_at: Mapped[datetime | None]
    restored_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
