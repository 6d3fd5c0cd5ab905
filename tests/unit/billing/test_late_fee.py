"""Fines, interest and bank days: never negative, never less with time, nothing while it can still be paid in time."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.billing_terms import BillingTerms, billing_terms
from billing.business_days import is_business_day, next_business_day
from billing.late_fee import LateFee, late_fee

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
STATES = st.sampled_from(["SP", "RJ", "BA", "", "XX"])
CENTS = st.integers(0, 10**9)
TERMS = st.builds(
    BillingTerms,
    fine_percent=st.decimals(0, 2, places=2),
    interest_percent_month=st.decimals(0, 10, places=2),
    grace_days=st.integers(0, 10),
)


@pytest.mark.parametrize(
    ("day", "state", "works"),
    [
        (date(2026, 11, 20), "", False),
        (date(2026, 2, 16), "", False),
        (date(2026, 2, 17), "", False),
        (date(2026, 6, 4), "", False),
        (date(2026, 12, 24), "", True),
        (date(2026, 12, 31), "", False),
        (date(2026, 7, 9), "SP", False),
        (date(2026, 7, 9), "MG", True),
        (date(2026, 11, 21), "", False),
        (date(2026, 11, 23), "", True),
    ],
)
def test_business_days_are_those_of_the_banks(day: date, state: str, works: bool) -> None:
    assert is_business_day(day, state) is works


@given(DAYS, STATES)
def test_next_business_day_is_the_first_from_the_day_on(day: date, state: str) -> None:
    found = next_business_day(day, state)
    assert is_business_day(found, state)
    assert not any(is_business_day(day + timedelta(days=n), state) for n in range((found - day).days))
    assert next_business_day(found, state) == found
    assert (found - day).days <= 7


def test_late_fee_is_two_percent_and_a_thirtieth_of_one_a_day() -> None:
    assert late_fee(11990, date(2026, 11, 3), date(2026, 11, 27), BillingTerms()) == LateFee(240, 96)
    assert late_fee(25, date(2026, 11, 3), date(2026, 11, 4), BillingTerms()) == LateFee(1, 0)


def test_late_fee_waits_for_the_bank_to_open() -> None:
    due = date(2026, 11, 20)
    assert late_fee(10000, due, date(2026, 11, 23), BillingTerms()) == LateFee()
    assert late_fee(10000, due, date(2026, 11, 24), BillingTerms()) == LateFee(200, 13)


@given(CENTS, DAYS, st.integers(-40, 400), TERMS, STATES)
def test_late_fee_never_shrinks_and_is_nothing_in_time(
    cents: int, due: date, later: int, terms: BillingTerms, state: str
) -> None:
    on = due + timedelta(days=later)
    fee, next_day = (late_fee(cents, due, on + timedelta(days=n), terms, state) for n in (0, 1))
    assert min(fee.fine_cents, fee.interest_cents) >= 0
    assert fee.fine_cents <= next_day.fine_cents
    assert fee.interest_cents <= next_day.interest_cents
    if on <= next_business_day(due, state) + timedelta(days=terms.grace_days):
        assert fee == LateFee()
    assert fee.fine_cents <= cents * 2 // 100 + 1


@pytest.mark.parametrize(
    "given_terms",
    [
        {"fine_percent": "2.01"},
        {"fine_percent": "NaN"},
        {"fine_percent": "dois"},
        {"issue_days_before": 4},
        {"issue_days_before": "10"},
        {"monthly": 1},
        {"first_period": "half"},
        {"reissue_days": -1},
        {"typo": 1},
    ],
)
def test_terms_refuse_what_the_law_or_arithmetic_forbids(given_terms: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        billing_terms(given_terms)


def test_terms_are_read_from_json() -> None:
    assert billing_terms({"fine_percent": 1.5, "monthly": True}) == BillingTerms(
        monthly=True, fine_percent=Decimal("1.5")
    )
