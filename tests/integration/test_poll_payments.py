"""Payments that are only known to an outside ERP: found where somebody waits for them, and told once."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, event, select, update
from sqlalchemy.orm import Session

import wiring_erp
from billing.erps.voalle import ERP
from billing.gateway import Settlement
from billing.mirror import MirroredErp
from billing.payments import FOLLOW, take_payment
from billing.poll_payments import PollPace, poll_payments
from core.dates import local_date
from core.db import Database
from models import utc_now
from models.alert import Alert
from models.contract import Contract
from models.invoice import Invoice
from models.outbox import Outbox
from models.payment import Payment
from models.provider import Provider
from tests.contract.erps.rigs.voalle import filled
from tests.contract.erps.scene import FABIO, ZONE
from tests.contract.erps.servers.voalle import Title, VoalleServer
from tests.fake_erp import FakeErp
from tests.integration.billing_rows import store_provider
from tests.unit.billing.build import a_contract, a_customer, an_invoice

AT_ONCE = PollPace(rest=timedelta())
ACTIVE = 1


@pytest.fixture
def erp(db: Database) -> FakeErp:
    """Bruno is blocked, and what he owes is known here."""
    store_provider(db)
    fake = FakeErp()
    fake.add(a_customer(), a_contract(), an_invoice())
    mirror = MirroredErp(fake, db, timedelta(minutes=15))
    mirror.contracts("bruno")
    mirror.open_invoices("c-1002")
    return fake


def poll(db: Database, erp: FakeErp, pace: PollPace = AT_ONCE) -> list[tuple[str, int]]:
    """What is told in one run."""
    heard: list[tuple[str, int]] = []

    def told(session: Session, paid: Settlement, ref: str) -> None:
        heard.append((ref, paid.amount_cents))
        row = {"amount_cents": paid.amount_cents, "state": "settled", "paid_at": paid.paid_at}
        session.add(Payment(source="fake", external_id=paid.external_id, invoice_ref=ref, **row))

    mirror = MirroredErp(erp, db, timedelta(minutes=15))
    poll_payments(0, db=db, erp=mirror, source="fake", told=told, pace=pace)
    return heard


def test_new_payment_is_told_once(db: Database, erp: FakeErp) -> None:
    assert poll(db, erp) == []
    erp.pay("i-1", utc_now())
    assert poll(db, erp) == [("i-1", 11990)]
    assert poll(db, erp) == []


def test_payment_that_another_reading_saw_first_is_told_all_the_same(db: Database, erp: FakeErp) -> None:
    erp.pay("i-1", utc_now())
    MirroredErp(erp, db, timedelta(minutes=15)).open_invoices("c-1002")
    assert poll(db, erp, PollPace()) == [("i-1", 11990)]


def test_payments_of_before_we_knew_the_customer_are_no_news(db: Database, erp: FakeErp) -> None:
    erp.add(an_invoice(ref="i-0", number="F-0"))
    erp.pay("i-0", utc_now())
    assert poll(db, erp) == []


def test_contract_is_left_alone_when_nobody_waits_or_it_was_just_read(db: Database, erp: FakeErp) -> None:
    erp.asked.clear()
    poll(db, erp, PollPace())
    erp.add(a_contract(status="active"))
    MirroredErp(erp, db, timedelta(minutes=15)).contracts("bruno")
    poll(db, erp)
    assert "open_invoices" not in erp.asked


def test_second_copy_is_followed_until_it_is_paid(db: Database, erp: FakeErp) -> None:
    erp.add(a_contract(status="active"))
    mirror = MirroredErp(erp, db, timedelta(minutes=15))
    mirror.contracts("bruno")
    mirror.second_copy("i-1")
    erp.pay("i-1", utc_now())
    assert poll(db, erp) == [("i-1", 11990)]


def test_run_ends_quietly_when_the_erp_is_away(db: Database, erp: FakeErp) -> None:
    erp.switch_off()
    assert poll(db, erp) == []


def test_payment_that_the_erp_tells_of_settles_and_is_followed_although_the_mirror_saw_it_first(
    db: Database, erp: FakeErp
) -> None:
    erp.pay("i-1", utc_now())
    mirror = MirroredErp(erp, db, timedelta(minutes=15))

    def told(session: Session, paid: Settlement, ref: str) -> None:
        take_payment(session, paid, source="fake", invoice_ref=ref)

    for _ in range(2):
        poll_payments(0, db=db, erp=mirror, source="fake", told=told, pace=AT_ONCE)
    with db.reading() as session:
        (payment,) = session.scalars(select(Payment))
        followed = session.scalars(select(Outbox.ref_id).where(Outbox.topic == FOLLOW)).all()
    assert (payment.state, payment.invoice_ref, payment.contract_ref) == ("settled", "i-1", "c-1002")
    assert followed == [payment.id]


def test_payment_of_one_of_several_contracts_is_found_where_the_erp_names_no_contract_of_it(db: Database) -> None:
    store_provider(db)
    server = filled(VoalleServer())
    contract_id = next(one.id for one in server.contracts.values() if one.person == 70002 and one.status == ACTIVE)
    server.titles[900] = Title(900, "FAT900", contract_id, date(2026, 11, 10), 9990)
    options = json.dumps({"url": server.url, "auth_url": server.url, **server.client})
    mirror = MirroredErp(wiring_erp.connect(ERP, options, db), db, timedelta(minutes=15))
    ref, heard = f"70002.{contract_id}", list[tuple[str, int]]()
    try:
        customer = mirror.find_by_document(FABIO)
        assert customer is not None
        assert len(mirror.contracts(customer.ref)) == 2
        mirror.open_invoices(ref)
        server.titles[900].status, server.titles[900].paid_on = "Paga", local_date(utc_now(), ZONE).isoformat()
        mirror.open_invoices(ref)
        poll_payments(
            0, db=db, erp=mirror, source="voalle", told=lambda _, paid, of: heard.append((of, paid.amount_cents))
        )
    finally:
        server.stop()
    assert heard == [(f"{ref}.900", 9990)]


def test_payment_that_the_erp_took_back_is_reversed_and_the_next_one_is_a_payment_of_its_own(
    db: Database, erp: FakeErp
) -> None:
    mirror = MirroredErp(erp, db, timedelta(minutes=15))

    def told(session: Session, paid: Settlement, ref: str) -> None:
        take_payment(session, paid, source="fake", invoice_ref=ref)

    for paid in (True, False, True):
        if paid:
            erp.pay("i-1", utc_now())
        else:
            erp.add(an_invoice())
        for _ in range(2):
            poll_payments(0, db=db, erp=mirror, source="fake", told=told, pace=AT_ONCE)
    with db.reading() as session:
        payments = session.scalars(select(Payment).order_by(Payment.id)).all()
        invoice = session.scalars(select(Invoice)).one()
        alerts = session.scalars(select(Alert.kind)).all()
    assert [(one.external_id, one.state) for one in payments] == [("fake:i-1", "reversed"), ("fake:i-1:2", "settled")]
    assert (invoice.status, invoice.amount_cents) == ("paid", 11990)
    assert alerts == ["payment.reversed"]


def test_payment_is_one_when_another_run_tells_it_between_the_look_and_the_name(db: Database, erp: FakeErp) -> None:
    erp.pay("i-1", utc_now())
    mirror = MirroredErp(erp, db, timedelta(minutes=15))
    mirror.open_invoices("c-1002")
    others: list[str] = []

    def told(session: Session, paid: Settlement, ref: str) -> None:
        take_payment(session, paid, source="fake", invoice_ref=ref)

    def run() -> None:
        poll_payments(0, db=db, erp=mirror, source="fake", told=told, pace=AT_ONCE)

    def other_run(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "count(*)" in statement and "payment" in statement and not others:
            others.append(statement)
            run()

    event.listen(Engine, "before_cursor_execute", other_run)
    try:
        run()
    finally:
        event.remove(Engine, "before_cursor_execute", other_run)
    with db.reading() as session:
        assert others
        assert [(one.external_id, one.state) for one in session.scalars(select(Payment))] == [("fake:i-1", "settled")]


def test_everybody_is_read_again_within_days_where_debts_are_collected(db: Database, erp: FakeErp) -> None:
    erp.add(a_contract(status="active"))
    MirroredErp(erp, db, timedelta(minutes=15)).contracts("bruno")
    with db.transaction() as session:
        session.execute(update(Provider).values(policies={"collections": {"enabled": True}}))
    for days, read in ((1, False), (3, True)):
        erp.asked.clear()
        with db.transaction() as session:
            session.execute(update(Contract).values(invoices_seen_at=utc_now() - timedelta(days=days)))
        poll(db, erp, PollPace())
        assert ("open_invoices" in erp.asked) == read
