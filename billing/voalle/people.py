"""Customers and contracts as Voalle tells them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from billing.reading import Unreadable, document, optional_amount, words
from billing.records import BlockedFor, Contract, ContractStatus, Customer
from core import phone
from core.document import Document

_ID = re.compile(r"[0-9A-Za-z_\-]+")
_STATUS: dict[str, tuple[ContractStatus, BlockedFor]] = {
    "1": ("active", "debt"),
    "2": ("active", "debt"),
    "3": ("active", "debt"),
    "4": ("cancelled", "debt"),
    "5": ("blocked", "request"),
    "6": ("blocked", "debt"),
    "7": ("blocked", "other"),
    "9": ("cancelled", "debt"),
}
_STATUS_NAMES = {
    "normal": "1",
    "demonstração": "2",
    "cortesia": "3",
    "cancelado": "4",
    "suspenso": "5",
    "bloqueio financeiro": "6",
    "bloqueio administrativo": "7",
    "encerrado": "9",
}
# A contract that is not approved yet is not installed; a rejected one never will be.
_STAGE: dict[str, ContractStatus] = {"1": "pending", "2": "pending", "4": "cancelled", "5": "cancelled"}


def ident(value: Any, field: str) -> str:
    """An id or number that can be part of a ref and of a path."""
    text = words(value)
    if not _ID.fullmatch(text):
        raise Unreadable(field)
    return text


def customer(row: Mapping[str, Any], asked: Document) -> Customer:
    """The person of an answer to `asked`. Raises Unreadable `txId` when it is somebody else."""
    told = words(row.get("txId"))
    if told and document(told) != asked:
        raise Unreadable("txId")
    return Customer(
        ref=ident(row.get("id"), "id"),
        name=words(row.get("name")) or words(row.get("name2")),
        document=asked,
        kind="residential" if asked.kind == "cpf" else "business",
        phones=phone.match_keys(*(words(row.get(name)) for name in ("cellPhone", "phone"))),
    )


def contract(row: Mapping[str, Any], customer_ref: str) -> Contract:
    """A contract of `contract/getpaged`. Only its number is published for certain: the other names are tried in turn.

    Raises Unreadable `v_status` where no status is told: whether somebody is blocked is not guessed.
    """
    number = ident(first(row, "contractNumber", "contract_number", "number"), "contractNumber")
    status, blocked_for = _status(row)
    due = words(first(row, "collectionDay", "expirationDay", "dueDay"))
    return Contract(
        ref=f"{customer_ref}.{ident(first(row, 'id', 'contractId') or number, 'id')}",
        number=number,
        customer_ref=customer_ref,
        plan=_name(first(row, "plan", "serviceProduct", "description", "contractType")),
        monthly_fee_cents=optional_amount(first(row, "amount", "contractValue", "value"), "amount"),
        status=status,
        address=_address(first(row, "address", "peopleAddress", "mainAddress")),
        blocked_for=blocked_for,
        due_day=int(due) if due.isdecimal() and 1 <= int(due) <= 31 else 10,
    )


def first(row: Mapping[str, Any], *names: str) -> Any:
    """The first of these fields that says something."""
    return next((row[name] for name in names if row.get(name) not in (None, "")), None)


def _status(row: Mapping[str, Any]) -> tuple[ContractStatus, BlockedFor]:
    told = first(row, "v_status", "vStatus", "status")
    if isinstance(told, Mapping):
        told = first(told, "id", "code", "value", "name")
    text = words(told).lower()
    found = _STATUS.get(_STATUS_NAMES.get(text, text))
    if found is None:
        raise Unreadable("v_status")
    stage = _STAGE.get(words(first(row, "v_stage", "vStage", "stage")))
    return (stage, "debt") if stage and found[0] == "active" else found


def _name(value: Any) -> str:
    if isinstance(value, Mapping):
        value = first(value, "title", "name", "description")
    return words(value)


def _address(value: Any) -> str:
    """Street with number, district and city, divided by commas."""
    if not isinstance(value, Mapping):
        return words(value)
    kind, street = words(value.get("streetType")), words(value.get("street"))
    if kind and not street.lower().startswith(f"{kind.lower()} "):
        street = f"{kind} {street}"
    parts = (street, *(words(value.get(name)) for name in ("number", "addressComplement", "neighborhood", "city")))
    return ", ".join(part for part in parts if part)
