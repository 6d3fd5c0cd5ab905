"""Working time between many moments of one calendar: the openings are laid out once, and each moment is looked up."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from itertools import accumulate

from core.work_calendar import WorkCalendar


class Worked:
    """A calendar's working time from `since` to `until`."""

    def __init__(self, calendar: WorkCalendar, since: datetime, until: datetime) -> None:
        openings = [(opens.timestamp(), closes.timestamp()) for opens, closes in calendar.openings(since, until)]
        self._opens = [opens for opens, _ in openings]
        self._lengths = [closes - opens for opens, closes in openings]
        self._before = [0.0, *accumulate(self._lengths)]

    def seconds(self, a: datetime, b: datetime) -> float:
        """As WorkCalendar.working_seconds, for moments within."""
        return self._until(b) - self._until(a)

    def _until(self, moment: datetime) -> float:
        at = moment.timestamp()
        place = bisect_right(self._opens, at) - 1
        if place < 0:
            return 0.0
        return self._before[place] + min(at - self._opens[place], self._lengths[place])
