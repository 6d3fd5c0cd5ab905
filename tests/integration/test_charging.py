"""A charge per invoice, whoever asks and whatever breaks; and its payment, from the door to the row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import update

from billing.billing_terms import BillingTerms
from billing.charging import GatewayDesk, register_charge
from billing.erps.local import LocalErp
from billing.gateway import Registered
from billing.local_store import SqlStore
from billing.provider_row import load_provider
from billing.records import SecondCopy
from billing.settling import Cashier
from core.dates import local_date
from core.db import Database
from core.errors import Refused, Unreachable
from models import utc_now
from models.alert import Alert
from models.charge import Charge
from models.invoice import Invoice as InvoiceRow
from models.payment import Payment
from models.webhook_event import WebhookEvent
from tests.contract.gateways.bank import LOST, PDF
from tests.contract.gateways.rigs import Rig, asaas
from tests.contract.gateways.test_gateway import ORDER
from tests.integration.billing_rows import bruno_blocked
from tests.integration.doors import at_once, planned, rows
from tests.unit.billing.build import an_invoice
from webhooks.payments import payments_blueprint, take_payments


@pytest.fixture
def rig(db: Database) -> Iterator[Rig]:
    due = local_date(utc_now(), "America/Sao_Paulo") + timedelta(days=5)
    bruno_blocked(db, an_invoice(due_date=due))
    rig = asaas()
    yield rig
    rig.bank.close()


def desk(db: Database, rig: Rig) -> GatewayDesk:
    return GatewayDesk(db, rig.gateway, "asaas")


def copy(db: Database, rig: Rig) -> SecondCopy:
    """A second copy as the bot asks for it."""
    return LocalErp(SqlStore(db), lambda: load_provider(db), charges=desk(db, rig)).second_copy("i-1")


def states(db: Database) -> list[str]:
    return [charge.state for charge in rows(db, Charge)]


def change(db: Database, **values: object) -> None:
    with db.transaction() as session:
        session.execute(update(InvoiceRow).values(**values))


def test_second_copy_is_what_the_bank_registered_and_is_registered_once(db: Database, rig: Rig) -> None:
    first = copy(db, rig)
    [charge] = rows(db, Charge)
    assert (first.pix, first.line, first.link, first.pdf) == (charge.pix, charge.line, charge.link, PDF)
    assert (copy(db, rig), rig.bank.created, states(db)) == (first, 1, ["open"])


def test_two_who_ask_at_once_get_one_charge(db: Database, rig: Rig) -> None:
    at_once([partial(copy, db, rig) for _ in range(4)], threads=4)
    assert (rig.bank.created, states(db)) == (1, ["open"])


def test_charge_whose_answer_was_lost_is_found_by_its_key(db: Database, rig: Rig) -> None:
    # The payer is there already, so that the lost answer is the charge's own.
    rig.gateway.create(ORDER)
    rig.bank.next_write.append(LOST)
    with pytest.raises(Unreachable):
        copy(db, rig)
    assert states(db) == ["asked"]
    copy(db, rig)
    assert (rig.bank.created, states(db)) == (2, ["open"])


def test_killed_between_the_row_and_the_call_it_is_registered_by_the_next(db: Database, rig: Rig) -> None:
    charged = desk(db, rig)
    [invoice] = SqlStore(db).invoices_of("c-1002")
    charge, order = charged._claim(invoice)
    assert order is not None
    rig.gateway.create(order)
    with db.transaction() as session:
        session.get_one(Charge, charge.id).changed_at = utc_now() - timedelta(minutes=5)
    copy(db, rig)
    assert (rig.bank.created, states(db)) == (1, ["open"])


def test_changed_amount_cancels_the_old_charge_and_makes_a_new_one(db: Database, rig: Rig) -> None:
    copy(db, rig)
    change(db, amount_cents=12500)
    copy(db, rig)
    assert states(db) == ["cancelled", "open"]
    assert [charge["deleted"] for charge in rig.bank.charges.values()] == [True, False]


def test_old_charge_that_was_paid_meanwhile_is_a_payment_and_no_new_charge(db: Database, rig: Rig) -> None:
    copy(db, rig)
    rig.pay("pay_0001", 11990)
    change(db, amount_cents=11000)
    with pytest.raises(Refused, match="invoice_not_open"):
        copy(db, rig)
    assert [payment.state for payment in rows(db, Payment)] == ["settled"]
    assert (rig.bank.created, states(db)) == (1, ["paid"])


def test_overdue_invoice_is_charged_for_today_and_stays_that_charge(db: Database, rig: Rig) -> None:
    today = local_date(utc_now(), "America/Sao_Paulo")
    change(db, due_date=today - timedelta(days=9))
    found = copy(db, rig)
    again = today + timedelta(days=BillingTerms().reissue_days)
    assert (found.invoice.due_date, found.invoice.overdue_days(today)) == (again, 9)
    copy(db, rig)
    assert rig.bank.created == 1


def test_charge_is_registered_before_anybody_asks(db: Database, rig: Rig) -> None:
    for _ in range(2):
        register_charge(rows(db, InvoiceRow)[0].id, db=db, desk=desk(db, rig))
    register_charge(rows(db, InvoiceRow)[0].id, db=db, desk=None)
    assert rig.bank.created == 1


def knock(db: Database, rig: Rig, body: bytes, kind: str = "asaas", headers: dict[str, str] | None = None) -> int:
    app = Flask("door")
    app.register_blueprint(payments_blueprint(db=db, gateways={"asaas": rig.gateway}))
    given = dict(rig.headers) if headers is None else headers
    return app.test_client().post(f"/webhooks/payments/{kind}", data=body, headers=given).status_code


def read(db: Database, rig: Rig) -> None:
    for id_ in planned(db, "take_payments"):
        take_payments(id_, db=db, cashier=Cashier(db, rig.gateway, "asaas"))


def test_webhook_told_twice_is_one_payment(db: Database, rig: Rig) -> None:
    copy(db, rig)
    rig.pay("pay_0001", 11990)
    for _ in range(2):
        assert knock(db, rig, rig.webhook("pay_0001")) == 200
    for _ in range(2):
        read(db, rig)
    assert [(p.state, p.source, p.amount_cents) for p in rows(db, Payment)] == [("settled", "asaas", 11990)]
    assert {event.state for event in rows(db, WebhookEvent)} == {"done"}


def test_webhook_that_lies_about_a_payment_counts_nothing(db: Database, rig: Rig) -> None:
    copy(db, rig)
    body = rig.webhook("pay_0001").replace(b"PENDING", b"RECEIVED")
    assert knock(db, rig, body) == 200
    read(db, rig)
    assert (rows(db, Payment), states(db)) == ([], ["open"])


def test_webhook_without_its_proof_is_refused_counted_and_not_stored(db: Database, rig: Rig) -> None:
    for headers in ({}, {"asaas-access-token": "errado"}):
        assert knock(db, rig, b"{}", headers=headers) == 401
    assert rows(db, WebhookEvent) == []
    assert [(alert.kind, alert.times) for alert in rows(db, Alert)] == [("payments.refused", 2)]


def test_unknown_gateway_and_too_large_a_body_are_refused(db: Database, rig: Rig) -> None:
    assert knock(db, rig, b"{}", kind="outro") == 404
    assert knock(db, rig, b" " * 300_000) == 413


def test_webhook_that_makes_no_sense_is_kept_and_told(db: Database, rig: Rig) -> None:
    assert knock(db, rig, b"{") == 200
    read(db, rig)
    assert [event.state for event in rows(db, WebhookEvent)] == ["invalid"]
    assert [alert.kind for alert in rows(db, Alert)] == ["payments.unread"]


def test_payment_whose_webhook_never_came_is_found_by_looking(db: Database, rig: Rig) -> None:
    copy(db, rig)
    rig.pay("pay_0001", 11990)
    cashier = Cashier(db, rig.gateway, "asaas")
    cashier.poll()
    assert rows(db, Payment) == []
    with db.transaction() as session:
        session.execute(update(Charge).values(created_at=utc_now() - timedelta(hours=1)))
    cashier.poll()
    assert [payment.state for payment in rows(db, Payment)] == ["settled"]


def test_nothing_is_held_open_while_the_bank_is_asked(db: Database, rig: Rig) -> None:
    copy(db, rig)
    seen = []
    pool = db.engine.pool
    before = pool.checkedout()  # type: ignore[attr-defined]
    state = rig.gateway.state

    def look(external_id: str) -> Registered:
        seen.append(pool.checkedout() - before)  # type: ignore[attr-defined]
        return state(external_id)

    rig.gateway.state = look  # type: ignore[method-assign]
    knock(db, rig, rig.webhook("pay_0001"))
    read(db, rig)
    assert seen == [0]
