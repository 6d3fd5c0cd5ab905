"""IXC's titles (fn_areceber) as invoices: in cents and days, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from billing import reading
from billing.reading import Unreadable, words
from billing.records import Hold, Invoice, InvoiceStatus

Row = Mapping[str, Any]
_STATUS: dict[str, InvoiceStatus] = {"A": "open", "P": "open", "R": "paid", "C": "cancelled"}
_CONTRACT = ("id_contrato", "id_contrato_avulso", "id_contrato_principal")
_PAID_ON = ("pagamento_data", "baixa_data", "credito_data")


def contract_of(row: Row) -> str:
    """The number of the contract that the title belongs to; empty where it belongs to the customer as a whole."""
    return next((found for name in _CONTRACT if (found := words(row.get(name)).strip("0") and words(row[name]))), "")


def is_open(row: Row) -> bool:
    """Whether there is something to pay: open or paid in part, released to the customer, and more than nothing."""
    return (
        _status(row) == "open" and reading.yes(row.get("liberado", "S"), "liberado") and _amount(row, _partly(row)) > 0
    )


def invoice(row: Row, contract_ref: str, zone: str) -> Invoice:
    """The title as an invoice of that contract. A payment has a day only: its hour is the beginning of that day."""
    status, paid = _status(row), paid_on(row)
    received = _partly(row)
    return Invoice(
        ref=words(row.get("id")),
        number=words(row.get("id")),
        contract_ref=contract_ref,
        amount_cents=_amount(row, received) if status == "open" else reading.amount(row.get("valor"), "valor"),
        due_date=reading.day(row.get("data_vencimento"), "data_vencimento"),
        status=status,
        paid_at=datetime.combine(paid, time(), ZoneInfo(zone)) if status == "paid" and paid else None,
        paid_cents=received,
        description=words(row.get("obs")),
        hold=_hold(row) if status == "open" else "",
    )


def paid_on(row: Row) -> date | None:
    """The day on which it was paid; None where no field tells it."""
    return next((found for name in _PAID_ON if (found := reading.optional_day(row.get(name), name))), None)


def _status(row: Row) -> InvoiceStatus:
    found = _STATUS.get(words(row.get("status")).upper())
    if found is None:
        raise Unreadable("status")
    return found


def _partly(row: Row) -> int:
    return reading.optional_amount(row.get("valor_recebido"), "valor_recebido")


def _amount(row: Row, received: int) -> int:
    if words(row.get("valor_aberto")):
        return reading.amount(row["valor_aberto"], "valor_aberto")
    return reading.amount(row.get("valor"), "valor") - received


def _hold(row: Row) -> Hold:
    waiting = reading.yes(row.get("aguardando_confirmacao_pagamento"), "aguardando_confirmacao_pagamento")
    return "settling" if waiting else ""
