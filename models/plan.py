"""A plan that the provider sells: what it costs, and what the line is given for it."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from models import Base


class Plan(Base):
    """Of the local ERP. Contracts name it by `name`. `radius_group` is its group in RADIUS, where it has one."""

    __tablename__ = "plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    price_cents: Mapped[int]
    down_mbps: Mapped[int] = mapped_column(default=0)
    up_mbps: Mapped[int] = mapped_column(default=0)
    radius_group: Mapped[str] = mapped_column(default="")
    for_sale: Mapped[bool] = mapped_column(default=True)
