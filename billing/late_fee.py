"""What an overdue invoice costs more on a given day: the fine and the interest, in integer cents. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from billing.billing_terms import BillingTerms
from billing.business_days import next_business_day

_DAYS_OF_A_MONTH = 30


@dataclass(frozen=True)
class LateFee:
    """In cents, neither negative."""

    fine_cents: int = 0
    interest_cents: int = 0

    @property
    def total_cents(self) -> int:
        return self.fine_cents + self.interest_cents


def late_fee(amount_cents: int, due_date: date, on: date, terms: BillingTerms, state: str = "") -> LateFee:
    """The fee of `amount_cents`, due on `due_date`, when it is paid on `on`.

    Nothing up to the due date, or up to the next day that banks work on where they do not on that one, or while the
    days of grace run. Once late, the fine is of the amount, and the simple interest of the amount for every day since
    the due date, a thirtieth of the month's each, the first days included. Each is rounded half up to a cent by itself.
    """
    last_day = next_business_day(due_date, state) + timedelta(days=terms.grace_days)
    if on <= last_day or amount_cents <= 0:
        return LateFee()
    days = (on - due_date).days
    return LateFee(
        _part(amount_cents, terms.fine_percent, Fraction(1)),
        _part(amount_cents, terms.interest_percent_month, Fraction(days, _DAYS_OF_A_MONTH)),
    )


def _part(cents: int, percent: Decimal, of: Fraction) -> int:
    exact = cents * Fraction(percent) / 100 * of
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
