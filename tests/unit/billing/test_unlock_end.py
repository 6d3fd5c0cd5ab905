"""When an unlock's end is told, when the signal may be blocked again, and when a payment becomes known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from billing.business_days import add_business_days, next_business_day
from billing.provider_row import end_terms_of, policy_of, settlement_of
from billing.settlement import Settlement
from billing.trust_unlock import Policy
from billing.unlock_end import EndTerms, remind_at, wait_to_block
from core.errors import Misconfigured

ZONE = "America/Sao_Paulo"
TERMS = EndTerms()


def at(day: int, hour: int) -> datetime:
    """An hour in São Paulo, in November 2026."""
    return datetime(2026, 11, day, hour, tzinfo=UTC) + timedelta(hours=3)


@pytest.mark.parametrize(
    ("ends", "reminded"),
    [
        (at(25, 22), at(25, 10)),
        (at(25, 12), at(25, 8)),
        (at(25, 8), at(24, 20)),
    ],
)
def test_reminder_comes_hours_before_and_never_at_night(ends: datetime, reminded: datetime) -> None:
    assert remind_at(at(22, 12), ends, TERMS, ZONE) == reminded


def test_no_reminder_when_the_unlock_is_shorter_than_its_notice() -> None:
    assert remind_at(at(22, 12), at(22, 20), TERMS, ZONE) is None
    assert remind_at(at(22, 12), at(25, 12), EndTerms(remind_hours_before=0), ZONE) is None


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        (at(23, 9), at(23, 9)),
        (at(23, 7), at(23, 8)),
        (at(23, 18), at(24, 8)),
        (at(20, 10), at(23, 8)),
        (at(27, 19), at(30, 8)),
        (at(28, 3), at(30, 8)),
    ],
)
def test_block_waits_for_business_hours_when_the_policy_says_so(now: datetime, opening: datetime) -> None:
    terms = EndTerms(block_when="business_hours")
    assert wait_to_block(now, terms, ZONE, "SP") == (opening - now).total_seconds()
    assert wait_to_block(now, TERMS, ZONE, "SP") == 0


@pytest.mark.parametrize(
    ("reblock", "by_erp", "expected"),
    [("", True, True), ("", False, False), ("ours", True, False), ("erp", False, True)],
)
def test_whoever_released_blocks_again_unless_the_policy_says_who(reblock: Any, by_erp: bool, expected: bool) -> None:
    assert EndTerms(reblock=reblock).erp_reblocks(released_by_erp=by_erp) is expected


def test_business_days_leave_out_weekends_and_holidays() -> None:
    assert add_business_days(date(2026, 11, 18), 3, "SP") == date(2026, 11, 24), "20 November is a holiday"
    assert next_business_day(date(2026, 12, 25), "XX") == date(2026, 12, 28)
    assert Settlement().boleto_known_by(date(2026, 11, 22), "SP") == date(2026, 11, 25)


def row(**policies: Any) -> Any:
    return SimpleNamespace(policies=policies)


def test_policies_are_read_with_their_defaults() -> None:
    given = row(trust_unlock={"weekdays": [1, 2], "hours_by_plan": {"Fibra": 24}}, settlement={"pix_minutes": 5})
    assert policy_of(given) == Policy(weekdays=(1, 2), hours_by_plan={"Fibra": 24})
    assert settlement_of(given) == Settlement(pix_minutes=5)
    assert end_terms_of(given) == TERMS


@pytest.mark.parametrize(
    ("policies", "words"),
    [
        ({"trust_unlock": {"hour": 72}}, "hour não existe"),
        ({"trust_unlock": {"hours": "72"}}, "hours: esperado int"),
        ({"trust_unlock": {"weekdays": [0]}}, "1 .segunda."),
        ({"trust_unlock": {"kinds": ["pessoa"]}}, "residential, business"),
        ({"trust_unlock": {"hours_by_plan": {"Fibra": 0}}}, "pelo menos uma hora"),
        ({"trust_unlock": [72]}, "esperado um objeto"),
    ],
)
def test_policy_that_makes_no_sense_says_what_is_wrong(policies: dict[str, Any], words: str) -> None:
    with pytest.raises(Misconfigured, match=words):
        policy_of(row(**policies))


@pytest.mark.parametrize("terms", [{"reblock": "nobody"}, {"block_when": "never"}, {"quiet_from": 7}])
def test_end_that_makes_no_sense_says_what_is_wrong(terms: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured, match="unlock_end"):
        end_terms_of(row(unlock_end=terms))
