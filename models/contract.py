"""A service at an address: what is paid for, where it hangs in the network, whether it is blocked."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base


class Contract(Base):
    """Actions are per contract; a customer may have several. `status`: active, blocked, cancelled, or pending (not
    installed or not signed yet). `blocked_for`: debt, request (the customer's own), other; only debt is paid away.

    `charge_by`: boleto, pix, direct_debit or card. `due_day` is the day of the month that invoices are due on.
    `starts_on` is the day of its activation, where it is known: the first invoice of the local ERP is counted from it.
    `seen_at` is when the ERP last told of it, `told` its own words then (of status and network), and
    `invoices_seen_at` when it told of the invoices; empty for the local one.

    `area` is the neighbourhood (bairro), where the customer base knows it: an area without power is seen by it.
    """

    __tablename__ = "contract"
    __table_args__ = (CheckConstraint("status in ('active', 'blocked', 'cancelled', 'pending')", name="status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    number: Mapped[str] = mapped_column(index=True)
    plan: Mapped[str]
    monthly_fee_cents: Mapped[int]
    status: Mapped[str] = mapped_column(default="active")
    address: Mapped[str]
    pppoe_login: Mapped[str] = mapped_column(index=True)
    olt: Mapped[str] = mapped_column(default="")
    pon: Mapped[str] = mapped_column(default="")
    cto: Mapped[str] = mapped_column(default="")
    onu: Mapped[str] = mapped_column(default="", index=True)
    area: Mapped[str] = mapped_column(default="")
    sla: Mapped[str] = mapped_column(default="")
    blocked_for: Mapped[str] = mapped_column(default="debt")
    charge_by: Mapped[str] = mapped_column(default="boleto")
    due_day: Mapped[int] = mapped_column(default=10)
    starts_on: Mapped[date | None]
    seen_at: Mapped[datetime | None]
    told: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    invoices_seen_at: Mapped[datetime | None]
