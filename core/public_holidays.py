"""The holidays of Brazil, of its states and of its banks, for every calendar of the system."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from functools import cache

import holidays

STATES = frozenset(holidays.country_holidays("BR").subdivisions)
"""The two letters of each state whose holidays are known."""


@dataclass(frozen=True)
class _Holidays:
    state: str
    by_custom: bool

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in _of_year(self.state, self.by_custom, day.year)


def public_holidays(state: str = "", *, by_custom: bool = False) -> Container[date]:
    """The days off by law in the country and in `state` (its two letters; any other text counts as no state), and
    `by_custom` also those like Carnival's, which are optional. Of every year, and for any number of threads."""
    return _Holidays(state if state in STATES else "", by_custom)


@cache
def exchange_holidays(year: int) -> frozenset[date]:
    """The days of that year on which the stock exchange is closed beside weekends."""
    return frozenset(holidays.financial_holidays("BVMF", years=year))


@cache
def _of_year(state: str, by_custom: bool, year: int) -> frozenset[date]:
    # A whole year at once: the library's own calendars grow while they are asked, and other threads ask meanwhile.
    kinds = (holidays.PUBLIC, holidays.OPTIONAL) if by_custom else (holidays.PUBLIC,)
    return frozenset(holidays.country_holidays("BR", subdiv=state or None, years=year, categories=kinds))
