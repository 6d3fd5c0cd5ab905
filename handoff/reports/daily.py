"""The course of the days: how many conversations began and ended, and how soon people answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from handoff.reports.period import Period


@dataclass(frozen=True)
class Day:
    """A day's conversations."""

    day: date
    opened: int
    closed: int
    handed_over: int


_OPENED = (
    "SELECT (opened_at AT TIME ZONE :zone)::date, count(*) FROM conversation"
    " WHERE opened_at >= :begins AND opened_at < :ends GROUP BY 1"
)
_CLOSED = (
    "SELECT (closed_at AT TIME ZONE :zone)::date, count(*) FROM conversation"
    " WHERE handler = 'closed' AND closed_at >= :begins AND closed_at < :ends GROUP BY 1"
)
_HANDED = (
    "SELECT (started_at AT TIME ZONE :zone)::date, count(DISTINCT conversation_id) FROM conversation_span"
    " WHERE handler = 'queue' AND started_at >= :begins AND started_at < :ends GROUP BY 1"
)


def read_days(session: Session, period: Period) -> list[Day]:
    """Each day of the period, in order, also those on which nothing happened."""
    names = {**period.moments(), "zone": period.zone}
    opened, closed, handed = (
        {row[0]: int(row[1]) for row in session.execute(text(one), names)} for one in (_OPENED, _CLOSED, _HANDED)
    )
    return [Day(day, opened.get(day, 0), closed.get(day, 0), handed.get(day, 0)) for day in period.days]
