"""Which invoice to pay first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from billing.records import Invoice


def order_for_payment(invoices: Iterable[Invoice]) -> list[Invoice]:
    """The open invoices in the order in which the customer should pay them: longest overdue first, then next due.

    Invoices of one day keep the order of their numbers, so that the bot offers the same one each time.
    """
    return sorted((i for i in invoices if i.status == "open"), key=lambda i: (i.late_from, i.number))


def overdue(invoices: Iterable[Invoice], today: date) -> list[Invoice]:
    """The open invoices whose due date has passed, oldest first. On the due date itself nobody is late."""
    return [i for i in order_for_payment(invoices) if i.overdue_days(today) > 0]


def demanded(invoices: Iterable[Invoice], today: date) -> list[Invoice]:
    """The overdue ones that nothing holds back: for a debt that is disputed, negotiated or being settled nobody is
    blocked."""
    return [i for i in overdue(invoices, today) if not i.hold]


def total_cents(invoices: Iterable[Invoice]) -> int:
    """The sum in cents."""
    return sum(i.amount_cents for i in invoices)


def late_fee_cents(overdue_ones: Iterable[Invoice]) -> int | None:
    """What being late adds to their sum today, beside what is in it; None where the ERP alone knows."""
    total = 0
    for invoice in overdue_ones:
        # An ERP that says what of the amount is fine and interest has them in it.
        known = 0 if invoice.fine_cents or invoice.interest_cents else None
        fee = known if invoice.late_fee_cents is None else invoice.late_fee_cents
        if fee is None:
            return None
        total += fee
    return total
