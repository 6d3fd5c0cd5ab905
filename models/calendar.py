"""When people work: the hours of the week and the days that differ."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base


class CalendarRow(Base):
    """`terms` is core.work_calendar's description as JSON: always_open; week (seven lists of ["08:00", "12:00"], Monday
    first, an end that is not after its start is on the next day); holidays of the country and the state; days, each
    with its date, name, whether it comes every year, and hours of its own. Times are on the provider's clock."""

    __tablename__ = "calendar"

    name: Mapped[str] = mapped_column(primary_key=True)
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
