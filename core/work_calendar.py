"""A work calendar: the hours of each weekday and the days that differ, on one clock, and the arithmetic of both."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Interval = tuple[int, int]
"""Minutes after the day's midnight, from and to; an end after 1440 is on the next day."""

Hours = tuple[Interval, ...]
"""The intervals of one day. None of them: closed. They belong to the day on which they start."""

Opening = tuple[datetime, datetime]

DAY_MINUTES = 1440
WHOLE_DAY: Hours = ((0, DAY_MINUTES),)
CLOSED_WEEK: tuple[Hours, ...] = ((),) * 7
LOOKS_AHEAD_DAYS = 400
"""A calendar without an opening in this time counts as never opening."""
FURTHEST = timedelta(days=50 * 366)
"""What takes longer than this is never done: a minute of work a year would lead past the last date that there is."""


@dataclass(frozen=True)
class WorkCalendar:
    """When people work. Moments go in and come out aware, and come out in UTC.

    `week` are the hours of the seven weekdays, Monday first. `dated` and `yearly` (month, day) are days with hours of
    their own, before `holidays`, which are closed. A shift belongs to the day it starts on: one that begins on the eve
    of a holiday goes on into it. An hour that the clock jumps over begins and ends at the jump; of an hour that it
    shows twice, the first counts. With `always_open` nothing else matters.
    """

    zone: str
    week: tuple[Hours, ...] = CLOSED_WEEK
    dated: Mapping[date, Hours] = field(default_factory=dict)
    yearly: Mapping[tuple[int, int], Hours] = field(default_factory=dict)
    holidays: Container[date] = ()
    always_open: bool = False

    def hours(self, day: date) -> Hours:
        """The hours that start on a day of this clock."""
        if self.always_open:
            return WHOLE_DAY
        own = self.dated.get(day, self.yearly.get((day.month, day.day)))
        if own is not None:
            return own
        return () if day in self.holidays else self.week[day.weekday()]

    def is_open(self, moment: datetime) -> bool:
        """Whether somebody works then; the minute of closing is closed. Raises ValueError for a naive datetime."""
        return self.next_opening(moment) == moment

    def next_opening(self, moment: datetime) -> datetime | None:
        """`moment` itself while it is open, else when it next opens; None when it never does."""
        found = next(self._openings(moment), None)
        return None if found is None else max(found[0], moment.astimezone(UTC))

    def add(self, start: datetime, minutes: float) -> datetime | None:
        """The first moment by which `minutes` have been worked since `start`; None when they never will be."""
        left = timedelta(minutes=minutes)
        at = start.astimezone(UTC)
        if left <= timedelta():
            return at
        if self.always_open:
            return at + left
        for opens, closes in self._openings(at):
            begins = max(opens, at)
            if closes - begins >= left:
                return begins + left
            left -= closes - begins
        return None

    def openings(self, a: datetime, b: datetime) -> Iterator[Opening]:
        """The openings that touch the time from `a` to `b`, in order and without an overlap, as they are; with
        `always_open` that time itself. For whoever asks about many moments."""
        if self.always_open:
            yield a.astimezone(UTC), b.astimezone(UTC)
            return
        for opens, closes in self._openings(a):
            if opens >= b:
                return
            yield opens, closes

    def working_seconds(self, a: datetime, b: datetime) -> float:
        """How much of the time from `a` to `b` is worked; 0 when `b` is not after `a`."""
        first, last = a.astimezone(UTC), b.astimezone(UTC)
        if self.always_open or last <= first:
            return max(0.0, (last - first).total_seconds())
        worked = 0.0
        for opens, closes in self._openings(first):
            if opens >= last:
                break
            worked += (min(closes, last) - max(opens, first)).total_seconds()
        return worked

    def _openings(self, after: datetime) -> Iterator[Opening]:
        """The openings that end after a moment, in order and without an overlap, as long as there are any."""
        if after.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        clock = ZoneInfo(self.zone)
        # The shift of the evening before may still go on.
        day = after.astimezone(clock).date() - timedelta(days=1)
        last = day + FURTHEST
        covered, idle = after.astimezone(UTC) - timedelta(days=3), 0
        while idle < LOOKS_AHEAD_DAYS and day < last:
            idle += 1
            for start, end in sorted(self.hours(day)):
                opens, closes = max(_moment(day, start, clock), covered), _moment(day, end, clock)
                if closes > opens:
                    covered = closes
                    if closes > after:
                        idle = 0
                        yield opens, closes
            day += timedelta(days=1)


def _moment(day: date, minute: int, clock: ZoneInfo) -> datetime:
    """When the clock first shows that minute of the day, or a later one."""
    shown = datetime.combine(day, time.min) + timedelta(minutes=minute)
    first = shown.replace(tzinfo=clock).astimezone(UTC)
    if first.astimezone(clock).replace(tzinfo=None) == shown:
        return first
    # The clock jumps over it: the jump lies in the time between the two ways to read it.
    earliest = shown.replace(tzinfo=clock, fold=1).astimezone(UTC)
    between = range(int((first - earliest).total_seconds()) // 60)
    return earliest + timedelta(
        minutes=bisect_left(
            between,
            True,
            key=lambda passed: (
                (earliest + timedelta(minutes=passed)).astimezone(clock).replace(tzinfo=None, fold=0) >= shown
            ),
        )
    )
