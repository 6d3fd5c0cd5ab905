"""An overdue debt in words: with what being late adds today, so that the bill that follows is no other amount. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from billing.invoices import late_fee_cents, total_cents
from billing.records import Invoice
from bot.texts import Texts
from core.money import format_brl


def owing(texts: Texts, overdue_ones: Iterable[Invoice]) -> str:
    """The sum of the overdue invoices as in `amount_owing`."""
    debt = list(overdue_ones)
    return amount_owing(texts, total_cents(debt), late_fee_cents(debt))


def amount_owing(texts: Texts, cents: int, late_fee: int | None) -> str:
    """The amount, and what is to be paid today where the fine and the interest come on top (`late_fee`, in cents; None
    where the ERP alone knows: that they may come is said then)."""
    amount = format_brl(cents)
    if late_fee is None:
        return texts("owing.may_grow", amount=amount)
    return texts("owing.today", amount=amount, today=format_brl(cents + late_fee)) if late_fee else amount
