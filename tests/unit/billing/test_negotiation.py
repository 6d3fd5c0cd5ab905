"""What the table offers for a debt: exact sums, nothing that is not in it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.negotiation import NegotiationPolicy, Offer, Terms, offers, read_policy, shown
from billing.records import Invoice
from tests.unit.billing.build import TODAY, an_invoice

TABLE = Terms("tabela", max_instalments=6, min_instalment_cents=2000, discount_percent=10, discount_on="all")
terms = st.builds(
    Terms,
    name=st.just("t"),
    min_debt_cents=st.integers(1, 20_000),
    max_debt_cents=st.none() | st.integers(20_000, 500_000),
    min_overdue_days=st.integers(1, 60),
    max_overdue_days=st.none() | st.integers(60, 400),
    max_instalments=st.integers(1, 24),
    min_instalment_cents=st.integers(1, 10_000),
    discount_percent=st.integers(0, 100),
    discount_on=st.sampled_from(["charges", "principal", "all"]),
    discount_up_to=st.integers(0, 24),
    first_due_days=st.integers(0, 30),
    approval_above_cents=st.none() | st.integers(0, 100_000),
)


@st.composite
def debts(draw: st.DrawFn) -> list[Invoice]:
    found = []
    for number in range(draw(st.integers(0, 4))):
        amount = draw(st.integers(1, 300_000))
        fine = draw(st.integers(0, amount))
        due = TODAY - timedelta(days=draw(st.integers(-10, 300)))
        hold = draw(st.sampled_from(["", "", "disputed", "negotiation"]))
        found.append(an_invoice(ref=f"i-{number}", amount_cents=amount, fine_cents=fine, due_date=due, hold=hold))
    return found


@given(debts(), st.lists(terms, max_size=4))
def test_offer_adds_up_to_the_debt_and_stays_within_a_row_of_the_table(debt: list[Invoice], table: list[Terms]) -> None:
    found = offers(debt, NegotiationPolicy(tuple(table)), TODAY)
    owed = [one for one in debt if one.overdue_days(TODAY) and not one.hold]
    total = sum(one.amount_cents for one in owed)
    assert [offer.count for offer in found] == sorted({offer.count for offer in found})
    for offer in found:
        parts = [part.amount_cents for part in offer.instalments]
        assert (offer.debt_cents, set(offer.invoice_refs)) == (total, {one.ref for one in owed})
        assert sum(parts) + offer.discount_cents == total
        assert 0 <= parts[0] - parts[-1] < offer.count
        days = [part.due for part in offer.instalments]
        assert days == sorted(set(days))
        assert any(_allows(row, offer, owed, parts, days) for row in table)
    assert len(shown(found)) <= 3


def _allows(row: Terms, offer: Offer, owed: list[Invoice], parts: list[int], days: list[date]) -> bool:
    age = max(one.overdue_days(TODAY) for one in owed)
    most = offer.debt_cents * row.discount_percent // 100 if offer.count <= row.discount_up_to else 0
    approval = row.approval_above_cents is not None and offer.debt_cents > row.approval_above_cents
    return (
        row.covers(offer.debt_cents, age)
        and offer.count <= row.max_instalments
        and (offer.count == 1 or min(parts) >= row.min_instalment_cents)
        and offer.discount_cents <= most
        and days[0] == TODAY + timedelta(days=row.first_due_days)
        and offer.needs_approval == approval
    )


def test_hundred_reais_in_three_parts_leave_no_cent_over() -> None:
    found = offers([an_invoice(amount_cents=10_000)], NegotiationPolicy((TABLE,)), TODAY)
    assert [[part.amount_cents for part in offer.instalments] for offer in found[:3]] == [
        [9_000],
        [5_000, 5_000],
        [3_334, 3_333, 3_333],
    ]
    assert [offer.count for offer in shown(found)] == [1, 3, 5]


def test_month_without_the_day_is_due_on_its_last() -> None:
    [_, _, offer, *_] = offers(
        [an_invoice(due_date=date(2026, 12, 1))], NegotiationPolicy((TABLE,)), date(2026, 12, 28)
    )
    assert [part.due for part in offer.instalments] == [date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"release": "never"},
        {"broken_after_days": 0},
        {"tabel": []},
        {"table": [{"name": "x", "max_instalments": 0}]},
        {"table": [{"name": "x", "percent": 10}]},
        {"table": [{"name": "x", "discount_percent": 101}]},
    ],
)
def test_wrong_table_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_policy({"negotiation": wrong})


def test_nothing_is_offered_when_nobody_filled_in_a_table() -> None:
    assert offers([an_invoice()], read_policy({}), TODAY) == ()
