"""The days on which banks work: what is due on any other is paid in time on the next one."""

from __future__ import annotations

from datetime import date, timedelta

from core.public_holidays import exchange_holidays, public_holidays


def is_business_day(day: date, state: str = "") -> bool:
    """Whether banks work on that day: no weekend, no holiday of the country, of the banks or of the state.

    `state` is its two letters; others than Brazil's count as none. Municipal holidays are not known.
    """
    return day.weekday() < 5 and day not in public_holidays(state.upper()) and not _banks_rest(day)


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


def _banks_rest(day: date) -> bool:
    """The stock exchange's calendar has the banks' own days (Carnival, Corpus Christi, the last day of the year), and
    Christmas Eve, on which banks are open."""
    return (day.month, day.day) != (12, 24) and day in exchange_holidays(day.year)
