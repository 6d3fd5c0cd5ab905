"""Which invoice comes first."""

from __future__ import annotations

from datetime import timedelta

from billing.invoices import order_for_payment, overdue, total_cents
from tests.unit.billing.build import TODAY, an_invoice


def test_order_for_payment_puts_the_longest_overdue_first_and_leaves_out_what_is_settled() -> None:
    days = {"next": 5, "late": -2, "later": 40, "oldest": -33, "today": 0}
    rows = [an_invoice(ref=ref, due_date=TODAY + timedelta(days=n)) for ref, n in days.items()]
    rows += [an_invoice(ref="paid", status="paid"), an_invoice(ref="gone", status="cancelled")]
    assert [i.ref for i in order_for_payment(rows)] == ["oldest", "late", "today", "next", "later"]
    assert [i.ref for i in overdue(rows, TODAY)] == ["oldest", "late"]


def test_order_for_payment_is_stable_when_two_fall_due_on_one_day() -> None:
    rows = [an_invoice(ref="b", number="2"), an_invoice(ref="a", number="1")]
    assert [i.ref for i in order_for_payment(rows)] == [i.ref for i in order_for_payment(rows[::-1])] == ["a", "b"]


def test_total_cents_adds_up() -> None:
    assert total_cents([an_invoice(amount_cents=9990), an_invoice(amount_cents=1)]) == 9991
    assert total_cents([]) == 0
