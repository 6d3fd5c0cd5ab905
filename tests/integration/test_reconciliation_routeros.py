"""The nightly comparison of a provider whose only network is a MikroTik."""

from __future__ import annotations

from dataclasses import replace

from billing.reconciliation import reconcile
from core.db import Database
from models.device import Device
from provisioning.access_side import listing_of
from provisioning.devices import DevicePlant
from tests.integration.billing_rows import store, store_provider
from tests.integration.onu_rows import VAULT
from tests.integration.routeros_server import PASSWORD, USER, RouterOsServer
from tests.integration.test_reconciliation import LATE, compared
from tests.unit.billing.build import a_contract, a_customer

LOGIN = "Bruno.Lima"


def a_router(db: Database, server: RouterOsServer) -> None:
    """The one access device of the provider, where the login has an address of its own."""
    server.tables.add("/ppp/secret", name=LOGIN, profile="fibra", disabled="no", remote_address="100.64.0.10")
    fields = {"host": "127.0.0.1", "port": str(server.port), "user": USER}
    secrets = VAULT.lock({"password": PASSWORD})
    with db.transaction() as session:
        session.add(Device(name="borda", kind="routeros", role="access", fields=fields, secrets=secrets))


def test_who_is_blocked_on_the_router_and_owes_nothing_is_found(db: Database) -> None:
    store_provider(db)
    store(db, [a_customer()], [replace(a_contract(status="active"), pppoe_login=LOGIN)], [])
    with RouterOsServer() as server:
        a_router(db, server)
        access = listing_of(DevicePlant(db, VAULT, None).access())
        assert access
        access.set_blocked(LOGIN, True, lambda line: None)
        report = reconcile(compared(db, sorted(access.held_back())))
    assert report.network
    assert [(found.kind, found.subject) for found in report.findings] == [("paid_but_blocked", "c-1002")]


def test_a_debtor_who_is_blocked_on_the_router_agrees(db: Database) -> None:
    store_provider(db)
    store(db, [a_customer()], [replace(a_contract(), pppoe_login=LOGIN)], [LATE])
    with RouterOsServer() as server:
        a_router(db, server)
        access = listing_of(DevicePlant(db, VAULT, None).access())
        assert access
        access.set_blocked(LOGIN, True, lambda line: None)
        report = reconcile(compared(db, sorted(access.held_back())))
    assert report.findings == ()
