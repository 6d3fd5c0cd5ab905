"""Which days a report is about: whole days of the provider's calendar, however long the clock made them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_DAYS = 92
DAY, WEEK, SPAN = "day", "week", "span"


@dataclass(frozen=True)
class Period:
    """The days from `first` to `last`, both included, in `zone`. Raises ValueError for none, or more than 92."""

    first: date
    last: date
    zone: str

    def __post_init__(self) -> None:
        """Refuses what is no period."""
        if not self.first <= self.last < self.first + timedelta(days=LONGEST_DAYS):
            raise ValueError("period")

    @property
    def begins(self) -> datetime:
        """The first moment."""
        return self._midnight(self.first)

    @property
    def ends(self) -> datetime:
        """The first moment that is no longer in it."""
        return self._midnight(self.last + timedelta(days=1))

    @property
    def days(self) -> list[date]:
        """Its days in order."""
        return [self.first + timedelta(days=passed) for passed in range((self.last - self.first).days + 1)]

    def moments(self) -> dict[str, datetime]:
        """`begins` and `ends`, for statements."""
        return {"begins": self.begins, "ends": self.ends}

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)


def period_of(kind: str, day: date, zone: str, until: date | None = None) -> Period:
    """The day, the week from Monday to Sunday that it is in, or the days from it to `until`. Raises ValueError."""
    if kind == DAY:
        return Period(day, day, zone)
    if kind == WEEK:
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6), zone)
    if kind == SPAN and until is not None:
        return Period(day, until, zone)
    raise ValueError("kind")
