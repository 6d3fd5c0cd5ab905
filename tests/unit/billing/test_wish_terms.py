"""How long a wish waits for the ERP: hours, and never only those of the night."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from billing.wish_terms import WishTerms

ZONE = "America/Sao_Paulo"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of São Paulo's clock (UTC-3)."""
    return datetime(2026, 11, day + (hour + 3) // 24, (hour + 3) % 24, minute, tzinfo=UTC)


@pytest.mark.parametrize(("hour", "night"), [(20, False), (21, True), (23, True), (3, True), (8, False), (12, False)])
def test_night_is_from_nine_to_eight(hour: int, night: bool) -> None:
    assert WishTerms().quiet(at(22, hour), ZONE) is night


@pytest.mark.parametrize(
    ("asked", "ends"),
    [
        (at(22, 8), at(22, 20)),
        (at(22, 10), at(23, 9)),
        (at(22, 20, 30), at(23, 9)),
        (at(22, 15), at(23, 9)),
        (at(22, 22), at(23, 10)),
    ],
)
def test_wish_never_ends_in_the_night_that_held_it_back(asked: datetime, ends: datetime) -> None:
    assert WishTerms().expiry(asked, ZONE) == ends


def test_hours_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="hours"):
        WishTerms(hours=48)
