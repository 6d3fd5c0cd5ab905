"""The rows of customers, contracts and invoices as the values that billing speaks of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.records import (
    BlockedFor,
    ChargeBy,
    Contract,
    ContractStatus,
    Customer,
    CustomerKind,
    Hold,
    Invoice,
    InvoiceStatus,
)
from core.document import Document, Kind
from models.contract import Contract as ContractRow
from models.customer import Customer as CustomerRow
from models.customer import CustomerPhone
from models.invoice import Invoice as InvoiceRow


def phones_of(session: Session, customer_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The phones (match keys) of each customer that has any, in the order in which they were stored."""
    phones: dict[int, tuple[str, ...]] = {}
    rows = select(CustomerPhone).where(CustomerPhone.customer_id.in_(customer_ids)).order_by(CustomerPhone.id)
    for phone in session.scalars(rows):
        phones[phone.customer_id] = (*phones.get(phone.customer_id, ()), phone.match_key)
    return phones


def customer_of(row: CustomerRow, phones: tuple[str, ...]) -> Customer:
    """The customer with these phones."""
    document = Document(cast(Kind, row.document_kind), row.document)
    return Customer(row.ref, row.name, document, cast(CustomerKind, row.kind), phones)


def contract_of(row: ContractRow, customer_ref: str) -> Contract:
    """The contract of the customer with this ref. Columns hold empty text where nothing is known."""
    return Contract(
        ref=row.ref,
        number=row.number,
        customer_ref=customer_ref,
        plan=row.plan,
        monthly_fee_cents=row.monthly_fee_cents,
        status=cast(ContractStatus, row.status),
        address=row.address,
        pppoe_login=row.pppoe_login or None,
        olt=row.olt or None,
        pon=row.pon or None,
        cto=row.cto or None,
        onu=row.onu or None,
        sla=row.sla or None,
        area=row.area,
        blocked_for=cast(BlockedFor, row.blocked_for),
        charge_by=cast(ChargeBy, row.charge_by),
        due_day=row.due_day,
    )


def invoice_of(row: InvoiceRow, contract_ref: str) -> Invoice:
    """The invoice of the contract with this ref."""
    return Invoice(
        ref=row.ref,
        number=row.number,
        contract_ref=contract_ref,
        amount_cents=row.amount_cents,
        due_date=row.due_date,
        status=cast(InvoiceStatus, row.status),
        paid_at=row.paid_at,
        paid_cents=row.paid_cents,
        original_due_date=row.original_due_date,
        fine_cents=row.fine_cents,
        interest_cents=row.interest_cents,
        description=row.description,
        hold=cast(Hold, row.hold),
    )
