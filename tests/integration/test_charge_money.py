"""The money of a charge goes on moving: paid and given back, in parts and wholly; each movement is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import NamedTuple

import pytest
from sqlalchemy import update

from billing.charging import GatewayDesk
from billing.erps.local import LocalErp
from billing.local_store import SqlStore
from billing.provider_row import load_provider
from billing.settling import Cashier
from core.db import Database
from models import utc_now
from models.charge import Charge
from models.payment import Payment
from tests.contract.gateways.asaas_bank import AsaasBank
from tests.contract.gateways.rigs import asaas
from tests.integration.billing_rows import bruno_blocked
from tests.integration.doors import at_once, rows
from tests.integration.paying import alerts, invoice, late


class Till(NamedTuple):
    """A bank, and who reads its charges."""

    bank: AsaasBank
    cashier: Cashier


@pytest.fixture
def till(db: Database) -> Iterator[Till]:
    bruno_blocked(db, late(cents=10000))
    rig = asaas()
    assert isinstance(rig.bank, AsaasBank)
    desk = GatewayDesk(db, rig.gateway, "asaas")
    LocalErp(SqlStore(db), lambda: load_provider(db), charges=desk).second_copy("i-1")
    yield Till(rig.bank, Cashier(db, rig.gateway, "asaas"))
    rig.bank.close()


def look(db: Database, till: Till) -> None:
    """The chore, three days after the charge was made."""
    with db.transaction() as session:
        made = utc_now() - timedelta(days=3)
        session.execute(update(Charge).values(created_at=made, looked_at=None))
    till.cashier.poll()


def ledger(db: Database) -> list[tuple[str, int]]:
    return [(payment.state, payment.amount_cents) for payment in rows(db, Payment)]


def owed(db: Database) -> tuple[str, int, int]:
    row = invoice(db)
    return row.status, row.amount_cents, row.paid_cents


def test_charge_that_is_paid_in_parts_is_followed_until_the_last(db: Database, till: Till) -> None:
    for cents, ledger_then, owed_then in (
        (4000, [("partial", 4000)], ("open", 6000, 4000)),
        (7000, [("partial", 4000), ("partial", 3000)], ("open", 3000, 7000)),
        (10000, [("partial", 4000), ("partial", 3000), ("settled", 3000)], ("paid", 10000, 10000)),
    ):
        till.bank.pay("pay_0001", cents)
        for _ in range(2):
            look(db, till)
        assert (ledger(db), owed(db)) == (ledger_then, owed_then)


def test_charge_that_is_paid_again_is_doubled(db: Database, till: Till) -> None:
    for cents in (10000, 20000):
        till.bank.pay("pay_0001", cents)
        look(db, till)
    assert (ledger(db), owed(db)) == ([("settled", 10000), ("doubled", 10000)], ("paid", 10000, 10000))
    till.bank.give_part_back("pay_0001", 10000)
    look(db, till)
    assert (ledger(db)[2], owed(db)) == (("returned", 10000), ("paid", 10000, 10000))
    assert alerts(db) == {"payment.doubled"}


def test_part_that_went_back_opens_the_invoice_with_what_is_missing_and_calls_a_person(
    db: Database, till: Till
) -> None:
    till.bank.pay("pay_0001", 10000)
    look(db, till)
    till.bank.give_part_back("pay_0001", 2500)
    for _ in range(2):
        look(db, till)
    assert (ledger(db), owed(db)) == ([("settled", 10000), ("returned", 2500)], ("open", 2500, 7500))
    till.bank.give_part_back("pay_0001", 1000)
    look(db, till)
    assert (ledger(db)[2:], owed(db)) == ([("returned", 1000)], ("open", 3500, 6500))
    assert alerts(db) == {"payment.returned"}


def test_all_that_went_back_takes_every_part_back(db: Database, till: Till) -> None:
    for cents in (4000, 10000):
        till.bank.pay("pay_0001", cents)
        look(db, till)
    till.bank.give_back("pay_0001")
    for _ in range(2):
        look(db, till)
    assert (ledger(db), owed(db)) == ([("reversed", 4000), ("reversed", 6000)], ("open", 10000, 0))
    assert alerts(db) == {"payment.reversed"}


def test_charge_that_is_read_by_many_at_once_moves_once(db: Database, till: Till) -> None:
    till.bank.pay("pay_0001", 4000)
    look(db, till)
    till.bank.pay("pay_0001", 9000)
    till.bank.give_part_back("pay_0001", 1000)
    at_once([partial(look, db, till) for _ in range(4)], threads=4)
    assert ledger(db) == [("partial", 4000), ("partial", 5000), ("returned", 1000)]
    assert owed(db) == ("open", 2000, 8000)


def test_paid_charge_is_looked_at_ever_more_seldom(db: Database, till: Till) -> None:
    till.bank.pay("pay_0001", 10000)
    look(db, till)
    before = len(till.bank.asked)
    till.cashier.poll()
    assert len(till.bank.asked) == before
    with db.transaction() as session:
        session.execute(update(Charge).values(looked_at=utc_now() - timedelta(days=2)))
    till.cashier.poll()
    assert len(till.bank.asked) > before
