"""Monthly invoices over real PostgreSQL: once, after a standstill too, and not for time without service."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from sqlalchemy import update

from billing.agreements import INSTALMENT
from billing.bill_month import bill_month
from core.db import Database
from models.contract import Contract
from models.invoice import Invoice
from models.outbox import Outbox
from models.suspension import Suspension
from tests.integration.billing_rows import POLICIES, store, store_provider
from tests.integration.doors import rows
from tests.unit.billing.build import a_contract, a_customer, an_invoice


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 15, tzinfo=UTC)


def billing(db: Database, **terms: Any) -> None:
    """The provider bills here; Bruno has an active contract due on the 10th."""
    store_provider(db, policies={**POLICIES, "billing": {"monthly": True, **terms}})
    store(db, [a_customer()], [a_contract(status="active")])


def bill(db: Database, now: datetime) -> list[tuple[str, date, int]]:
    partial(bill_month, 0, db=db, now=lambda: now)()
    return sorted((i.ref, i.due_date, i.amount_cents) for i in rows(db, Invoice))


def test_an_invoice_is_made_once_however_often_it_is_asked_for(db: Database) -> None:
    billing(db)
    assert bill(db, at(2026, 11, 29)) == []
    once = bill(db, at(2026, 11, 30))
    assert once == [("c-1002-2026-12", date(2026, 12, 10), 11990)]
    assert bill(db, at(2026, 11, 30)) == bill(db, at(2026, 12, 9)) == once


def test_nothing_is_billed_unless_the_provider_says_so(db: Database) -> None:
    store_provider(db)
    store(db, [a_customer()], [a_contract(status="active")])
    assert bill(db, at(2026, 11, 30)) == []


def test_months_are_caught_up_after_a_standstill(db: Database) -> None:
    billing(db)
    bill(db, at(2026, 11, 30))
    assert [ref for ref, _, _ in bill(db, at(2027, 3, 1))] == [
        f"c-1002-{m}" for m in ("2026-12", "2027-01", "2027-02", "2027-03")
    ]


def test_a_month_that_has_an_invoice_from_elsewhere_or_a_cancelled_one_gets_no_other(db: Database) -> None:
    billing(db)
    bill(db, at(2026, 11, 30))
    with db.transaction() as session:
        session.execute(update(Invoice).values(status="cancelled"))
        owner = rows(db, Contract)[0].id
        session.add(
            Invoice(ref="X", number="X", contract_id=owner, amount_cents=1, due_date=date(2027, 1, 10), status="open")
        )
    assert [ref for ref, _, _ in bill(db, at(2026, 12, 31))] == ["X", "c-1002-2026-12"]


def test_month_of_an_instalment_gets_its_own_invoice_too(db: Database) -> None:
    billing(db)
    bill(db, at(2026, 11, 30))
    with db.transaction() as session:
        owner = rows(db, Contract)[0].id
        ref = f"{INSTALMENT}1-1"
        session.add(Invoice(ref=ref, number=ref, contract_id=owner, amount_cents=1, due_date=date(2027, 1, 3)))
    assert [ref for ref, _, _ in bill(db, at(2026, 12, 31))] == [ref, "c-1002-2026-12", "c-1002-2027-01"]


def test_cancelled_pending_and_free_contracts_are_not_billed(db: Database) -> None:
    store_provider(db, policies={**POLICIES, "billing": {"monthly": True}})
    store(
        db,
        [a_customer()],
        [
            a_contract(ref="a", number="a", status="cancelled"),
            a_contract(ref="b", number="b", status="pending"),
            a_contract(ref="c", number="c", status="active", monthly_fee_cents=0),
        ],
    )
    assert bill(db, at(2026, 11, 30)) == []


def test_suspended_days_are_not_charged_and_a_block_of_unknown_age_is_none_at_all(db: Database) -> None:
    billing(db)
    with db.transaction() as session:
        session.add(
            Suspension(
                contract_ref="c-1002",
                invoice_ref="i",
                state="restored",
                amount_cents=1,
                suspend_from=date(2026, 11, 15),
                suspended_at=at(2026, 11, 15),
                restored_at=at(2026, 11, 25),
            )
        )
    assert [cents for _, _, cents in bill(db, at(2026, 11, 30))] == [7993]
    with db.transaction() as session:
        session.execute(update(Contract).values(status="blocked"))
    assert len(bill(db, at(2026, 12, 31))) == 1


def test_an_imported_invoice_of_the_month_counts_by_its_due_date(db: Database) -> None:
    store_provider(db, policies={**POLICIES, "billing": {"monthly": True}})
    store(db, [a_customer()], [a_contract(status="active")], [an_invoice(due_date=date(2026, 12, 10))])
    assert [ref for ref, _, _ in bill(db, at(2026, 11, 30))] == ["i-1"]


def test_each_new_invoice_is_registered_where_there_is_a_gateway(db: Database) -> None:
    billing(db)
    for _ in range(2):
        bill_month(0, db=db, now=lambda: at(2026, 11, 30), registers_charges=True)
    (invoice,) = rows(db, Invoice)
    assert [work.ref_id for work in rows(db, Outbox, Outbox.topic == "register_charge")] == [invoice.id]
