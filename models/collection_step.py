"""One step of the collection of one invoice: a reminder before it is due, on the day, after it, a notice."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class CollectionStep(Base):
    """`key` is (invoice, step): each is done once. `state`: planned, sent, skipped or stopped, with its `reason`: paid,
    disputed, negotiation, settling (the debt is not collected any more), missed (overtaken by a later step), blocked,
    promised, noticed, opted_out, no_contact, no_template, capped, failed."""

    __tablename__ = "collection_step"
    __table_args__ = (CheckConstraint("state in ('planned', 'sent', 'skipped', 'stopped')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    invoice_ref: Mapped[str] = mapped_column(index=True)
    contract_ref: Mapped[str] = mapped_column(index=True)
    customer_ref: Mapped[str] = mapped_column(index=True)
    step: Mapped[str]
    state: Mapped[str] = mapped_column(default="planned")
    reason: Mapped[str | None]
    message_id: Mapped[int | None]
    due_on: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    done_at: Mapped[datetime | None]
