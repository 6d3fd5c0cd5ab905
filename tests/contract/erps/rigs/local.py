"""The local ERP over rows in memory, and over PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from billing.erps.local import LocalErp
from billing.fake_store import FakeStore
from billing.local_store import SqlStore
from billing.provider_row import load_provider
from core.db import Database
from tests.contract.erps.scene import CONTRACTS, CUSTOMERS, INVOICES, Rig
from tests.integration import billing_rows
from tests.unit.billing.build import a_provider


def in_memory(_: pytest.FixtureRequest) -> Rig:
    store = FakeStore(CUSTOMERS, CONTRACTS, INVOICES)
    return Rig(LocalErp(store, a_provider), lambda ref: store.pay(ref, datetime(2026, 11, 22, tzinfo=UTC)))


def over_postgresql(request: pytest.FixtureRequest) -> Rig:
    db: Database = request.getfixturevalue("db")
    billing_rows.store_provider(db)
    billing_rows.store(db, CUSTOMERS, CONTRACTS, INVOICES)
    return Rig(LocalErp(SqlStore(db), lambda: load_provider(db)), lambda ref: billing_rows.pay(db, ref))


RIGS = {"local": in_memory, "local over PostgreSQL": over_postgresql}
