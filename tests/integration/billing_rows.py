"""Puts billing values and jobs into the database for tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from billing.records import Contract, Customer, Invoice
from core.db import Database
from models import utc_now
from models.contract import Contract as ContractRow
from models.customer import Customer as CustomerRow
from models.customer import CustomerPhone
from models.invoice import Invoice as InvoiceRow
from models.network_job import NetworkJob
from models.provider import Provider as ProviderRow
from models.trust_unlock import TrustUnlock
from tests.unit.billing.build import a_contract, a_customer

POLICIES = {"trust_unlock": {"hours": 72}, "boleto_bank": "001", "optical": {"weak_dbm": -27}}


def store_provider(db: Database, **changes: Any) -> None:
    """The provider of the billing builders, with POLICIES."""
    values: dict[str, Any] = {
        "name": "Conecta Vale Telecom LTDA",
        "cnpj": "11222333000181",
        "city": "São José dos Campos",
        "state": "SP",
        "timezone": "America/Sao_Paulo",
        "pix_key": "11222333000181",
        "policies": POLICIES,
    }
    with db.transaction() as session:
        session.add(ProviderRow(**(values | changes)))


def store(
    db: Database,
    customers: Iterable[Customer] = (),
    contracts: Iterable[Contract] = (),
    invoices: Iterable[Invoice] = (),
) -> None:
    """The values as rows; customers before their contracts before their invoices."""
    with db.transaction() as session:
        ids: dict[str, int] = {}
        for customer in customers:
            document = customer.document
            row = CustomerRow(
                ref=customer.ref,
                name=customer.name,
                document=document.number,
                document_kind=document.kind,
                kind=customer.kind,
            )
            session.add(row)
            session.flush()
            ids[customer.ref] = row.id
            session.add_all(CustomerPhone(customer_id=row.id, match_key=key) for key in customer.phones)
        for contract in contracts:
            session.add(_contract_row(contract, ids[contract.customer_ref]))
        session.flush()
        for invoice in invoices:
            owner = session.scalars(select(ContractRow.id).where(ContractRow.ref == invoice.contract_ref)).one()
            session.add(_invoice_row(invoice, owner))


def bruno_blocked(db: Database, *invoices: Invoice) -> None:
    """The provider, and Bruno with contract c-1002 blocked."""
    store_provider(db)
    store(db, [a_customer()], [a_contract()], invoices)


def pay(db: Database, invoice_ref: str) -> None:
    """Settles an invoice."""
    with db.transaction() as session:
        row = session.scalars(select(InvoiceRow).where(InvoiceRow.ref == invoice_ref)).one()
        row.status, row.paid_at = "paid", datetime(2026, 11, 22, tzinfo=UTC)


def store_unlock(db: Database, *, state: str, ends_in: timedelta, contract_ref: str = "c-1002") -> int:
    """An unlock that was given three days before its end; returns its id."""
    ends = utc_now() + ends_in
    with db.transaction() as session:
        row = TrustUnlock(
            contract_ref=contract_ref,
            state=state,
            amount_cents=11990,
            shown_text="Liberação até sábado",
            confirmed_text="Sim",
            granted_at=ends - timedelta(hours=72),
            expires_at=ends,
        )
        session.add(row)
        session.flush()
        return row.id


def a_job(action: str, state: str, **changes: Any) -> NetworkJob:
    """A job of contract c-1002 that finished now (or is asked for), not added to any session."""
    finished = None if state == "asked" else utc_now()
    values: dict[str, Any] = {
        "action": action,
        "state": state,
        "contract_ref": "c-1002",
        "idempotency_key": f"{action}:{utc_now().isoformat()}",
        "reason": "test",
        "asked_by": "bot",
        "finished_at": finished,
    }
    return NetworkJob(**(values | changes))


def contract_status(db: Database, ref: str = "c-1002") -> str:
    with db.transaction() as session:
        return session.scalars(select(ContractRow.status).where(ContractRow.ref == ref)).one()


def unlock_row(db: Database, unlock_id: int) -> TrustUnlock:
    with db.transaction() as session:
        return session.get_one(TrustUnlock, unlock_id)


def _contract_row(contract: Contract, customer_id: int) -> ContractRow:
    return ContractRow(
        ref=contract.ref,
        customer_id=customer_id,
        number=contract.number,
        plan=contract.plan,
        monthly_fee_cents=contract.monthly_fee_cents,
        status=contract.status,
        address=contract.address,
        pppoe_login=contract.pppoe_login or "",
        olt=contract.olt or "",
        pon=contract.pon or "",
        cto=contract.cto or "",
        onu=contract.onu or "",
        area=contract.area,
        blocked_for=contract.blocked_for,
        charge_by=contract.charge_by,
        due_day=contract.due_day,
        sla=contract.sla or "",
    )


def _invoice_row(invoice: Invoice, contract_id: int) -> InvoiceRow:
    return InvoiceRow(
        ref=invoice.ref,
        contract_id=contract_id,
        number=invoice.number,
        amount_cents=invoice.amount_cents,
        due_date=invoice.due_date,
        status=invoice.status,
        paid_at=invoice.paid_at,
    )
