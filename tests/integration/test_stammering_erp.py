"""An ERP that lists an invoice in one reading and not in the next: no notice is lost for it, and none restarted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from core.db import Database
from models.network_job import NetworkJob
from tests.integration.debtors import at, steps
from tests.integration.outside import DUE, NOTICE, Outside
from tests.unit.billing.build import an_invoice

# A Friday: the block comes on Monday, the 14th.
FIRST, BLOCK, RELEASE = date(2026, 9, 11), "block_signal", "release_signal"


@pytest.fixture
def house(db: Database) -> Outside:
    return Outside(db)


def test_notice_goes_out_once_the_invoice_is_back_when_it_was_missing_on_its_day(house: Outside) -> None:
    house.lose()
    house.go_to("2026-08-27T10:00")
    assert house.sent() == 0
    house.find()
    house.go_to("2026-08-27T11:00")
    assert (house.sent(), house.notices()) == (1, [("noticed", FIRST)])


def test_notice_that_was_planned_waits_while_the_invoice_is_missing(house: Outside) -> None:
    missing = house.erp.invoices["i-1"]

    def goes(name: str) -> None:
        house.erp.invoices.pop("i-1", None)

    house.erp.before = goes
    house.go_to("2026-08-27T10:00")
    assert [row.state for row in steps(house.db, step=NOTICE)] == ["planned"]
    house.erp.before = lambda name: None
    house.erp.add(missing)
    house.go_to("2026-08-27T11:00")
    house.go_to("2026-08-28T11:00")
    assert [row.state for row in steps(house.db, step=NOTICE)] == ["sent"]
    assert house.notices() == [("noticed", FIRST)]


def test_days_of_a_notice_run_on_when_the_invoice_was_missing_for_hours(house: Outside) -> None:
    house.go_to("2026-08-27T10:00")
    house.clock.now = at("2026-09-02T09:00")
    house.lose()
    house.go_to("2026-09-02T12:00")
    house.find()
    house.go_to("2026-09-10T10:00")
    assert (house.sent(), house.notices(), house.jobs()) == (1, [("noticed", FIRST)], [])
    house.go_to("2026-09-14T10:00")
    assert house.jobs() == [(BLOCK, "asked")]


def test_days_on_which_it_could_not_be_paid_do_not_count(house: Outside) -> None:
    house.go_to("2026-08-27T10:00")
    house.clock.now = at("2026-09-08T22:00")
    house.lose()
    house.clock.now = at("2026-09-11T09:00")
    house.find()
    assert house.notices() == [("noticed", FIRST + timedelta(days=3))]
    house.go_to("2026-09-11T10:00")
    assert (house.sent(), house.jobs()) == (1, [])
    house.go_to("2026-09-14T10:00")
    assert house.jobs() == [(BLOCK, "asked")]


def test_nobody_is_suspended_while_the_invoice_is_missing_on_the_day_and_is_once_it_is_back(house: Outside) -> None:
    house.go_to("2026-08-27T10:00")
    house.clock.now = at("2026-09-14T09:00")
    house.lose()
    house.go_to("2026-09-14T09:30")
    assert (house.jobs(), house.notices()) == ([], [("noticed", FIRST)])
    house.find()
    house.go_to("2026-09-14T10:00")
    assert house.jobs() == [(BLOCK, "asked")]


def test_block_that_waits_is_given_up_when_the_invoice_goes_missing_and_asked_again_once_it_is_back(
    house: Outside,
) -> None:
    house.go_to("2026-08-27T10:00")
    house.go_to("2026-09-14T10:00")
    house.lose()
    house.follow()
    assert house.jobs() == [(BLOCK, "cancelled")]
    house.find()
    with house.db.transaction() as session:
        session.execute(update(NetworkJob).values(finished_at=house.clock()))
    house.go_to("2026-09-16T10:00")
    assert house.jobs() == [(BLOCK, "cancelled"), (BLOCK, "asked")]
    assert (house.sent(), house.notices()) == (1, [("noticed", FIRST)])


@pytest.mark.parametrize("back", [False, True])
def test_block_that_ended_while_the_invoice_was_missing_is_undone_and_the_notice_stays(
    house: Outside, back: bool
) -> None:
    house.go_to("2026-08-27T10:00")
    house.go_to("2026-09-14T10:00")
    with house.db.transaction() as session:
        session.execute(update(NetworkJob).values(state="running"))
    house.lose()
    house.end(BLOCK)
    if back:
        house.find()
    house.follow()
    assert house.jobs() == [(BLOCK, "verified"), (RELEASE, "asked")]
    house.end(RELEASE)
    house.find()
    house.go_to("2026-09-16T10:00")
    assert house.jobs()[2:] == [(BLOCK, "asked")]
    house.end(BLOCK)
    assert house.notices() == [("suspended", FIRST)]


def test_notice_ends_when_the_invoice_is_missing_for_good(house: Outside) -> None:
    house.go_to("2026-08-27T10:00")
    house.clock.now = at("2026-09-10T09:00")
    house.lose()
    for moment, state in (("2026-09-11T10:00", "noticed"), ("2026-09-14T10:00", "dropped")):
        house.go_to(moment)
        assert house.notices() == [(state, FIRST)]
    assert (house.sent(), house.jobs()) == (1, [])


def test_step_that_waits_is_stopped_when_the_invoice_is_missing_for_good(house: Outside) -> None:
    house.erp.before = lambda name: house.erp.invoices.pop("i-1", None)
    for moment, state in (("2026-08-27T10:00", "planned"), ("2026-08-31T10:00", "stopped")):
        house.go_to(moment)
        assert [row.state for row in steps(house.db, step=NOTICE)] == [state]


@pytest.mark.parametrize("dropped", [False, True])
def test_invoice_that_was_given_up_and_is_back_gets_a_new_notice_and_new_days(house: Outside, dropped: bool) -> None:
    house.go_to("2026-08-27T10:00")
    house.clock.now = at("2026-09-08T09:00")
    house.lose()
    if dropped:
        house.go_to("2026-09-14T09:00")
    house.clock.now = at("2026-09-14T10:00")
    house.find()
    house.work()
    assert house.sent() == 2
    assert house.notices() == [("dropped", FIRST), ("noticed", date(2026, 9, 29))]
    house.go_to("2026-09-28T10:00")
    assert house.jobs() == []
    house.go_to("2026-09-29T10:00")
    assert house.jobs() == [(BLOCK, "asked")]


@pytest.mark.parametrize("changes", [{"number": "F-9"}, {"amount_cents": 19990}])
def test_another_debt_under_the_same_name_has_a_notice_of_its_own(house: Outside, changes: dict[str, object]) -> None:
    house.go_to("2026-08-27T10:00")
    house.clock.now = at("2026-09-08T09:00")
    house.lose()
    house.find(**changes)
    house.go_to("2026-09-08T10:00")
    assert house.notices() == [("dropped", FIRST), ("noticed", date(2026, 9, 23))]


def test_interest_that_came_on_top_meanwhile_changes_no_notice(house: Outside) -> None:
    house.go_to("2026-08-27T10:00")
    house.lose()
    house.find(amount_cents=12350, fine_cents=240, interest_cents=120)
    house.work()
    assert (house.sent(), house.notices()) == (1, [("noticed", FIRST)])


def test_notice_ends_at_once_when_the_erp_says_that_it_is_paid(house: Outside) -> None:
    house.go_to("2026-08-27T10:00")
    house.erp.pay("i-1", house.clock())
    house.go_to("2026-09-14T10:00")
    assert (house.notices(), house.jobs()) == ([("dropped", FIRST)], [])


def test_notice_waits_while_it_cannot_be_read_whether_the_missing_invoice_was_paid(house: Outside) -> None:
    house.go_to("2026-08-27T10:00")

    def dies(name: str) -> None:
        house.erp.switch_off() if name == "paid_invoices" else house.erp.switch_on()

    house.erp.invoices.clear()
    house.erp.before = dies
    house.go_to("2026-09-14T10:00")
    assert (house.notices(), house.jobs()) == ([("noticed", FIRST)], [])
    house.erp.before = lambda name: house.erp.switch_on()
    house.erp.add(an_invoice(due_date=DUE))
    house.go_to("2026-09-14T11:00")
    assert house.jobs() == [(BLOCK, "asked")]
