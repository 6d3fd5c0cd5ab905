"""A payment is known once, whoever tells it and how often: what it pays, and what it ends."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy.orm import Session

from billing.payments import take_payment
from core.dates import local_date
from core.db import Database
from models import utc_now
from models.collection_step import CollectionStep
from models.network_job import NetworkJob
from models.payment import Payment
from models.suspension import Suspension
from tests.integration.billing_rows import bruno_blocked, store_unlock, unlock_row
from tests.integration.doors import at_once, planned, rows
from tests.integration.paying import PAID, alerts, bruno_writes, follow, invoice, late, money, out, take


def test_payment_settles_its_invoice_and_ends_what_hung_on_it(db: Database) -> None:
    bruno_blocked(db, late())
    unlock = store_unlock(db, state="active", ends_in=timedelta(hours=5))
    today = local_date(utc_now(), "America/Sao_Paulo")
    step = {"contract_ref": "c-1002", "customer_ref": "bruno", "due_on": today}
    with db.transaction() as session:
        session.add(CollectionStep(key="i-1:after", invoice_ref="i-1", step="after", **step))
        session.add(CollectionStep(key="i-9:after", invoice_ref="i-9", step="after", **step))
        session.add(Suspension(contract_ref="c-1002", invoice_ref="i-1", amount_cents=1, suspend_from=today))
    assert take(db, money()).state == "settled"
    row = invoice(db)
    assert (row.status, row.paid_at, row.amount_cents, row.paid_cents) == ("paid", PAID, 11990, 11990)
    assert unlock_row(db, unlock).state == "kept"
    assert [s.state for s in rows(db, CollectionStep)] == ["stopped", "planned"]
    follow(db)
    assert [s.state for s in rows(db, Suspension)] == ["dropped"]


def test_same_payment_told_by_many_at_once_is_one(db: Database) -> None:
    bruno_blocked(db, late())
    at_once([lambda: take(db, money()) for _ in range(8)], threads=8)
    assert [p.state for p in rows(db, Payment)] == ["settled"]
    assert len(planned(db, "payment_known")) == 1


def test_one_pix_told_by_two_sources_is_one_payment(db: Database) -> None:
    bruno_blocked(db, late())
    first = take(db, money(e2e_id="E123"))
    assert take(db, money(name="other", e2e_id="E123"), source="ixc").id == first.id


def test_two_payments_of_one_invoice_at_once_are_one_settled_and_one_doubled(db: Database) -> None:
    bruno_blocked(db, late())
    at_once([partial(take, db, money(name=f"pay-{n}")) for n in range(2)], threads=2)
    assert sorted(p.state for p in rows(db, Payment)) == ["doubled", "settled"]
    assert (alerts(db), invoice(db).paid_cents) == ({"payment.doubled"}, 11990)


def test_part_of_an_invoice_leaves_the_rest_open_until_that_comes_too(db: Database) -> None:
    bruno_blocked(db, late())
    bruno_writes(db)
    assert take(db, money(5000)).state == "partial"
    assert (invoice(db).status, invoice(db).amount_cents, invoice(db).paid_cents) == ("open", 6990, 5000)
    follow(db)
    assert rows(db, NetworkJob) == []
    assert "R$ 69,90" in out(db)[-1].text
    assert take(db, money(6990, "pay-2")).state == "settled"
    assert (invoice(db).status, invoice(db).amount_cents, invoice(db).paid_cents) == ("paid", 11990, 11990)


def test_reversed_payment_opens_the_invoice_again_and_blocks_nobody(db: Database) -> None:
    bruno_blocked(db, late())
    take(db, money())
    for _ in range(2):
        assert take(db, money(reversed=True)).state == "reversed"
    row = invoice(db)
    assert (row.status, row.amount_cents, row.paid_cents, row.paid_at) == ("open", 11990, 0, None)
    assert alerts(db) == {"payment.reversed"}
    follow(db)
    assert rows(db, NetworkJob) == []


def test_reversal_that_comes_before_its_payment_wins(db: Database) -> None:
    bruno_blocked(db, late())
    take(db, money(reversed=True))
    assert take(db, money()).state == "reversed"
    assert invoice(db).status == "open"


def test_payment_that_belongs_to_nothing_is_kept_for_a_person(db: Database) -> None:
    bruno_blocked(db, late())
    assert take(db, money(charge_id="pay-of-a-stranger"), invoice_ref=None).state == "unmatched"
    assert (alerts(db), planned(db, "payment_known")) == ({"payment.unmatched"}, [])


def test_killed_while_it_is_written_down_nothing_of_it_is_there(db: Database) -> None:
    bruno_blocked(db, late())

    class Killed(Exception):
        pass

    def die(session: Session) -> None:
        take_payment(session, money(), source="asaas", invoice_ref="i-1")
        raise Killed

    with pytest.raises(Killed), db.transaction() as session:
        die(session)
    assert (rows(db, Payment), invoice(db).status, planned(db, "payment_known")) == ([], "open", [])
    assert take(db, money()).state == "settled"
