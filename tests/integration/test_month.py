"""A month, day by day, over a thousand customers: ledger, network and ERP agree with books that were kept beside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from freezegun.api import FrozenDateTimeFactory

from core.db import Database
from stores import EmbeddedPostgres
from tests.contract.erps.servers.ixc import IxcServer
from tests.integration.month_days import Month, clock
from tests.integration.month_ixc import IxcOffice
from tests.integration.month_office import LocalOffice
from tests.integration.month_people import DEBTS
from tests.integration.month_works import SETTINGS
from tests.integration.month_world import Network

__all__ = ["clock"]


@pytest.fixture
def ixc() -> Iterator[IxcServer]:
    server = IxcServer()
    yield server
    server.stop()


@pytest.mark.timeout(600)
def test_month_of_a_thousand_customers_ends_with_ledger_network_and_erp_in_agreement(
    db: Database, postgres: EmbeddedPostgres, clock: FrozenDateTimeFactory, tmp_path: Path
) -> None:
    numbers = range(1, 1001)
    network = Network(postgres, "month_radius", numbers)
    month = Month(db, LocalOffice(db), network, clock, tmp_path, numbers)
    month.live_all()
    month.judge()
    # It was a month in which all of it happened.
    assert min(month.people.done.values()) > 10
    assert (len(month.blocks) > 50, month.works.killed > 10, month.works.repeated > 10) == (True, True, True)


@pytest.mark.timeout(600)
def test_month_over_an_outside_erp_that_is_only_polled_ends_with_ledger_network_and_erp_in_agreement(
    db: Database, postgres: EmbeddedPostgres, clock: FrozenDateTimeFactory, tmp_path: Path, ixc: IxcServer
) -> None:
    numbers = range(1, 61)
    office = IxcOffice(db, ixc, SETTINGS)
    network = Network(postgres, "month_ixc", numbers)
    # An agreement is entered there by people.
    debts = [way for way in DEBTS if not way.startswith("agrees")]
    month = Month(db, office, network, clock, tmp_path, numbers, owing=3, debts=debts)
    month.live_all()
    month.judge()
    assert office.titles() == office.wanted()
    assert {"payments", "reversed", "contested", "unlocks"} <= month.people.done.keys()
    assert (len(month.blocks) > 5, month.works.killed > 0, month.works.repeated > 0) == (True, True, True)
