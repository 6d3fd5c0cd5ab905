"""An outside ERP mirrored: our rows follow its word, keep what only we know, and tell nothing old while it is away."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from billing.holds import hold
from billing.mirror import MirroredErp
from core.db import Database
from core.document import Document
from core.errors import Unreachable
from models import utc_now
from models.contract import Contract as ContractRow
from models.customer import Customer as CustomerRow
from models.customer import CustomerPhone
from models.invoice import Invoice as InvoiceRow
from tests.fake_erp import ALL, FakeErp
from tests.integration.billing_rows import contract_status
from tests.unit.billing.build import a_contract, a_customer, an_invoice

PHONE = "+5512981110002"
FRESH = timedelta(minutes=15)


@pytest.fixture
def erp() -> FakeErp:
    fake = FakeErp()
    fake.add(a_customer(), a_contract(), an_invoice())
    return fake


def mirrored(db: Database, erp: FakeErp, *, later: timedelta = timedelta()) -> MirroredErp:
    return MirroredErp(erp, db, FRESH, lambda: utc_now() + later)


def read_all(mirror: MirroredErp) -> None:
    mirror.find_by_phone(PHONE)
    mirror.contracts("bruno")
    mirror.open_invoices("c-1002")


def status_of_invoice(db: Database, ref: str = "i-1") -> str:
    with db.reading() as session:
        return session.scalars(select(InvoiceRow.status).where(InvoiceRow.ref == ref)).one()


def owners(db: Database) -> set[str]:
    with db.reading() as session:
        return set(session.scalars(select(CustomerRow.ref).join(CustomerPhone)))


def test_what_the_erp_tells_is_in_our_rows_and_read_again_changes_nothing(db: Database, erp: FakeErp) -> None:
    mirror = mirrored(db, erp)
    read_all(mirror)
    read_all(mirror)
    with db.reading() as session:
        assert session.scalars(select(CustomerRow.name)).all() == ["Bruno Lima"]
        assert session.scalars(select(CustomerPhone.match_key)).all() == [PHONE]
        assert session.scalars(select(ContractRow.status)).all() == ["blocked"]
        assert session.scalars(select(InvoiceRow.amount_cents)).all() == [11990]


def test_parallel_readers_of_one_customer_write_one_of_each(db: Database, erp: FakeErp) -> None:
    erp.add(a_contract(ref="c-2", number="2"), a_contract(ref="c-3", number="3"))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: read_all(mirrored(db, erp)), range(24)))
    with db.reading() as session:
        assert len(session.scalars(select(CustomerRow.id)).all()) == 1
        assert sorted(session.scalars(select(ContractRow.ref)).all()) == ["c-1002", "c-2", "c-3"]
        assert len(session.scalars(select(InvoiceRow.id)).all()) == 1


def test_phone_that_moved_to_another_customer_is_no_longer_the_first_ones(db: Database, erp: FakeErp) -> None:
    mirror = mirrored(db, erp)
    mirror.find_by_phone(PHONE)
    erp.add(a_customer(phones=()), a_customer(ref="ana", document=Document("cpf", "52998224725"), phones=(PHONE,)))
    assert [one.ref for one in mirror.find_by_phone(PHONE)] == ["ana"]
    assert owners(db) == {"ana"}
    erp.switch_off()
    assert [one.ref for one in mirror.find_by_phone(PHONE)] == ["ana"]


def test_two_customers_with_one_document_are_both_kept(db: Database, erp: FakeErp) -> None:
    erp.add(a_customer(ref="bruno-again"))
    assert {one.ref for one in mirrored(db, erp).find_by_phone(PHONE)} == {"bruno", "bruno-again"}
    assert owners(db) == {"bruno", "bruno-again"}


def test_customer_and_contracts_are_told_while_young_when_the_erp_is_away(db: Database, erp: FakeErp) -> None:
    read_all(mirrored(db, erp))
    erp.switch_off()
    mirror = mirrored(db, erp, later=timedelta(minutes=14))
    assert mirror.find_by_phone(PHONE)[0].name == "Bruno Lima"
    assert mirror.find_by_document(Document("cpf", "11144477735")) is not None
    assert [one.number for one in mirror.contracts("bruno")] == ["1002"]


def test_nothing_old_is_told_and_invoices_never_when_the_erp_is_away(db: Database, erp: FakeErp) -> None:
    read_all(mirrored(db, erp))
    erp.switch_off()
    with pytest.raises(Unreachable):
        mirrored(db, erp).open_invoices("c-1002")
    old = mirrored(db, erp, later=timedelta(minutes=16))
    for ask in (lambda: old.find_by_phone(PHONE), lambda: old.customer("bruno"), lambda: old.contracts("bruno")):
        with pytest.raises(Unreachable):
            ask()


def test_half_an_answer_is_not_told_when_one_who_shares_the_phone_is_old(db: Database, erp: FakeErp) -> None:
    erp.add(a_customer(ref="ana", document=Document("cpf", "52998224725")))
    mirrored(db, erp, later=-timedelta(hours=1)).find_by_phone(PHONE)
    mirrored(db, erp).customer("bruno")
    erp.switch_off()
    with pytest.raises(Unreachable):
        mirrored(db, erp).find_by_phone(PHONE)


def test_contract_that_the_erp_tells_no_more_is_cancelled_and_can_come_back(db: Database, erp: FakeErp) -> None:
    mirror = mirrored(db, erp)
    read_all(mirror)
    gone = erp.held.pop("c-1002")
    assert mirror.contracts("bruno") == ()
    assert contract_status(db) == "cancelled"
    erp.add(gone)
    mirror.contracts("bruno")
    assert contract_status(db) == "blocked"


def test_what_only_we_know_of_the_network_stays_and_is_in_the_answer(db: Database, erp: FakeErp) -> None:
    mirror = mirrored(db, erp)
    read_all(mirror)
    with db.transaction() as session:
        session.execute(update(ContractRow).values(olt="OLT-1", onu="HWTC00000001", area="Centro"))
    assert [(one.olt, one.onu, one.area) for one in mirror.contracts("bruno")] == [("OLT-1", "HWTC00000001", "Centro")]


def test_release_that_the_network_proved_stays_until_the_erp_says_something_new(db: Database, erp: FakeErp) -> None:
    mirror = mirrored(db, erp)
    read_all(mirror)
    with db.transaction() as session:
        session.execute(update(ContractRow).values(status="active"))
    assert mirror.contracts("bruno")[0].status == "active"
    erp.add(a_contract(status="active"))
    mirror.contracts("bruno")
    erp.add(a_contract(status="blocked"))
    assert mirror.contracts("bruno")[0].status == "blocked"


def test_answer_that_was_overtaken_does_not_undo_the_newer_one(db: Database, erp: FakeErp) -> None:
    mirrored(db, erp).customer("bruno")
    mirrored(db, erp).contracts("bruno")
    erp.add(a_contract(status="active"))
    mirrored(db, erp, later=-timedelta(minutes=1)).contracts("bruno")
    assert contract_status(db) == "blocked"


def test_invoice_that_is_not_open_any_more_becomes_paid_or_cancelled(db: Database, erp: FakeErp) -> None:
    erp.add(an_invoice(ref="i-2", number="F-2"))
    mirror = mirrored(db, erp)
    read_all(mirror)
    erp.pay("i-1", utc_now())
    del erp.invoices["i-2"]
    mirror.open_invoices("c-1002")
    assert (status_of_invoice(db), status_of_invoice(db, "i-2")) == ("paid", "cancelled")


def test_reading_that_dies_half_way_is_made_good_by_the_next_one(db: Database, erp: FakeErp) -> None:
    mirror = mirrored(db, erp)
    read_all(mirror)
    erp.pay("i-1", utc_now())

    def dies(name: str) -> None:
        if name == "paid_invoices":
            erp.switch_off()

    erp.before = dies
    mirror.open_invoices("c-1002")
    assert status_of_invoice(db) == "open"
    erp.before = lambda name: None
    erp.switch_on()
    mirror.open_invoices("c-1002")
    assert status_of_invoice(db) == "paid"


def test_contracts_find_their_customer_when_nobody_read_them_before(db: Database, erp: FakeErp) -> None:
    mirrored(db, erp).contracts("bruno")
    assert contract_status(db) == "blocked"


def test_erp_without_a_search_by_phone_recognises_those_it_told_of_before(db: Database, erp: FakeErp) -> None:
    blind = FakeErp(ALL - {"find_by_phone"})
    blind.add(a_customer())
    mirror = mirrored(db, blind)
    assert mirror.find_by_phone(PHONE) == ()
    mirror.customer("bruno")
    assert [one.ref for one in mirror.find_by_phone(PHONE)] == ["bruno"]
    blind.add(replace(a_customer(), phones=()))
    assert mirror.find_by_phone(PHONE) == ()


def test_second_copy_leaves_its_time_so_that_the_payment_is_looked_for(db: Database, erp: FakeErp) -> None:
    mirror = mirrored(db, erp)
    read_all(mirror)
    mirror.second_copy("i-1")
    with db.reading() as session:
        copied = session.scalars(select(InvoiceRow.copied_at)).one()
    assert copied is not None
    assert copied > datetime(2020, 1, 1, tzinfo=UTC)


def test_hold_of_ours_stays_with_its_time_however_often_the_invoice_is_read_again(db: Database, erp: FakeErp) -> None:
    mirror = mirrored(db, erp)
    read_all(mirror)
    with db.transaction() as session:
        assert hold(session, "i-1", "disputed", "joana")
        since = session.scalars(select(InvoiceRow.held_at)).one()
    erp.add(an_invoice(amount_cents=12990, hold="settling"))
    for _ in range(2):
        mirror.open_invoices("c-1002")
    with db.reading() as session:
        row = session.scalars(select(InvoiceRow)).one()
    assert (row.hold, row.held_at, row.amount_cents) == ("disputed", since, 12990)


def test_hold_that_the_erp_told_of_ends_when_it_tells_of_none(db: Database, erp: FakeErp) -> None:
    mirror = mirrored(db, erp)
    holds: list[str] = []
    read_all(mirror)
    for told in ("settling", ""):
        erp.add(an_invoice(hold=told))
        mirror.open_invoices("c-1002")
        with db.reading() as session:
            holds += session.scalars(select(InvoiceRow.hold)).all()
    assert holds == ["settling", ""]
