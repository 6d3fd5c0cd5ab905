"""What a contract is asked to pay now: overdue, and held back by neither side; of our rows, and of what an ERP told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from billing.invoices import demanded
from billing.records import Invoice
from models.contract import Contract
from models.invoice import Invoice as InvoiceRow


def demanded_here(today: date) -> ColumnElement[bool]:
    """The condition on our invoices. Late counts from the first due date: a reissue moves the other one only."""
    late_from = func.coalesce(InvoiceRow.original_due_date, InvoiceRow.due_date)
    return (InvoiceRow.status == "open") & (InvoiceRow.hold == "") & (late_from < today)


def is_demanded(session: Session, contract_ref: str, today: date) -> bool:
    """Whether our rows ask the contract for anything on the provider's day `today`."""
    found = (
        select(InvoiceRow.id)
        .join(Contract, Contract.id == InvoiceRow.contract_id)
        .where(Contract.ref == contract_ref, demanded_here(today))
        .limit(1)
    )
    return session.scalar(found) is not None


def demanded_of(session: Session, told: Iterable[Invoice], today: date) -> list[Invoice]:
    """What is demanded of the invoices that the ERP told of, oldest first. An ERP need not know what we hold."""
    asked = demanded(told, today)
    refs = [invoice.ref for invoice in asked]
    held = set(session.scalars(select(InvoiceRow.ref).where(InvoiceRow.ref.in_(refs), InvoiceRow.hold != "")))
    return [invoice for invoice in asked if invoice.ref not in held]
