"""Agreements on a debt: what the provider's table offers for it, to the cent. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any, Literal, get_args

from billing.invoices import overdue, total_cents
from billing.records import Invoice

DiscountOn = Literal["charges", "principal", "all"]
Release = Literal["first_instalment", "acceptance"]
MOST_SHOWN = 3


@dataclass(frozen=True)
class Terms:
    """One row of the table: which debts (cents, days overdue of the oldest invoice) it is for, and what it gives.

    `discount_percent` is taken off the fines and interest (`charges`), off the rest (principal) or off all of it, and
    only where the debt is paid in at most `discount_up_to` parts. Above `approval_above_cents` of debt finance has to
    approve. All of it is the provider's choice; no regulation asks for a discount.
    """

    name: str
    min_debt_cents: int = 1
    max_debt_cents: int | None = None
    min_overdue_days: int = 1
    max_overdue_days: int | None = None
    max_instalments: int = 1
    min_instalment_cents: int = 1000
    discount_percent: int = 0
    discount_on: DiscountOn = "charges"
    discount_up_to: int = 1
    first_due_days: int = 3
    approval_above_cents: int | None = None

    def __post_init__(self) -> None:
        if not self.name or not 1 <= self.max_instalments <= 24 or self.min_instalment_cents < 1:
            raise ValueError("table: cada acordo tem um nome, de 1 a 24 parcelas, e cada parcela pelo menos um centavo")
        if not 0 <= self.discount_percent <= 100 or self.discount_on not in get_args(DiscountOn):
            raise ValueError("table: desconto de 0 a 100 %, sobre charges, principal ou all")
        if self.min_debt_cents < 1 or self.min_overdue_days < 1 or not 0 <= self.first_due_days <= 30:
            raise ValueError("table: dívida e atraso começam em 1; a primeira parcela vence em 0 a 30 dias")

    def covers(self, debt_cents: int, days: int) -> bool:
        """Whether the row is for a debt of this size and age."""
        within = self.max_debt_cents is None or debt_cents <= self.max_debt_cents
        young = self.max_overdue_days is None or days <= self.max_overdue_days
        return within and young and debt_cents >= self.min_debt_cents and days >= self.min_overdue_days


@dataclass(frozen=True)
class NegotiationPolicy:
    """The provider's table, empty until somebody fills it in: then people negotiate.

    `release`: a blocked contract is released with the first instalment paid (RGC, Res. 765/2023: in instalments the
    day for the restoration begins with the first) or already on acceptance. An agreement is broken once an instalment
    is unpaid `broken_after_days` after its due date: a choice.
    """

    table: tuple[Terms, ...] = ()
    release: Release = "first_instalment"
    broken_after_days: int = 5

    def __post_init__(self) -> None:
        if self.release not in get_args(Release) or self.broken_after_days < 1:
            raise ValueError("release: first_instalment ou acceptance; broken_after_days: pelo menos 1")


@dataclass(frozen=True)
class Negotiating:
    """The provider's terms for debts. `enters`: what is agreed becomes invoices by itself; else a person enters it."""

    policy: NegotiationPolicy
    enters: bool


@dataclass(frozen=True)
class Instalment:
    """One part of an agreement."""

    due: date
    amount_cents: int


@dataclass(frozen=True)
class Offer:
    """An agreement that the table allows. The instalments and the discount add up to the debt, to the cent."""

    policy: str
    debt_cents: int
    discount_cents: int
    instalments: tuple[Instalment, ...]
    needs_approval: bool
    invoice_refs: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many instalments."""
        return len(self.instalments)

    @property
    def total_cents(self) -> int:
        """What is to be paid in all."""
        return self.debt_cents - self.discount_cents

    def as_terms(self) -> dict[str, Any]:
        """As it is kept in models.negotiation."""
        parts = [{"due": part.due.isoformat(), "amount_cents": part.amount_cents} for part in self.instalments]
        return {"policy": self.policy, "discount_cents": self.discount_cents, "instalments": parts}


def read_policy(policies: Mapping[str, Any]) -> NegotiationPolicy:
    """The provider's policy `negotiation`. Raises ValueError for one that is wrong."""
    terms = dict(policies.get("negotiation") or {})
    known = {item.name for item in fields(NegotiationPolicy)}
    try:
        if unknown := sorted(terms.keys() - known):
            raise ValueError(f"não existe: {', '.join(unknown)}")
        terms["table"] = tuple(Terms(**row) for row in terms.get("table", ()))
        return NegotiationPolicy(**terms)
    except (AttributeError, TypeError) as error:
        raise ValueError(str(error)) from error


def debt_of(invoices: Sequence[Invoice], today: date) -> list[Invoice]:
    """What may be negotiated: overdue, and neither disputed, agreed on, nor being settled."""
    return [invoice for invoice in overdue(invoices, today) if not invoice.hold and invoice.amount_cents > 0]


def offers(debt: Sequence[Invoice], policy: NegotiationPolicy, today: date) -> tuple[Offer, ...]:
    """All agreements that the table allows for these invoices of one contract, fewest instalments first; of two with
    the same number, the cheaper. Never anything that is not in the table."""
    owed = debt_of(debt, today)
    if not owed:
        return ()
    amount, days = total_cents(owed), max(invoice.overdue_days(today) for invoice in owed)
    best: dict[int, Offer] = {}
    for terms in policy.table:
        if terms.covers(amount, days):
            for count in range(1, terms.max_instalments + 1):
                offer = _offer(owed, terms, count, today)
                if offer and (count not in best or offer.total_cents < best[count].total_cents):
                    best[count] = offer
    return tuple(best[count] for count in sorted(best))


def shown(found: Sequence[Offer]) -> tuple[Offer, ...]:
    """Those to be shown: the fewest instalments, the most, and one between."""
    if len(found) <= MOST_SHOWN:
        return tuple(found)
    return found[0], found[len(found) // 2], found[-1]


def _offer(owed: Sequence[Invoice], terms: Terms, count: int, today: date) -> Offer | None:
    debt = total_cents(owed)
    discount = _discount(owed, terms) if count <= terms.discount_up_to else 0
    each, rest = divmod(debt - discount, count)
    if debt - discount < 1 or (count > 1 and each < terms.min_instalment_cents):
        return None
    first = today + timedelta(days=terms.first_due_days)
    # The cents that do not divide come with the first.
    parts = tuple(Instalment(_months_later(first, month), each + (rest if month == 0 else 0)) for month in range(count))
    approval = terms.approval_above_cents is not None and debt > terms.approval_above_cents
    return Offer(terms.name, debt, discount, parts, approval, tuple(invoice.ref for invoice in owed))


def _discount(owed: Sequence[Invoice], terms: Terms) -> int:
    """In whole cents, rounded down."""
    debt = total_cents(owed)
    charges = min(debt, sum(invoice.fine_cents + invoice.interest_cents for invoice in owed))
    base = {"charges": charges, "principal": debt - charges, "all": debt}[terms.discount_on]
    return base * terms.discount_percent // 100


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
