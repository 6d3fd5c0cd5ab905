"""The days on which banks work: what is due on any other is paid in time on the next one."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import holidays


def is_business_day(day: date, state: str = "") -> bool:
    """Whether banks work on that day: no weekend, no holiday of the country, of the banks or of the state.

    `state` is its two letters; others than Brazil's count as none. Municipal holidays are not known.
    """
    return day.weekday() < 5 and day not in _holidays(day.year, state.upper())


def next_business_day(day: date, state: str = "") -> date:
    """The day itself where banks work on it, else the first one after it that they work on."""
    while not is_business_day(day, state):
        day += timedelta(days=1)
    return day


def add_business_days(day: date, n: int, state: str = "") -> date:
    """The `n`th business day after `day`; with 0, as `next_business_day`."""
    day = day if n else next_business_day(day, state)
    for _ in range(n):
        day = next_business_day(day + timedelta(days=1), state)
    return day


@lru_cache(maxsize=256)
def _holidays(year: int, state: str) -> frozenset[date]:
    known = state if state in holidays.country_holidays("BR").subdivisions else None
    national = holidays.country_holidays("BR", subdiv=known, years=year)
    # The stock exchange's calendar has the banks' own days (Carnival, Corpus Christi, the last day of the year), and
    # Christmas Eve, on which banks are open.
    exchange = holidays.financial_holidays("BVMF", years=year)
    return frozenset({*national, *exchange} - {date(year, 12, 24)})
