"""Which invoices a contract is to be given on a day, and for how much. Pure: rows in, invoices out."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from billing.billing_terms import BillingTerms

# An invoice reaches its payer at least so many days before it is due (RGC, Res. Anatel 765/2023), however late it is
# made.
_NOTICE = timedelta(days=5)
_MOST_CAUGHT_UP = 12


@dataclass(frozen=True)
class Span:
    """Days from `first` on and before `end`; without an end they go on."""

    first: date
    end: date | None = None

    def days_within(self, first: date, end: date) -> int:
        """How many days of it lie from `first` on and before `end`."""
        return max(0, (min(self.end or end, end) - max(self.first, first)).days)


@dataclass(frozen=True)
class Billed:
    """A contract that is active or blocked. `known` are the months (AAAA-MM) that it has an invoice for, of whatever
    status; `suspended` the times without service, none overlapping another. `starts_on` is None where it is unknown."""

    fee_cents: int
    due_day: int
    starts_on: date | None
    known: Collection[str] = ()
    suspended: Sequence[Span] = ()


@dataclass(frozen=True)
class Bill:
    """An invoice to be made. It is for the days from `first` on and before `end`, `due_date` can still be kept."""

    period: str
    due_date: date
    amount_cents: int
    first: date
    end: date


def bills(contract: Billed, terms: BillingTerms, today: date) -> tuple[Bill, ...]:
    """The invoices to be made by `today`, oldest first; none that is there already, and none of nothing.

    The invoice of a month is due on the contract's day in it (on the month's last where there is no such day), is made
    `issue_days_before` that, and is for the days since the one before it was to be made: all of them have passed, so
    each day of suspension is taken off once. Months are caught up after the newest known one, or after the start;
    where neither is known, only what is not due yet is made, since others billed before.
    """
    made = []
    for year, month in _months_back(today):
        period = f"{year:04d}-{month:02d}"
        due = _due(year, month, contract.due_day)
        end = due - timedelta(days=terms.issue_days_before)
        if end > today or period in contract.known:
            continue
        if _billed_before(contract, period, due, today):
            break
        first = _due(*_before(year, month), contract.due_day) - timedelta(days=terms.issue_days_before)
        cents = _amount(contract, terms, first, end)
        if cents > 0:
            made.append(Bill(period, max(due, today + _NOTICE), cents, first, end))
    return tuple(reversed(made))


def _billed_before(contract: Billed, period: str, due: date, today: date) -> bool:
    if contract.known:
        return period < max(contract.known)
    return contract.starts_on is None and due < today


def _amount(contract: Billed, terms: BillingTerms, first: date, end: date) -> int:
    """The share of the fee, rounded half up: the days of the period in which there was a contract with its service."""
    days = (end - first).days
    served = days
    if contract.starts_on and contract.starts_on > first:
        if contract.starts_on >= end or terms.first_period == "free":
            return 0
        if terms.first_period == "pro_rata":
            first = contract.starts_on
            served = (end - first).days
    if not terms.charge_suspended:
        served -= sum(span.days_within(first, end) for span in contract.suspended)
    return (2 * contract.fee_cents * max(0, served) + days) // (2 * days)


def _months_back(today: date) -> list[tuple[int, int]]:
    """Year and month, from the next one back over a year: what is issued now may be due in a coming month."""
    this = today.year * 12 + today.month - 1
    return [(at // 12, at % 12 + 1) for at in range(this + 1, this - _MOST_CAUGHT_UP, -1)]


def _before(year: int, month: int) -> tuple[int, int]:
    return (year - 1, 12) if month == 1 else (year, month - 1)


def _due(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))
