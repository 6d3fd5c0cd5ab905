"""Invoices as MikWeb tells them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from billing.mikweb.people import ident
from billing.reading import Unreadable, amount, day, day_begins, optional_amount, optional_day, words
from billing.records import Hold, Invoice, InvoiceStatus

_SITUATION: dict[str, tuple[InvoiceStatus, Hold]] = {
    "aberto": ("open", ""),
    "em aberto": ("open", ""),
    "a vencer": ("open", ""),
    "vencido": ("open", ""),
    "atrasado": ("open", ""),
    "em atraso": ("open", ""),
    "pendente": ("open", ""),
    "aguardando pagamento": ("open", ""),
    # The block of this one was put off until `lock_in`: a promise that somebody took down in MikWeb.
    "em observação": ("open", "negotiation"),
    "em observacao": ("open", "negotiation"),
    "pago": ("paid", ""),
    "paga": ("paid", ""),
    "liquidado": ("paid", ""),
    "quitado": ("paid", ""),
    "pagamento efetuado": ("paid", ""),
    "cancelado": ("cancelled", ""),
    "cancelada": ("cancelled", ""),
    "estornado": ("cancelled", ""),
}


def invoice(row: Mapping[str, Any], contract_ref: str, zone: str) -> Invoice:
    """A billing as an invoice of the contract, its ref ending in the billing's id.

    The situation is read by its name: what its numbers mean differs between installations. What came in already goes
    before the name, as MikWeb may write the money first and the situation later.
    """
    number = ident(row.get("id"), "id")
    whole = amount(row.get("value"), "value")
    paid = optional_amount(row.get("value_paid"), "value_paid")
    paid_on = optional_day(row.get("date_payment"), "date_payment")
    settled = paid >= whole > 0 or (paid_on is not None and not paid)
    status, hold = _situation(words(row.get("situation_name")).lower(), settled=settled)
    at = day_begins(paid_on, zone) if paid_on and status == "paid" else None
    return Invoice(
        ref=f"{contract_ref}.{number}",
        number=number,
        contract_ref=contract_ref,
        amount_cents=whole - paid if status == "open" else whole,
        due_date=day(row.get("due_day"), "due_day"),
        status=status,
        paid_at=at,
        paid_cents=paid,
        description=words(row.get("reference")),
        hold=hold,
    )


def contract_id(row: Mapping[str, Any]) -> str:
    """The contract that a billing names; empty where it names none, as in the published shape."""
    return words(row.get("customer_contract_id")) or words(row.get("contract_id"))


def _situation(name: str, *, settled: bool) -> tuple[InvoiceStatus, Hold]:
    found = _SITUATION.get(name)
    if settled and (found is None or found[0] == "open"):
        return "paid", ""
    if found is None:
        raise Unreadable("situation_name")
    return found
