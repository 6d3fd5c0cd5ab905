"""Customers and their contracts, to be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from core.document import parse_document
from handoff import audit
from models.contract import Contract
from models.customer import Customer, CustomerPhone
from webhooks.api.operation import Call, page
from webhooks.api.problem import Problem

_PHONES = (
    select(func.coalesce(func.array_agg(CustomerPhone.match_key), []))
    .where(CustomerPhone.customer_id == Customer.id)
    .scalar_subquery()
)
_CUSTOMERS = select(Customer, _PHONES)
_CONTRACTS = select(Contract, Customer.ref).join(Customer, Customer.id == Contract.customer_id)


def customers(call: Call) -> dict[str, Any]:
    """A page of them. Each that is shown is written down."""
    found = page(call, _CUSTOMERS, Customer.id, lambda row: _customer(call, row), lambda row: int(row[0].id))
    _seen(call, "customer", found["items"])
    return found


def customer(call: Call) -> dict[str, Any]:
    """One of them, by the ERP's id."""
    row = call.session.execute(_CUSTOMERS.where(Customer.ref == call.path["ref"])).one_or_none()
    if row is None:
        raise Problem("not_found")
    told = _customer(call, row)
    _seen(call, "customer", [told])
    return told


def contracts(call: Call) -> dict[str, Any]:
    """A page of them; those of one customer, or in one state."""
    wanted = _CONTRACTS
    if "customer" in call.query:
        wanted = wanted.where(Customer.ref == call.query["customer"])
    if "status" in call.query:
        wanted = wanted.where(Contract.status == call.query["status"])
    found = page(call, wanted, Contract.id, _contract, lambda row: int(row[0].id))
    _seen(call, "contract", found["items"])
    return found


def contract(call: Call) -> dict[str, Any]:
    """One of them, by the ERP's id."""
    row = call.session.execute(_CONTRACTS.where(Contract.ref == call.path["ref"])).one_or_none()
    if row is None:
        raise Problem("not_found")
    told = _contract(row)
    _seen(call, "contract", [told])
    return told


def _seen(call: Call, what: str, items: Sequence[Mapping[str, Any]]) -> None:
    whole = {"document": True} if what == "customer" and call.may("customers.document") else {}
    for item in items:
        audit.record(call.session, call.who.login, f"{what}.viewed", f"{what}:{item['ref']}", **whole)


def _customer(call: Call, row: Any) -> dict[str, Any]:
    found, phones = row
    return {
        "ref": found.ref,
        "name": found.name,
        "kind": found.kind,
        "document": found.document if call.may("customers.document") else _masked(found.document),
        "document_kind": found.document_kind,
        "email": found.email,
        "phones": sorted(phones),
    }


def _masked(document: str) -> str:
    known = parse_document(document)
    return known.masked if known else "*" * len(document)


_PLAIN = (
    "ref",
    "number",
    "plan",
    "monthly_fee_cents",
    "status",
    "address",
    "area",
    "sla",
    "charge_by",
    "due_day",
    "pppoe_login",
    "olt",
    "pon",
    "cto",
    "onu",
)


def _contract(row: Any) -> dict[str, Any]:
    found, customer_ref = row
    starts = found.starts_on.isoformat() if found.starts_on else None
    told = {name: getattr(found, name) for name in _PLAIN}
    blocked_for = found.blocked_for if found.status == "blocked" else None
    return {**told, "customer_ref": customer_ref, "blocked_for": blocked_for, "starts_on": starts}
