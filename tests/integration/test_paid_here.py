"""A payment that we know before the outside ERP does: it counts meanwhile, and people hear of it where that lasts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from billing.gateway import Settlement
from billing.payments import take_payment
from billing.poll_payments import PollPace, poll_payments
from billing.records import Invoice
from core.db import Database
from core.errors import Refused
from models import utc_now
from models.alert import Alert
from models.invoice import Invoice as InvoiceRow
from models.payment import Payment
from models.provider import Provider
from tests.fake_erp import FakeErp
from tests.integration.debtors import at, steps
from tests.integration.outside import DUE, NOTICE, Outside, all_unread
from tests.integration.paying import money

BLOCK, RELEASE = "block_signal", "release_signal"


@pytest.fixture
def house(db: Database) -> Outside:
    return Outside(db)


def poll(house: Outside) -> list[str]:
    """What the ERP tells of payments: their names."""
    heard: list[str] = []

    def told(session: Any, paid: Settlement, ref: str) -> None:
        heard.append(("-" if paid.reversed else "") + paid.external_id)
        take_payment(session, paid, source="fake", invoice_ref=ref)

    all_unread(house.db)
    pace = PollPace(rest=timedelta())
    poll_payments(0, db=house.db, erp=house.mirror, source="fake", told=told, pace=pace)
    return heard


def row(house: Outside) -> tuple[str, int, int]:
    with house.db.reading() as session:
        found = session.scalars(select(InvoiceRow)).one()
        return found.status, found.amount_cents, found.paid_cents


def alerts(house: Outside) -> set[str]:
    with house.db.reading() as session:
        return set(session.scalars(select(Alert.kind).where(Alert.ended_at.is_(None))))


def test_it_is_not_owed_charged_or_noticed_while_the_erp_tells_it_as_open(house: Outside) -> None:
    house.pay()
    assert house.read() == ()
    assert row(house) == ("paid", 11990, 11990)
    with pytest.raises(Refused, match="invoice_not_open"):
        house.mirror.second_copy("i-1")
    house.go_to("2026-08-27T10:00")
    assert (steps(house.db), poll(house), row(house)[0], alerts(house)) == ([], [], "paid", set())


def test_step_that_was_planned_is_stopped_by_it(house: Outside) -> None:
    house.go_to("2026-08-26T18:00")
    house.pay()
    house.go_to("2026-08-27T10:00")
    assert [one.step for one in steps(house.db, state="sent") if one.step == NOTICE] == []


def test_notice_ends_and_nobody_is_suspended(house: Outside) -> None:
    house.go_to("2026-08-27T10:00")
    house.pay()
    house.go_to("2026-09-14T10:00")
    assert (house.notices(), house.jobs()) == ([("dropped", date(2026, 9, 11))], [])


def test_signal_comes_back_although_the_erp_does_not_know_why(house: Outside) -> None:
    house.go_to("2026-08-27T10:00")
    house.go_to("2026-09-14T10:00")
    house.end(BLOCK)
    house.pay()
    house.end(RELEASE)
    assert house.jobs() == [(BLOCK, "verified"), (RELEASE, "verified")]
    assert house.notices() == [("restored", date(2026, 9, 11))]


def test_payment_that_comes_while_the_erp_is_read_is_not_overwritten(db: Database) -> None:
    class PaidMeanwhile(FakeErp):
        house: Outside | None = None

        def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
            found = super().open_invoices(contract_ref)
            if self.house:
                with self.house.db.transaction() as session:
                    take_payment(session, money(), source="asaas", invoice_ref="i-1")
            return found

    erp = PaidMeanwhile()
    house = Outside(db, erp)
    erp.house = house
    assert house.read() == ()
    assert row(house)[0] == "paid"


def test_people_are_told_once_the_erp_had_its_time_and_no_more_when_it_knows(house: Outside) -> None:
    house.pay()
    house.clock.pass_by(hours=23)
    house.read()
    assert alerts(house) == set()
    house.clock.pass_by(hours=1)
    assert (house.read(), alerts(house), row(house)[0]) == ((), {"payment.not_entered"}, "paid")
    house.erp.pay("i-1", house.clock())
    house.read()
    assert (alerts(house), row(house)[0]) == (set(), "paid")
    with house.db.reading() as session:
        assert session.scalars(select(Payment.entered_at)).one() == house.clock()
    assert poll(house) == []


def test_contract_is_read_until_the_erp_knows_the_payment(house: Outside) -> None:
    house.pay()
    with house.db.transaction() as session:
        session.execute(update(Payment).values(known_at=utc_now()))
        # Else every contract is read in its turn.
        session.execute(update(Provider).values(policies={"collections": {"enabled": False}}))
    house.erp.asked.clear()
    poll(house)
    assert house.erp.asked == ["open_invoices"]
    house.erp.pay("i-1", house.clock())
    poll(house)
    house.erp.asked.clear()
    poll(house)
    assert house.erp.asked == []


def test_its_word_counts_and_people_are_told_when_it_knew_the_payment_and_says_open_again(house: Outside) -> None:
    house.pay()
    house.erp.pay("i-1", house.clock())
    house.read()
    house.find()
    assert [one.ref for one in house.read()] == ["i-1"]
    assert (row(house)[0], alerts(house)) == ("open", {"payment.reversed"})


def test_invoice_is_open_again_when_the_payment_is_taken_back_before_the_erp_knew_it(house: Outside) -> None:
    house.pay()
    house.clock.pass_by(days=2)
    house.read()
    house.pay(reversed=True)
    assert (row(house), alerts(house)) == (("open", 11990, 0), {"payment.reversed"})
    assert [one.ref for one in house.read()] == ["i-1"]
    assert row(house) == ("open", 11990, 0)
    house.erp.pay("i-1", house.clock())
    assert row(house)[0] == "open"


@pytest.mark.parametrize("seen", [True, False])
def test_it_stays_open_when_the_erp_goes_on_saying_paid_after_the_payment_was_taken_back(
    house: Outside, seen: bool
) -> None:
    house.pay()
    house.erp.pay("i-1", house.clock())
    if seen:
        house.read()
    house.pay(reversed=True)
    assert (poll(house), row(house)[0], alerts(house)) == ([], "open", {"payment.reversed"})
    house.find()
    assert (poll(house), row(house)) == ([], ("open", 11990, 0))


def test_payment_that_the_erp_tells_of_after_one_was_taken_back_counts(house: Outside) -> None:
    house.pay()
    house.pay(reversed=True)
    house.read()
    house.erp.pay("i-1", at("2026-11-20T10:00"))
    house.read()
    assert row(house)[0] == "paid"


def test_part_that_was_given_back_is_missing_although_the_erp_says_paid(house: Outside) -> None:
    house.pay(charge_id="c1")
    house.erp.pay("i-1", house.clock())
    house.read()
    house.pay(1000, "pay-1-1000", returned=True, charge_id="c1")
    house.read()
    assert row(house) == ("open", 1000, 10990)


@pytest.mark.parametrize("there", [{}, {"amount_cents": 6990}, {"amount_cents": 6990, "paid_cents": 5000}])
def test_only_the_rest_is_owed_after_a_part_whether_the_erp_knows_of_it_or_not(
    house: Outside, there: dict[str, int]
) -> None:
    house.pay(5000)
    house.find(**there)
    for _ in range(2):
        assert [(one.amount_cents, one.paid_cents) for one in house.read()] == [(6990, 5000)]
    assert row(house) == ("open", 6990, 5000)
    house.pay(6990, "pay-2")
    assert (house.read(), row(house)) == ((), ("paid", 11990, 11990))


def test_all_is_owed_again_when_the_part_is_taken_back(house: Outside) -> None:
    house.pay(5000)
    house.read()
    house.pay(5000, reversed=True)
    assert row(house) == ("open", 11990, 0)
    assert [one.amount_cents for one in house.read()] == [11990]


def test_second_copy_of_what_is_owed_is_given_as_ever(house: Outside) -> None:
    assert house.mirror.second_copy("i-1").invoice.due_date == DUE
