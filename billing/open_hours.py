"""When people may be written to or cut off: the provider's hours, weekdays and holidays. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

_LONGEST_BREAK_DAYS = 15
_SATURDAY = 5


@dataclass(frozen=True)
class Hours:
    """From the hour `start` until before the hour `end`; none where both are the same."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end <= 24:
            raise ValueError("hours: 0 <= start <= end <= 24")


@dataclass(frozen=True)
class OpenHours:
    """Hours of each kind of day in `zone`, an IANA name. `state` has holidays of its own besides the country's, and
    so has the provider's town: `extra` days."""

    zone: str
    state: str
    weekdays: Hours
    saturday: Hours
    extra: tuple[date, ...] = ()

    def day(self, now: datetime) -> date:
        """The calendar day there at that moment."""
        return now.astimezone(ZoneInfo(self.zone)).date()

    def rests(self, day: date) -> bool:
        """Whether it is a holiday, a Saturday or a Sunday."""
        return day.weekday() >= _SATURDAY or self.is_holiday(day)

    def is_holiday(self, day: date) -> bool:
        """Whether the country, the state or the town has a holiday."""
        return day in self.extra or day in _holidays(self.state, day.year)

    def open_at(self, now: datetime) -> bool:
        """Whether somebody may be written to now."""
        local = now.astimezone(ZoneInfo(self.zone))
        hours = self._hours(local.date())
        return hours.start <= local.hour < hours.end

    def next_opening(self, now: datetime) -> datetime:
        """`now` if it is open, else when it opens next. Raises ValueError where it never does."""
        if self.open_at(now):
            return now
        zone, today = ZoneInfo(self.zone), self.day(now)
        for days in range(_LONGEST_BREAK_DAYS):
            day = today + timedelta(days=days)
            hours = self._hours(day)
            opening = datetime.combine(day, time(hours.start % 24), zone)
            if hours.start < hours.end and opening > now:
                return opening.astimezone(now.tzinfo)
        raise ValueError("the hours never open")

    def _hours(self, day: date) -> Hours:
        if self.is_holiday(day) or day.weekday() > _SATURDAY:
            return Hours(0, 0)
        return self.saturday if day.weekday() == _SATURDAY else self.weekdays


@cache
def _holidays(state: str, year: int) -> frozenset[date]:
    """Carnival and the like are optional by law; nobody wants to be asked for money then either."""
    kinds = (holidays.PUBLIC, holidays.OPTIONAL)
    known = state if state in holidays.country_holidays("BR").subdivisions else None
    return frozenset(holidays.country_holidays("BR", subdiv=known, years=year, categories=kinds))
