"""Days on which banks settle: no weekends, and no holidays of the country or the provider's state."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import holidays

SATURDAY = 5


def is_business_day(day: date, state: str) -> bool:
    """Whether banks work in this state (its two letters; an unknown one counts the country's holidays only)."""
    return day.weekday() < SATURDAY and day not in _holidays(state)


def next_business_day(day: date, state: str) -> date:
    """The day itself where it is one, else the first business day after it."""
    while not is_business_day(day, state):
        day += timedelta(days=1)
    return day


def add_business_days(day: date, n: int, state: str) -> date:
    """The `n`th business day after `day`; with 0, as `next_business_day`."""
    day = day if n else next_business_day(day, state)
    for _ in range(n):
        day = next_business_day(day + timedelta(days=1), state)
    return day


@cache
def _holidays(state: str) -> holidays.HolidayBase:
    """Fills itself in year by year as it is asked."""
    known = state in holidays.list_supported_countries()["BR"]
    return holidays.country_holidays("BR", subdiv=state if known else None)
