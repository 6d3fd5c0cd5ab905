"""What the last sweep of its OLT said of every ONU; and the optical past of a line."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class OnuStatus(Base):
    """`olt` and `serial` name it (serial as `core.onu_serial`). `state` and `cause` are those of provisioning.olt.

    `changed_at` is when this state began, as the OLT says or as we saw it; `seen_at` when it was last read;
    `online_at` when it was last seen online (None: never). What could not be read keeps its row and its old `seen_at`.
    """

    __tablename__ = "onu_status"
    __table_args__ = (Index("ix_onu_status_olt_pon", "olt", "pon"),)

    olt: Mapped[str] = mapped_column(primary_key=True)
    serial: Mapped[str] = mapped_column(primary_key=True)
    pon: Mapped[str]
    number: Mapped[int | None]
    state: Mapped[str]
    cause: Mapped[str] = mapped_column(default="")
    rx_dbm: Mapped[float | None]
    changed_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    online_at: Mapped[datetime | None]


class OpticalReading(Base):
    """The received power of a line when it was measured on demand: its own past, to compare with."""

    __tablename__ = "optical_reading"
    __table_args__ = (Index("ix_optical_reading_contract_ref_read_at", "contract_ref", "read_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_ref: Mapped[str]
    serial: Mapped[str]
    rx_dbm: Mapped[float]
    olt_rx_dbm: Mapped[float | None]
    read_at: Mapped[datetime] = mapped_column(default=utc_now)
