"""The local ERP's tables in our own database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar, cast

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from billing.ports import Contract, ContractStatus, Customer, CustomerKind, Invoice, InvoiceStatus
from billing.provider_row import provider_row
from core.dates import local_date
from core.db import Database
from core.document import Document, Kind
from models import utc_now
from models.contract import Contract as ContractRow
from models.conversation import new_protocol
from models.customer import Customer as CustomerRow
from models.customer import CustomerPhone
from models.invoice import Invoice as InvoiceRow
from models.ticket import Ticket

Found = TypeVar("Found")


class SqlStore:
    """A LocalStore over `models`; each call sees what is committed when it comes. Raises Unreachable
    while the database is away."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def customers_by_phone(self, match_keys: Sequence[str]) -> tuple[Customer, ...]:
        owners = select(CustomerPhone.customer_id).where(CustomerPhone.match_key.in_(match_keys))
        return self._customers(CustomerRow.id.in_(owners))

    def customer_by_document(self, document: Document) -> Customer | None:
        return _one(self._customers(CustomerRow.document == document.number))

    def customer(self, ref: str) -> Customer | None:
        return _one(self._customers(CustomerRow.ref == ref))

    def contracts_of(self, customer_ref: str) -> tuple[Contract, ...]:
        return self._contracts(CustomerRow.ref == customer_ref)

    def contract(self, ref: str) -> Contract | None:
        return _one(self._contracts(ContractRow.ref == ref))

    def invoices_of(self, contract_ref: str) -> tuple[Invoice, ...]:
        return self._invoices(ContractRow.ref == contract_ref)

    def invoice(self, ref: str) -> Invoice | None:
        return _one(self._invoices(InvoiceRow.ref == ref))

    def add_ticket(self, contract_ref: str, subject: str, text: str) -> str:
        """See LocalStore. The protocol is the day (AAAAMMDD, the provider's), a sequence and a check digit.

        Raises Misconfigured `provider` when there is no provider whose day it could be.
        """
        with self._db.transaction() as session:
            today = local_date(utc_now(), provider_row(session).timezone)
            protocol = new_protocol(session, f"{today:%Y%m%d}")
            session.add(Ticket(protocol=protocol, contract_ref=contract_ref, subject=subject, text=text))
        return protocol

    def _customers(self, condition: ColumnElement[bool]) -> tuple[Customer, ...]:
        with self._db.reading() as session:
            rows = session.scalars(select(CustomerRow).where(condition)).all()
            phones = _phones(session, [row.id for row in rows]) if rows else {}
            return tuple(_customer(row, phones.get(row.id, ())) for row in rows)

    def _contracts(self, condition: ColumnElement[bool]) -> tuple[Contract, ...]:
        wanted = select(ContractRow, CustomerRow.ref).join(CustomerRow, CustomerRow.id == ContractRow.customer_id)
        with self._db.reading() as session:
            return tuple(_contract(row, owner) for row, owner in session.execute(wanted.where(condition)))

    def _invoices(self, condition: ColumnElement[bool]) -> tuple[Invoice, ...]:
        wanted = select(InvoiceRow, ContractRow.ref).join(ContractRow, ContractRow.id == InvoiceRow.contract_id)
        with self._db.reading() as session:
            return tuple(_invoice(row, contract) for row, contract in session.execute(wanted.where(condition)))


def _one(rows: tuple[Found, ...]) -> Found | None:
    return rows[0] if rows else None


def _phones(session: Session, customer_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    phones: dict[int, tuple[str, ...]] = {}
    rows = select(CustomerPhone).where(CustomerPhone.customer_id.in_(customer_ids)).order_by(CustomerPhone.id)
    for phone in session.scalars(rows):
        phones[phone.customer_id] = (*phones.get(phone.customer_id, ()), phone.match_key)
    return phones


def _customer(row: CustomerRow, phones: tuple[str, ...]) -> Customer:
    document = Document(cast(Kind, row.document_kind), row.document)
    return Customer(row.ref, row.name, document, cast(CustomerKind, row.kind), phones)


def _contract(row: ContractRow, customer_ref: str) -> Contract:
    return Contract(
        ref=row.ref,
        number=row.number,
        customer_ref=customer_ref,
        plan=row.plan,
        monthly_fee_cents=row.monthly_fee_cents,
        status=cast(ContractStatus, row.status),
        address=row.address,
        # The columns hold empty text where nothing is known.
        pppoe_login=row.pppoe_login or None,
        olt=row.olt or None,
        pon=row.pon or None,
        cto=row.cto or None,
        onu=row.onu or None,
        sla=row.sla or None,
    )


def _invoice(row: InvoiceRow, contract_ref: str) -> Invoice:
    status = cast(InvoiceStatus, row.status)
    return Invoice(row.ref, row.number, contract_ref, row.amount_cents, row.due_date, status, row.paid_at)
