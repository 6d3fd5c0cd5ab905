"""Money and an outside ERP that tell of a debt in an order of their own: nobody pays twice, nobody pays never."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from billing.reconciliation import Compared, reconcile
from billing.records import Invoice
from billing.suspension import paid
from core.db import Database
from models import utc_now
from models.alert import Alert
from models.invoice import Invoice as InvoiceRow
from models.payment import Payment
from tests.fake_erp import FakeErp
from tests.integration.debtors import at
from tests.integration.outside import Outside

FIRST, BLOCK, RELEASE = date(2026, 9, 11), "block_signal", "release_signal"


@pytest.fixture
def house(db: Database) -> Outside:
    return Outside(db)


def row(house: Outside) -> tuple[str, int, int]:
    with house.db.reading() as session:
        found = session.scalars(select(InvoiceRow)).one()
        return found.status, found.amount_cents, found.paid_cents


def alerts(house: Outside) -> set[str]:
    with house.db.reading() as session:
        return set(session.scalars(select(Alert.kind).where(Alert.ended_at.is_(None))))


def states(house: Outside) -> list[str]:
    with house.db.reading() as session:
        return list(session.scalars(select(Payment.state).order_by(Payment.id)))


def test_money_that_comes_while_the_invoice_is_missing_pays_it_once_it_is_back(house: Outside) -> None:
    house.go_to("2026-08-27T10:00")
    house.lose()
    house.pay()
    assert (states(house), alerts(house)) == (["unmatched"], {"payment.unmatched"})
    house.find()
    assert (house.read(), row(house), states(house)) == ((), ("paid", 11990, 11990), ["settled"])
    assert alerts(house) == set()
    house.go_to("2026-09-14T10:00")
    assert (house.notices(), house.jobs()) == ([("dropped", FIRST)], [])


def test_part_that_comes_while_the_invoice_is_missing_lowers_it_once_it_is_back(house: Outside) -> None:
    house.go_to("2026-08-27T10:00")
    house.lose()
    house.pay(5000)
    house.find()
    assert [one.amount_cents for one in house.read()] == [6990]
    assert (row(house), states(house)) == (("open", 6990, 5000), ["partial"])
    house.go_to("2026-09-14T10:00")
    assert (house.notices(), house.jobs()) == ([("noticed", FIRST)], [(BLOCK, "asked")])


def test_signal_comes_back_by_money_that_comes_while_the_invoice_is_missing(house: Outside) -> None:
    house.go_to("2026-08-27T10:00")
    house.go_to("2026-09-14T10:00")
    house.end(BLOCK)
    house.lose()
    house.pay(100, "a little")
    assert house.jobs() == [(BLOCK, "verified")]
    house.pay()
    house.end(RELEASE)
    house.find()
    assert (house.notices(), row(house)[0]) == ([("restored", FIRST)], "paid")


def test_debt_that_is_back_before_the_release_ends_suspends_again(house: Outside) -> None:
    house.go_to("2026-08-27T10:00")
    house.go_to("2026-09-14T10:00")
    house.end(BLOCK)
    house.lose()
    with house.db.transaction() as session:
        paid(session, "c-1002", house.clock())
    house.follow()
    house.find()
    house.work()
    house.end(RELEASE)
    house.go_to("2026-09-16T10:00")
    assert house.jobs() == [(BLOCK, "verified"), (RELEASE, "verified"), (BLOCK, "asked")]
    house.end(BLOCK)
    assert house.notices() == [("suspended", FIRST)]


def test_nobody_is_released_at_night_because_the_invoice_is_missing_just_then(house: Outside) -> None:
    house.go_to("2026-08-27T10:00")
    house.go_to("2026-09-14T10:00")
    house.end(BLOCK)
    house.clock.now = utc_now()
    asked: list[str] = []

    def compare() -> tuple[int, list[str]]:
        found = reconcile(
            Compared(house.db, house.mirror, lambda: None, lambda session, ref, cause: asked.append(ref))
        ).findings
        house.follow()
        return len(found), asked

    house.lose()
    assert (compare(), house.notices()) == ((0, []), [("suspended", FIRST)])
    with house.db.transaction() as session:
        session.execute(update(InvoiceRow).values(seen_at=utc_now() - timedelta(hours=73)))
    assert compare() == (1, ["c-1002"])


def test_payment_that_the_erp_took_out_first_is_not_taken_off_what_came_in_its_place(house: Outside) -> None:
    house.pay()
    house.erp.pay("i-1", house.clock())
    house.read()
    house.find()
    house.pay(name="pay-2")
    assert row(house)[0] == "paid"
    house.pay(reversed=True)
    assert (house.read(), row(house)) == ((), ("paid", 11990, 11990))


@pytest.mark.parametrize("taken_back", [False, True])
def test_answer_that_was_asked_for_before_another_changes_nothing_of_what_that_told(
    db: Database, taken_back: bool
) -> None:
    class Slow(FakeErp):
        house: Outside | None = None

        def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
            found = super().open_invoices(contract_ref)
            house, self.house = self.house, None
            if house:
                house.clock.pass_by(seconds=20)
                house.erp.pay("i-1", house.clock())
                house.read()
                if taken_back:
                    house.pay(reversed=True)
            return found

    erp = Slow()
    house = Outside(db, erp)
    house.pay()
    erp.house = house
    seen = house.read()
    house.clock.pass_by(minutes=5)
    if taken_back:
        house.read()
        assert (row(house)[0], alerts(house)) == ("open", {"payment.reversed"})
    else:
        assert (seen, row(house)[0], alerts(house)) == ((), "paid", set())


def test_erp_that_lists_nothing_around_each_midnight_does_not_put_the_suspension_off_for_ever(house: Outside) -> None:
    house.go_to("2026-08-27T10:00")
    for night in range(18):
        house.clock.now = at("2026-08-27T23:50") + timedelta(days=night)
        house.lose()
        house.clock.pass_by(minutes=25)
        house.find()
    house.go_to("2026-09-14T10:00")
    assert (house.notices(), house.jobs()) == ([("noticed", FIRST)], [(BLOCK, "asked")])


def test_part_that_the_erp_counts_already_is_nothing_to_be_entered(house: Outside) -> None:
    house.pay(5000)
    house.find(amount_cents=6990, paid_cents=5000)
    house.clock.pass_by(days=2)
    house.read()
    assert alerts(house) == set()


def test_part_that_the_erp_does_not_count_is_to_be_entered_and_not_once_it_is(house: Outside) -> None:
    house.pay(5000)
    house.clock.pass_by(days=2)
    house.read()
    assert alerts(house) == {"payment.not_entered"}
    house.find(amount_cents=6990, paid_cents=5000)
    assert alerts(house) == set()
