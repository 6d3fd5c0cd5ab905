"""Agreements in the provider's own ERP: followed by what it tells of the contract's invoices, decided by people."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from billing.agreements import accept, activate, follow_agreements, waits_for_first
from billing.negotiation import NegotiationPolicy
from core.db import Database
from models import utc_now
from models.alert import Alert
from models.contract import Contract
from models.invoice import Invoice
from models.negotiation import Negotiation
from tests.integration.debtors import Clock, a_debtor, at, desk_at, invoice, set_up
from tests.integration.test_agreements import DUE, OFFER, PARTS


@pytest.fixture
def clock(db: Database) -> Clock:
    """A debt agreed on for three instalments, which a person entered in the ERP."""
    set_up(db)
    a_debtor(db, 1, DUE, cents=11_000)
    with db.transaction() as session:
        row = accept(
            session, contract_ref="c-1", conversation_id=None, offer=OFFER, shown_text="termos", accepted_text="sim"
        )
        assert row is not None
        assert activate(session, row, enters=False)
    return desk_at(db, at("2026-09-01T10:00"))[1]


def told(db: Database, number: int, **changes: Any) -> None:
    """The ERP tells of this instalment."""
    part = PARTS[number]
    values = {"ref": f"erp-{number}", "number": f"{number}", "amount_cents": part.amount_cents, "due_date": part.due}
    with db.transaction() as session:
        contract_id = session.scalars(select(Contract.id)).one()
        session.add(Invoice(**{**values, "contract_id": contract_id, "seen_at": utc_now(), **changes}))


def state(db: Database) -> str:
    with db.reading() as session:
        return session.scalars(select(Negotiation.state)).one()


def alerts(db: Database) -> list[str]:
    with db.reading() as session:
        return list(session.scalars(select(Alert.kind).where(Alert.ended_at.is_(None))))


def test_it_is_kept_when_all_was_paid_there(db: Database, clock: Clock) -> None:
    for number in range(3):
        follow_agreements(0, db=db, now=clock)
        assert state(db) == "active"
        told(db, number, status="paid", paid_at=utc_now())
    for _ in range(2):
        follow_agreements(0, db=db, now=clock)
    assert state(db) == "kept"
    # What became of the old debt is the ERP's to say.
    assert (invoice(db, "i-1").status, invoice(db, "i-1").hold) == ("open", "negotiation")
    assert alerts(db) == []


def test_an_instalment_that_is_too_late_is_told_to_people_until_it_is_paid(db: Database, clock: Clock) -> None:
    told(db, 0, amount_cents=3_500, fine_cents=100, interest_cents=66)
    follow_agreements(0, db=db, now=clock)
    assert alerts(db) == []
    clock.now = at("2026-09-20T10:00")
    for _ in range(2):
        follow_agreements(0, db=db, now=clock)
    assert (alerts(db), state(db)) == (["agreement.late"], "active")
    invoice(db, "erp-0", status="paid", paid_at=utc_now())
    follow_agreements(0, db=db, now=clock)
    assert alerts(db) == []


def test_instalments_that_nobody_entered_are_missed(db: Database, clock: Clock) -> None:
    told(db, 0, amount_cents=9_990)
    clock.now = at("2026-09-20T10:00")
    follow_agreements(0, db=db, now=clock)
    assert alerts(db) == ["agreement.not_found"]


def test_the_first_instalment_that_was_paid_there_brings_the_signal_back(db: Database, clock: Clock) -> None:
    policy = NegotiationPolicy(release="first_instalment")
    with db.reading() as session:
        assert waits_for_first(session, "c-1", policy)
    told(db, 0, status="paid", paid_at=utc_now(), original_due_date=PARTS[0].due, due_date=date(2026, 9, 10))
    with db.reading() as session:
        assert not waits_for_first(session, "c-1", policy)
