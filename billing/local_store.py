"""The local ERP's tables in our own database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar, cast

from sqlalchemy import ColumnElement, select

from billing.provider_row import provider_row
from billing.records import Contract, Customer, Invoice, Plan, TicketState, TicketStatus
from billing.rows import contract_of, customer_of, invoice_of, phones_of
from core.dates import local_date
from core.db import Database
from core.document import Document
from models import utc_now
from models.contract import Contract as ContractRow
from models.conversation import new_protocol
from models.customer import Customer as CustomerRow
from models.customer import CustomerPhone
from models.invoice import Invoice as InvoiceRow
from models.plan import Plan as PlanRow
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

    def ticket(self, protocol: str) -> TicketState | None:
        with self._db.reading() as session:
            row = session.scalars(select(Ticket).where(Ticket.protocol == protocol).order_by(Ticket.id.desc())).first()
            if row is None:
                return None
            return TicketState(row.protocol, cast(TicketStatus, row.state), row.subject, row.text)

    def plans(self) -> tuple[Plan, ...]:
        with self._db.reading() as session:
            rows = session.scalars(select(PlanRow).where(PlanRow.for_sale))
            return tuple(Plan(row.ref, row.name, row.price_cents, row.down_mbps, row.up_mbps) for row in rows)

    def _customers(self, condition: ColumnElement[bool]) -> tuple[Customer, ...]:
        with self._db.reading() as session:
            rows = session.scalars(select(CustomerRow).where(condition)).all()
            phones = phones_of(session, [row.id for row in rows]) if rows else {}
            return tuple(customer_of(row, phones.get(row.id, ())) for row in rows)

    def _contracts(self, condition: ColumnElement[bool]) -> tuple[Contract, ...]:
        wanted = select(ContractRow, CustomerRow.ref).join(CustomerRow, CustomerRow.id == ContractRow.customer_id)
        with self._db.reading() as session:
            return tuple(contract_of(row, owner) for row, owner in session.execute(wanted.where(condition)))

    def _invoices(self, condition: ColumnElement[bool]) -> tuple[Invoice, ...]:
        wanted = select(InvoiceRow, ContractRow.ref).join(ContractRow, ContractRow.id == InvoiceRow.contract_id)
        with self._db.reading() as session:
            return tuple(invoice_of(row, contract) for row, contract in session.execute(wanted.where(condition)))


def _one(rows: tuple[Found, ...]) -> Found | None:
    return rows[0] if rows else None
