"""Whether the ERP answers: its circuit, shared by all processes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from models import Base


class ErpHealth(Base):
    """One row per outside system (an ERP or a gateway). Nobody is asked before `open_until`; then one may try."""

    __tablename__ = "erp_health"

    name: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    open_until: Mapped[datetime | None]
    last_ok_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(default="")
