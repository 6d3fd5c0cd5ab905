"""The holidays of Brazil and of its states, for every calendar of the system."""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from functools import cache

import holidays

STATES = frozenset(holidays.country_holidays("BR").subdivisions)
"""The two letters of each state whose holidays are known."""


@cache
def public_holidays(state: str = "", *, by_custom: bool = False) -> Container[date]:
    """The days off by law in the country and in `state` (its two letters; any other text counts as no state), and
    `by_custom` also those like Carnival's, which are optional. Each year is made up when it is first asked about, so
    that no calendar runs out."""
    kinds = (holidays.PUBLIC, holidays.OPTIONAL) if by_custom else (holidays.PUBLIC,)
    return holidays.country_holidays("BR", subdiv=state if state in STATES else None, categories=kinds)
