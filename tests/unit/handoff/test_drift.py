"""When the bot counts as understanding less than it did."""

from __future__ import annotations

import pytest

from core.errors import Misconfigured
from handoff.drift import Margin, Shares, judge, margin_of

USUAL = Margin()


@pytest.mark.parametrize(
    ("now", "before", "worse"),
    [
        (Shares(200, 0.16, 0.1), Shares(900, 0.10, 0.1), ("fallbacks",)),
        (Shares(200, 0.10, 0.16), Shares(900, 0.10, 0.1), ("unknown",)),
        (Shares(200, 0.16, 0.16), Shares(900, 0.10, 0.1), ("fallbacks", "unknown")),
        (Shares(200, 0.15, 0.15), Shares(900, 0.10, 0.1), ()),
        (Shares(200, 0.01, 0.01), Shares(900, 0.10, 0.1), ()),
        (Shares(99, 0.90, 0.90), Shares(900, 0.10, 0.1), ()),
        (Shares(200, 0.90, 0.90), Shares(99, 0.10, 0.1), ()),
        (Shares(0, 0, 0), Shares(0, 0, 0), ()),
        (Shares(200, 0.014, 0.0), Shares(100, 0.0, 0.0), ()),
        (Shares(200, 0.016, 0.0), Shares(100, 0.0, 0.0), ("fallbacks",)),
    ],
)
def test_share_is_worse_beyond_the_margin_and_only_when_enough_was_read(
    now: Shares, before: Shares, worse: tuple[str, ...]
) -> None:
    assert judge(now, before, USUAL).worse == worse


def test_margin_is_a_policy_with_usual_values() -> None:
    assert margin_of({}) == Margin(1.5, 100)
    assert margin_of({"drift": {"times": 2}}) == Margin(2, 100)


@pytest.mark.parametrize("wrong", [{"times": 1}, {"at_least": 0}, {"factor": 2}, {"times": "muito"}, "2"])
def test_wrong_margin_is_told(wrong: object) -> None:
    with pytest.raises(Misconfigured, match=r"policies\.drift"):
        margin_of({"drift": wrong})
