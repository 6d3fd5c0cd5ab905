"""A service at an address: what is paid for, where it hangs in the network, whether it is blocked."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models import Base


class Contract(Base):
    """Actions are per contract; a customer may have several. `status`: active, blocked (for debt) or cancelled.

    `area` is the neighbourhood (bairro), where the customer base knows it: an area without power is seen by it.
    """

    __tablename__ = "contract"
    __table_args__ = (CheckConstraint("status in ('active', 'blocked', 'cancelled')", name="status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    number: Mapped[str]
    plan: Mapped[str]
    monthly_fee_cents: Mapped[int]
    status: Mapped[str] = mapped_column(default="active")
    address: Mapped[str]
    pppoe_login: Mapped[str] = mapped_column(index=True)
    olt: Mapped[str] = mapped_column(default="")
    pon: Mapped[str] = mapped_column(default="")
    cto: Mapped[str] = mapped_column(default="")
    onu: Mapped[str] = mapped_column(default="")
    area: Mapped[str] = mapped_column(default="")
    sla: Mapped[str] = mapped_column(default="")
