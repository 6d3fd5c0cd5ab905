"""Whose money it is, and their invoices, as the pages of the money show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.dates import format_date
from core.money import format_brl
from handoff.console.wording import contract_status, due
from handoff.invoice_holds import WORDS
from models.contract import Contract
from models.customer import Customer
from models.invoice import Invoice

STATES = {"open": "em aberto", "paid": "paga", "cancelled": "cancelada"}


@dataclass(frozen=True)
class Debtor:
    """A contract and who signed it."""

    ref: str
    number: str
    name: str
    status: str
    status_text: str


@dataclass(frozen=True)
class Bill:
    """An invoice in words. `due_text` is empty unless it is open; `hold_text` unless it is held."""

    id: int
    ref: str
    number: str
    amount: str
    due_date: str
    due_text: str
    overdue: bool
    state: str
    state_text: str
    hold: str
    hold_text: str


def debtors(session: Session, contract_refs: Iterable[str | None]) -> dict[str, Debtor]:
    """Those of these contracts that we know, by ref."""
    refs = {ref for ref in contract_refs if ref}
    wanted = select(Contract.ref, Contract.number, Customer.name, Contract.status, Contract.blocked_for).join(
        Customer, Customer.id == Contract.customer_id
    )
    return {
        ref: Debtor(ref, number, name, status, contract_status(status, blocked_for))
        for ref, number, name, status, blocked_for in session.execute(wanted.where(Contract.ref.in_(refs)))
    }


def bill(row: Invoice, today: date) -> Bill:
    """The invoice in words."""
    is_open = row.status == "open"
    return Bill(
        id=row.id,
        ref=row.ref,
        number=row.number,
        amount=format_brl(row.amount_cents),
        due_date=format_date(row.due_date),
        due_text=due(row.due_date, today) if is_open else "",
        overdue=is_open and row.due_date < today,
        state=row.status,
        state_text=STATES.get(row.status, row.status),
        hold=row.hold,
        hold_text=WORDS.get(row.hold, row.hold),
    )


def bills_named(session: Session, refs: Sequence[str], today: date) -> list[Bill]:
    """The invoices of these refs, oldest first."""
    rows = session.scalars(select(Invoice).where(Invoice.ref.in_(refs)).order_by(Invoice.due_date, Invoice.id))
    return [bill(row, today) for row in rows]
