"""When people may be written to or cut off: the provider's hours, weekdays and holidays. Pure."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from core.public_holidays import public_holidays
from core.work_calendar import WorkCalendar

_SATURDAY = 5


@dataclass(frozen=True)
class Hours:
    """From the hour `start` until before the hour `end`; none where both are the same."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end <= 24:
            raise ValueError("horas de 0 a 24, e a primeira não depois da segunda")


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
        return day in self.extra or day in self._holidays()

    def open_at(self, now: datetime) -> bool:
        """Whether somebody may be written to now."""
        return self._calendar().is_open(now)

    def next_opening(self, now: datetime) -> datetime:
        """`now` if it is open, else when it opens next. Raises ValueError where it never does."""
        opening = self._calendar().next_opening(now)
        if opening is None:
            raise ValueError("the hours never open")
        return opening.astimezone(now.tzinfo)

    def _calendar(self) -> WorkCalendar:
        week = (*(_intervals(self.weekdays),) * 5, _intervals(self.saturday), ())
        return WorkCalendar(self.zone, week, dict.fromkeys(self.extra, ()), holidays=self._holidays())

    def _holidays(self) -> Container[date]:
        # Carnival and the like are optional by law; nobody wants to be asked for money then either.
        return public_holidays(self.state, by_custom=True)


def _intervals(hours: Hours) -> tuple[tuple[int, int], ...]:
    return ((hours.start * 60, hours.end * 60),) if hours.start < hours.end else ()
