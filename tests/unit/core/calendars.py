"""A slow oracle of work calendars and promises: it counts minute by minute, and shares no line with what it judges."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.work_calendar import Hours, WorkCalendar
from handoff.sla.reckoning import Pause

MINUTE = timedelta(minutes=1)


class Oracle:
    """The minutes in which a calendar is open, from the eve of a moment on, found by walking through time once."""

    def __init__(self, calendar: WorkCalendar, start: datetime, days: int) -> None:
        self.first = (start - timedelta(days=3)).replace(second=0, microsecond=0)
        self._clock = ZoneInfo(calendar.zone)
        total = (days + 3) * 1440
        shown = [(self.first + MINUTE * n).astimezone(self._clock).replace(tzinfo=None) for n in range(total)]
        # When the clock first shows each minute or a later one: the highest that it has shown so far.
        self._reached: list[datetime] = []
        for moment in shown:
            self._reached.append(max(moment, self._reached[-1]) if self._reached else moment)
        shifts = list(self._shifts(calendar, shown[0].date() - timedelta(days=2), days + 8))
        self._open = [any(begins <= now < ends for begins, ends in shifts) for now in self._reached]

    @staticmethod
    def _shifts(calendar: WorkCalendar, day: date, days: int) -> list[tuple[datetime, datetime]]:
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - what a clock on the wall shows
        found = []
        for n in range(days):
            at = midnight + timedelta(days=n)
            found += [(at + MINUTE * begins, at + MINUTE * ends) for begins, ends in _hours(calendar, at.date())]
        return found

    def is_open(self, moment: datetime) -> bool:
        """Whether it is, in that minute."""
        return self._open[(moment - self.first) // MINUTE]

    def worked(self, a: datetime, b: datetime, pauses: tuple[Pause, ...] = ()) -> int:
        """Whole open minutes from `a` to `b` that lie in no pause."""
        count, moment = 0, a
        while moment < b:
            count += self.is_open(moment) and not _held(moment, pauses)
            moment += MINUTE
        return count

    def due(self, start: datetime, minutes: int, until: datetime, pauses: tuple[Pause, ...] = ()) -> datetime | None:
        """The end of the minute in which the last of `minutes` is worked; None where that is not before `until`."""
        left, moment = minutes, start
        while left and moment < until:
            left -= self.is_open(moment) and not _held(moment, pauses)
            moment += MINUTE
        return None if left else moment


def _held(moment: datetime, pauses: tuple[Pause, ...]) -> bool:
    return any(one.started_at <= moment and (one.ended_at is None or moment < one.ended_at) for one in pauses)


def _hours(calendar: WorkCalendar, day: date) -> Hours:
    if calendar.always_open:
        return ((0, 1440),)
    if day in calendar.dated:
        return calendar.dated[day]
    if (day.month, day.day) in calendar.yearly:
        return calendar.yearly[day.month, day.day]
    return () if day in calendar.holidays else calendar.week[day.weekday()]


def at(text: str, zone: str = "America/Sao_Paulo") -> datetime:
    """`2026-11-27 08:30` on a clock, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def hours(*told: str) -> Hours:
    """`08:00-12:00`; an end that is not after its start is on the next day."""
    found = []
    for one in told:
        begins, ends = (int(clock[:2]) * 60 + int(clock[3:]) for clock in one.split("-"))
        found.append((begins, ends if ends > begins else ends + 1440))
    return tuple(found)


def weekdays(*told: str, saturday: tuple[str, ...] = ()) -> tuple[Hours, ...]:
    """Monday to Friday the same hours, and Sunday closed."""
    return (hours(*told),) * 5 + (hours(*saturday), ())
