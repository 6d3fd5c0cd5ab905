"""The nightly comparison: what is paid is not blocked, what is blocked is not paid, and nothing is left over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from freezegun import freeze_time
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.erps.local import LocalErp
from billing.local_store import SqlStore
from billing.provider_row import load_provider
from billing.reconciliation import Compared, Finding, Report, reconcile, words_of
from billing.reconciliation_due import ASKED, ask_now, reconcile_nightly
from billing.records import Contract, Invoice
from core.db import Database
from core.errors import Misconfigured, Refused, Unreachable
from models import utc_now
from models.alert import Alert
from models.contract import Contract as ContractRow
from models.invoice import Invoice as InvoiceRow
from models.negotiation import Negotiation
from models.payment import Payment
from models.reconciliation import Reconciliation
from models.suspension import Suspension
from models.trust_unlock import TrustUnlock
from tests.integration.billing_rows import store, store_provider, store_unlock
from tests.unit.billing.build import a_contract, a_customer, an_invoice

LATE = an_invoice(due_date=date(2026, 1, 10))


class Ahead(LocalErp):
    """An ERP that knows of a debt which our rows do not show yet."""

    def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
        return (LATE,)


class Down(LocalErp):
    """An ERP that does not answer."""

    def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
        raise Unreachable("erp_error")


class LockedOut(LocalErp):
    """An ERP that lets us in no more."""

    def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
        raise Misconfigured("erp_credentials")


class Picky(LocalErp):
    """An ERP that refuses to speak of one contract."""

    def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
        if contract_ref == "c-1002":
            raise Refused("erp_refused", "HTTP 400")
        return super().open_invoices(contract_ref)


def compared(db: Database, held: Sequence[str] | None = (), erp: type[LocalErp] = LocalErp) -> Compared:
    def ask(session: Session, contract_ref: str, cause: str) -> None:
        session.execute(update(ContractRow).where(ContractRow.ref == contract_ref).values(sla=cause))

    asked = erp(SqlStore(db), lambda: load_provider(db))
    return Compared(db, asked, lambda: None if held is None else frozenset(held), ask)


def bruno(db: Database, contract: Contract, *invoices: Invoice) -> None:
    store_provider(db)
    store(db, [a_customer()], [replace(contract, pppoe_login="Bruno.Lima")], invoices)


def alarms(db: Database) -> list[tuple[str, str]]:
    with db.reading() as session:
        return [(a.severity, a.text) for a in session.scalars(select(Alert).where(Alert.ended_at.is_(None)))]


def released(db: Database) -> bool:
    with db.reading() as session:
        return session.scalars(select(ContractRow.sla)).one() != ""


def test_late_counts_from_the_first_due_date_and_what_is_held_is_not_owed(db: Database) -> None:
    bruno(db, a_contract(status="blocked"), LATE)
    with db.transaction() as session:
        session.execute(update(InvoiceRow).values(due_date=date(2030, 1, 1), original_due_date=LATE.due_date))
    assert [found.kind for found in reconcile(compared(db, [])).findings] == ["blocked_but_open"]
    with db.transaction() as session:
        session.execute(update(InvoiceRow).values(hold="disputed"))
    assert [found.kind for found in reconcile(compared(db, ["bruno.lima"], Ahead)).findings] == ["paid_but_blocked"]


def test_all_agrees_when_debtors_are_blocked_and_payers_are_not(db: Database) -> None:
    bruno(db, a_contract(), LATE)
    assert reconcile(compared(db, ["bruno.lima"])) == Report(1, 0, (), True)
    assert alarms(db) == []
    assert not released(db)


@pytest.mark.parametrize(
    ("status", "invoices", "held", "kind"),
    [
        ("active", [], ["bruno.lima"], "paid_but_blocked"),
        ("blocked", [], ["bruno.lima"], "paid_but_blocked"),
        ("blocked", [], [], "blocked_but_paid"),
        ("blocked", [], None, "blocked_but_paid"),
        ("blocked", [LATE], [], "blocked_but_open"),
    ],
)
def test_what_does_not_agree_is_found_alarmed_and_kept(
    db: Database, status: str, invoices: list[Invoice], held: list[str] | None, kind: str
) -> None:
    bruno(db, a_contract(status=status), *invoices)
    report = reconcile(compared(db, held))
    assert [(f.kind, f.subject) for f in report.findings] == [(kind, "c-1002")]
    assert [severity for severity, _ in alarms(db)] == ["critical"]
    assert released(db) == (kind != "blocked_but_open")
    with db.reading() as session:
        (kept,) = session.scalars(select(Reconciliation))
    assert (kept.contracts, kept.findings) == (1, [{"kind": kind, "subject": "c-1002"}])
    assert [count for _, count in words_of(report) if count] == [1]


def test_an_alarm_ends_when_all_agrees_again(db: Database) -> None:
    bruno(db, a_contract(status="blocked"))
    reconcile(compared(db))
    with db.transaction() as session:
        session.execute(update(ContractRow).values(status="active"))
    reconcile(compared(db))
    assert alarms(db) == []


def test_who_waits_for_the_first_instalment_is_blocked_by_right(db: Database) -> None:
    bruno(db, a_contract(status="blocked"), LATE)
    part = {"due": "2030-01-01", "amount_cents": LATE.amount_cents}
    with db.transaction() as session:
        agreement = Negotiation(
            contract_ref="c-1002",
            state="active",
            debt_cents=LATE.amount_cents,
            invoice_refs=[LATE.ref],
            terms={"instalments": [part]},
            shown_text="x",
            accepted_text="sim",
        )
        session.add(agreement)
        session.execute(update(InvoiceRow).values(hold="negotiation"))
    assert reconcile(compared(db, ["bruno.lima"])).findings == ()


def test_release_that_the_night_asks_for_ends_the_suspension_too(db: Database) -> None:
    bruno(db, a_contract(status="blocked"))
    with db.transaction() as session:
        terms = {"invoice_ref": "i-1", "amount_cents": 1, "suspend_from": LATE.due_date}
        session.add(Suspension(contract_ref="c-1002", state="suspended", **terms))
    reconcile(compared(db, ["bruno.lima"]))
    with db.reading() as session:
        assert session.scalars(select(Suspension.known_paid_at)).one() is not None


def test_our_own_rows_alone_make_nobody_wrong(db: Database) -> None:
    bruno(db, a_contract())
    assert reconcile(compared(db, ["bruno.lima"], Ahead)).findings == ()


@pytest.mark.parametrize("erp", [Down, LockedOut])
def test_without_the_erp_nothing_is_concluded_and_that_is_said(db: Database, erp: type[LocalErp]) -> None:
    bruno(db, a_contract())
    report = reconcile(compared(db, ["bruno.lima"], erp))
    assert (report.findings, report.unread) == ((), 1)
    assert [severity for severity, _ in alarms(db)] == ["warning"]
    assert not released(db)


def test_a_contract_that_the_erp_refuses_does_not_keep_the_others_from_being_compared(db: Database) -> None:
    store_provider(db)
    both = [a_contract(), a_contract(ref="c-2", number="2")]
    store(db, [a_customer()], [replace(one, pppoe_login=one.ref) for one in both])
    report = reconcile(compared(db, ["c-1002", "c-2"], Picky))
    assert (report.contracts, report.unread) == (2, 1)
    assert report.findings == (Finding("paid_but_blocked", "c-2"),)


def test_a_release_on_trust_is_no_discrepancy_until_its_end_was_missed(db: Database) -> None:
    bruno(db, a_contract(), LATE)
    unlock = store_unlock(db, state="active", ends_in=timedelta(hours=3))
    assert reconcile(compared(db, [])).findings == ()
    with db.transaction() as session:
        session.execute(update(TrustUnlock).values(expires_at=utc_now() - timedelta(hours=2)))
    assert reconcile(compared(db, [])).findings == (Finding("unlock_without_end", str(unlock)),)


@pytest.mark.parametrize("reason", ["request", "other"])
def test_a_block_that_is_not_for_debt_is_no_matter_of_money(db: Database, reason: str) -> None:
    bruno(db, a_contract(status="blocked", blocked_for=reason))
    assert reconcile(compared(db, ["bruno.lima"])).findings == ()


def test_money_without_an_invoice_and_a_late_restoration_are_shown(db: Database) -> None:
    bruno(db, a_contract(), LATE)
    old = utc_now() - timedelta(days=2)
    with db.transaction() as session:
        session.add(Payment(source="t", external_id="1", amount_cents=1, state="unmatched", paid_at=old, known_at=old))
        session.add(
            Suspension(
                contract_ref="c-1002",
                invoice_ref="i-1",
                state="suspended",
                amount_cents=1,
                suspend_from=old.date(),
                known_paid_at=old,
            )
        )
    kinds = [finding.kind for finding in reconcile(compared(db, ["bruno.lima"])).findings]
    assert kinds == ["payment_unmatched", "restored_late"]


def test_it_runs_once_a_night_and_catches_up_after_an_outage(db: Database) -> None:
    bruno(db, a_contract(), LATE)

    def runs(*at: datetime) -> int:
        for moment in at:
            with freeze_time(moment):
                reconcile_nightly(0, compared=compared(db, ["bruno.lima"]), hour=4)
        with db.reading() as session:
            return len(session.scalars(select(Reconciliation)).all())

    # 4 o'clock in São Paulo is 7 in UTC.
    night = datetime(2026, 11, 20, 7, tzinfo=UTC)
    assert runs(night + timedelta(minutes=5), night + timedelta(hours=1), night + timedelta(hours=23)) == 1
    assert runs(night + timedelta(days=1, minutes=5)) == 2
    assert runs(night + timedelta(days=3, hours=9), night + timedelta(days=3, hours=10)) == 3


def test_person_has_it_compared_at_once_and_two_wishes_are_one(db: Database) -> None:
    bruno(db, a_contract(status="active"))
    with db.transaction() as session:
        assert (ask_now(session), ask_now(session)) == (True, False)
    for wish in (0, 0, ASKED):
        reconcile_nightly(wish, compared=compared(db))
    with db.reading() as session:
        assert len(session.scalars(select(Reconciliation)).all()) == 2
