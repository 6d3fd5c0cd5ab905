"""MK's bills (faturas) as invoices: the pending ones and the settled ones, which have other names for the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from billing import reading
from billing.mk.people import code
from billing.reading import words
from billing.records import Invoice

Said = Mapping[str, Any]


def contracts_of(bill: Said) -> tuple[str, ...]:
    """The contracts that a bill is for: text with their numbers, or a list of them; empty where it names none."""
    said = bill.get("contratos")
    if isinstance(said, list):
        return tuple(words(one.get("codigo_contrato") if isinstance(one, Mapping) else one) for one in said)
    return tuple(re.findall(r"[0-9]+", words(said)))


def pending(bill: Said, person: str, contract_ref: str) -> Invoice:
    """A bill of WSMKFaturasPendentes."""
    number = code(bill.get("codfatura"), "codfatura")
    return Invoice(
        ref=f"{person}.{number}",
        number=number,
        contract_ref=contract_ref,
        amount_cents=reading.amount(bill.get("valor_total"), "valor_total"),
        due_date=reading.day(bill.get("data_vencimento"), "data_vencimento"),
        original_due_date=_first_day(bill),
        description=words(bill.get("descricao")),
    )


def settled(bill: Said, person: str, contract_ref: str, zone: str) -> Invoice:
    """A settled bill of WSMKFaturas. It has a day only: its hour is the beginning of that day."""
    number, day = code(bill.get("codfatura"), "codfatura"), settled_on(bill)
    return Invoice(
        ref=f"{person}.{number}",
        number=number,
        contract_ref=contract_ref,
        amount_cents=reading.amount(bill.get("valor_total_faturas", bill.get("valor_total")), "valor_total_faturas"),
        due_date=reading.day(bill.get("data_vencimento"), "data_vencimento"),
        original_due_date=_first_day(bill),
        status="paid",
        paid_at=datetime.combine(day, time(), ZoneInfo(zone)) if day else None,
        paid_cents=reading.optional_amount(bill.get("valor_pago"), "valor_pago"),
        description=words(bill.get("descricao")),
    )


def settled_on(bill: Said) -> date | None:
    """The day on which it was settled; None where it is not, or tells no day."""
    return reading.optional_day(bill.get("data_liquidacao"), "data_liquidacao")


def _first_day(bill: Said) -> date | None:
    first = reading.optional_day(bill.get("data_vencimento_original"), "data_vencimento_original")
    return first if first != reading.optional_day(bill.get("data_vencimento"), "data_vencimento") else None
