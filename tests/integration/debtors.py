"""Debtors for tests: customers with a contact, a contract and an invoice, and a desk whose clock is ours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from billing.erps.local import LocalErp
from billing.local_store import SqlStore
from billing.provider_row import load_provider
from core.db import Database
from core.document import parse_document
from core.later import Later
from handoff.collecting import collect, do_step
from handoff.debt_desk import DebtDesk
from models.collection_step import CollectionStep
from models.contact import Contact
from models.contract import Contract
from models.customer import Customer
from models.invoice import Invoice
from models.network_job import NetworkJob
from models.suspension import Suspension
from tests.integration.billing_rows import store_provider
from tests.integration.template_rows import a_template
from webhooks.template_files import read_templates

POLICIES: dict[str, Any] = {
    "negotiation": {"table": [{"name": "tabela", "max_instalments": 3, "min_instalment_cents": 1000}]},
}


class Clock:
    """A moment that only moves when told to."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


def set_up(db: Database, **collections: Any) -> None:
    """The provider with its terms, and the templates as the channel approved them."""
    store_provider(db, policies={**POLICIES, "collections": collections})
    for file in read_templates("pt_BR"):
        a_template(db, file.purpose, components=list(file.draft().components), variables=file.variables)


def a_debtor(db: Database, number: int, due: date, *, cents: int = 9990) -> str:
    """A customer who once wrote to us, with a contract `c-<number>` and an invoice `i-<number>`; the contract's ref."""
    with db.transaction() as session:
        customer = Customer(ref=f"k-{number}", name=f"Cliente {number}", document=_cpf(number), document_kind="cpf")
        session.add(customer)
        session.flush()
        contract = Contract(
            ref=f"c-{number}",
            customer_id=customer.id,
            number=f"{number}",
            plan="Fibra",
            monthly_fee_cents=cents,
            address="Rua Nova, 1",
            pppoe_login=f"l{number}",
        )
        session.add_all([contract, Contact(channel="whatsapp", customer_ref=customer.ref, proved_by="phone")])
        session.flush()
        ref = f"i-{number}"
        session.add(Invoice(ref=ref, number=ref, contract_id=contract.id, amount_cents=cents, due_date=due))
        return contract.ref


def another_debt(db: Database, number: int, ref: str, due: date, *, cents: int = 9990) -> None:
    """One more invoice of the contract `c-<number>`."""
    with db.transaction() as session:
        contract_id = session.scalars(select(Contract.id).where(Contract.ref == f"c-{number}")).one()
        session.add(Invoice(ref=ref, number=ref, contract_id=contract_id, amount_cents=cents, due_date=due))


def _cpf(number: int) -> str:
    """A valid one."""
    digits = f"{number + 100_000_000:09d}"
    return next(found for rest in range(100) if parse_document(found := f"{digits}{rest:02d}"))


def desk_at(db: Database, now: datetime) -> tuple[DebtDesk, Clock]:
    """A desk over our own tables."""
    clock = Clock(now)
    erp = LocalErp(SqlStore(db), lambda: load_provider(db), now=clock)
    return DebtDesk(db, erp, "pt_BR", now=clock), clock


def at(text: str) -> datetime:
    """A moment on the provider's clock, in UTC."""
    return datetime.fromisoformat(f"{text}-03:00").astimezone(UTC)


def work_off(desk: DebtDesk) -> None:
    """Plans, and does every step that can be done now."""
    collect(0, desk=desk)
    for step_id in planned(desk.db):
        try:
            do_step(step_id, desk=desk)
        except Later:
            continue


def planned(db: Database) -> list[int]:
    with db.transaction() as session:
        return list(session.scalars(select(CollectionStep.id).where(CollectionStep.state == "planned")))


def steps(db: Database, **only: Any) -> list[CollectionStep]:
    with db.transaction() as session:
        return list(session.scalars(select(CollectionStep).filter_by(**only).order_by(CollectionStep.id)))


def invoice(db: Database, ref: str, **changes: Any) -> Invoice:
    """The invoice, changed."""
    with db.transaction() as session:
        row = session.scalars(select(Invoice).where(Invoice.ref == ref)).one()
        for name, value in changes.items():
            setattr(row, name, value)
        return row


def suspension(db: Database, contract_ref: str) -> Suspension | None:
    with db.transaction() as session:
        wanted = select(Suspension).where(Suspension.contract_ref == contract_ref).order_by(Suspension.id.desc())
        return session.scalars(wanted.limit(1)).one_or_none()


def jobs(db: Database, action: str) -> list[NetworkJob]:
    with db.transaction() as session:
        wanted = select(NetworkJob).where(NetworkJob.action == action).order_by(NetworkJob.id)
        return list(session.scalars(wanted))
