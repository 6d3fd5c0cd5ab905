"""Monthly invoices as values: once a month, in short months too, without days that were not served."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.billing_terms import BillingTerms
from billing.periods import Bill, Billed, Span, bills

TERMS = BillingTerms(monthly=True)
CONTRACT = Billed(9000, 10, None)
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def test_an_invoice_is_made_ten_days_before_it_is_due_for_the_days_since_the_last() -> None:
    assert bills(CONTRACT, TERMS, date(2026, 11, 29)) == ()
    (bill,) = bills(CONTRACT, TERMS, date(2026, 11, 30))
    assert bill == Bill("2026-12", date(2026, 12, 10), 9000, date(2026, 10, 31), date(2026, 11, 30))


@pytest.mark.parametrize(
    ("today", "due"), [(date(2027, 2, 20), date(2027, 2, 28)), (date(2028, 2, 20), date(2028, 2, 29))]
)
def test_due_day_31_is_the_last_day_of_a_short_month(today: date, due: date) -> None:
    (bill,) = bills(replace(CONTRACT, due_day=31), TERMS, today)
    assert bill.due_date == due


def test_what_was_missed_is_made_later_and_can_still_be_paid_in_time() -> None:
    made = bills(replace(CONTRACT, known={"2026-08"}), TERMS, date(2026, 11, 30))
    assert [(b.period, b.due_date) for b in made] == [
        ("2026-09", date(2026, 12, 5)),
        ("2026-10", date(2026, 12, 5)),
        ("2026-11", date(2026, 12, 5)),
        ("2026-12", date(2026, 12, 10)),
    ]


def test_a_base_that_others_billed_gets_no_invoice_of_the_past() -> None:
    assert [b.period for b in bills(CONTRACT, TERMS, date(2026, 12, 9))] == ["2026-12"]
    assert bills(CONTRACT, TERMS, date(2026, 12, 11)) == ()


@pytest.mark.parametrize(("first", "cents"), [("pro_rata", 4500), ("full", 9000), ("free", None)])
def test_first_period_is_as_the_provider_says(first: str, cents: int | None) -> None:
    contract = replace(CONTRACT, starts_on=date(2026, 11, 15))
    made = bills(contract, BillingTerms(monthly=True, first_period=first), date(2026, 11, 30))  # type: ignore[arg-type]
    assert [b.amount_cents for b in made] == ([cents] if cents else [])


def test_days_of_a_suspension_are_not_charged_unless_the_provider_says_so() -> None:
    contract = replace(CONTRACT, suspended=(Span(date(2026, 11, 20)),))
    assert bills(contract, TERMS, date(2026, 11, 30))[0].amount_cents == 6000
    assert bills(contract, replace(TERMS, charge_suspended=True), date(2026, 11, 30))[0].amount_cents == 9000
    assert bills(replace(CONTRACT, suspended=(Span(date(2026, 1, 1)),)), TERMS, date(2026, 11, 30)) == ()


@given(DAYS, st.integers(1, 31), st.integers(5, 25), st.integers(0, 300), st.integers(0, 100), st.integers(1, 50))
def test_every_day_is_charged_once_or_never(
    start: date, due_day: int, before: int, until: int, suspended_after: int, suspended_for: int
) -> None:
    """Run every third day: months never repeat, periods join, and a suspended day is taken off exactly once."""
    terms = BillingTerms(monthly=True, issue_days_before=before)
    off = start + timedelta(days=suspended_after)
    spans = (Span(off, off + timedelta(days=suspended_for)),)
    contract = Billed(3100_00, due_day, start, known=set(), suspended=spans)
    made: list[Bill] = []
    for n in range(0, until, 3):
        today = start + timedelta(days=n)
        for bill in bills(replace(contract, known={b.period for b in made}), terms, today):
            made.append(bill)
            assert bill.due_date >= today + timedelta(days=5)
            assert bill.end <= today
            assert 0 < bill.amount_cents <= contract.fee_cents
    assert len({b.period for b in made}) == len(made)
    assert all(a.end <= b.first for a, b in pairwise(made))
    for bill in made:
        days = (bill.end - bill.first).days
        served = (bill.end - max(bill.first, start)).days - spans[0].days_within(max(bill.first, start), bill.end)
        assert abs(bill.amount_cents - contract.fee_cents * served / days) <= 1
