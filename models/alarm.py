"""An alarm that equipment or a monitoring system sent us: a trap, Zabbix, Alertmanager."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class Alarm(Base):
    """`fingerprint` is the sender's own name for it: the same again updates the row. `device` is a device's name where
    one was recognised. `state`: firing or resolved. What could not be understood has `kind` unknown and is kept whole.
    """

    __tablename__ = "alarm"
    __table_args__ = (
        CheckConstraint("source in ('trap', 'zabbix', 'alertmanager')", name="source"),
        CheckConstraint("state in ('firing', 'resolved')", name="state"),
        Index("uq_alarm_source_fingerprint", "source", "fingerprint", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    fingerprint: Mapped[str]
    kind: Mapped[str]
    device: Mapped[str] = mapped_column(default="")
    pon: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="firing")
    text: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    times: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime] = mapped_column(default=utc_now)
    last_at: Mapped[datetime] = mapped_column(default=utc_now)
    ended_at: Mapped[datetime | None]
