"""A moment that somebody types is one that can be meant, and safe to reckon with."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from handoff.console.network.moments import typed_moment

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ZONE = "America/Sao_Paulo"


def test_typed_moment_is_read_on_the_clock_of_the_provider() -> None:
    assert typed_moment("2026-05-01T14:30", ZONE, NOW) == datetime(2026, 5, 1, 17, 30, tzinfo=UTC)
    assert typed_moment(" ", ZONE, NOW) is None


@pytest.mark.parametrize(
    "text", ["9999-12-31T23:59", "0001-01-01T00:00+23:59", "2025-04-30T12:00", "2028-05-02T12:00", "quando der"]
)
def test_typed_moment_is_refused_when_nobody_can_mean_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"moment|isoformat"):
        typed_moment(text, ZONE, NOW)
