"""Customers and contracts as MikWeb tells them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from billing.reading import Unreadable, document, optional_amount, words
from billing.records import BlockedFor, Contract, ContractStatus, Customer
from core import phone

# The one contract of a customer whom MikWeb keeps without a structure of contracts.
ITSELF = "0"

_PHONES = ("cell_phone_number_1", "cell_phone_number_2", "cell_phone_number_3", "cell_phone_number_4", "phone_number")
_STATUS: dict[str, ContractStatus] = {
    "ativo": "active",
    "active": "active",
    "liberado": "active",
    "bloqueado": "blocked",
    "blocked": "blocked",
    "suspenso": "blocked",
    "cancelado": "cancelled",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "inativo": "cancelled",
    "inactive": "cancelled",
    "desativado": "cancelled",
    "pendente": "pending",
    "pending": "pending",
    "aguardando instalação": "pending",
}
# How a block of the access is written: as a letter (L free, B blocked), in words, or as one of several states.
_BLOCKED = frozenset({"b", "bloqueado", "blocked", "access_blocked", "ca"})
_BLOCKED_BY_HAND = frozenset({"cm"})


def customer(row: Mapping[str, Any]) -> Customer | None:
    """The customer of a row; None for a record without a valid CPF or CNPJ: nobody can be identified by it."""
    found = document(row.get("cpf_cnpj"))
    if found is None:
        return None
    return Customer(
        ref=ident(row.get("id"), "id"),
        name=words(row.get("full_name")) or words(row.get("name")),
        document=found,
        kind="residential" if found.kind == "cpf" else "business",
        phones=phone.match_keys(*(words(row.get(name)) for name in _PHONES)),
    )


def the_only_contract(row: Mapping[str, Any]) -> Contract:
    """The customer as the one contract that he is where MikWeb keeps no contracts: his plan, login and status."""
    ref = ident(row.get("id"), "id")
    return _contract(row, row, f"{ref}.{ITSELF}", ref)


def contract(row: Mapping[str, Any], owner: Mapping[str, Any]) -> Contract:
    """A row of `customer_contracts`; what it leaves out of address and login is the customer's."""
    ref = ident(row.get("id"), "id")
    return _contract(row, owner, f"{ident(owner.get('id'), 'id')}.{ref}", words(row.get("number")) or ref)


def ident(value: Any, field: str) -> str:
    """An id, which is digits."""
    text = words(value)
    if not (text.isascii() and text.isdecimal()):
        raise Unreadable(field)
    return text


def _contract(row: Mapping[str, Any], owner: Mapping[str, Any], ref: str, number: str) -> Contract:
    plan = row.get("plan")
    priced = plan if isinstance(plan, Mapping) else row
    status, blocked_for = _status(row)
    due = words(row.get("due_day") or owner.get("due_day"))
    return Contract(
        ref=ref,
        number=number,
        customer_ref=ref.partition(".")[0],
        plan=words(plan.get("name")) if isinstance(plan, Mapping) else words(plan) or words(row.get("name")),
        monthly_fee_cents=optional_amount(priced.get("value"), "value"),
        status=status,
        address=_address(row) or _address(owner),
        pppoe_login=words(row.get("login")) or words(owner.get("login")) or None,
        blocked_for=blocked_for,
        due_day=int(due) if due.isdecimal() and 1 <= int(due) <= 31 else 10,
    )


def _status(row: Mapping[str, Any]) -> tuple[ContractStatus, BlockedFor]:
    """Raises Unreadable for a status that is unknown: whether somebody is blocked is not guessed."""
    text = words(row.get("status")).lower()
    if text not in _STATUS:
        raise Unreadable("status")
    status = _STATUS[text]
    access = {words(row.get(name)).lower() for name in ("access_status", "financial_status", "msg_payment_mk")}
    if status == "active" and access & (_BLOCKED | _BLOCKED_BY_HAND):
        return "blocked", "other" if access & _BLOCKED_BY_HAND else "debt"
    return status, "request" if text == "suspenso" else "debt"


def _address(row: Mapping[str, Any]) -> str:
    parts = (words(row.get(name)) for name in ("street", "number", "complement", "neighborhood", "city"))
    return ", ".join(part for part in parts if part) if words(row.get("street")) else ""
