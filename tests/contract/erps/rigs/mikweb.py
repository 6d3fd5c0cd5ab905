"""MikWeb over its server."""

from __future__ import annotations

import pytest

from billing.erp_kind import Connecting
from billing.erps.mikweb import ERP
from core.field import fill_in
from core.http import make_session
from tests.contract.erps.scene import CONTRACTS, CUSTOMERS, INVOICES, ZONE, Rig
from tests.contract.erps.server import Asked
from tests.contract.erps.servers.mikweb import ROOT, Billing, Contract, Customer, MikWebServer

FIRST_CUSTOMER, FIRST_CONTRACT, FIRST_BILLING = 1993147, 40001, 880001


def filled(server: MikWebServer) -> MikWebServer:
    """The scene: Bruno's document is masked, Fábio's is not; one amount is text; pages hold two rows."""
    owners = {one.ref: FIRST_CUSTOMER + at for at, one in enumerate(CUSTOMERS)}
    of_contract = {one.ref: owners[one.customer_ref] for one in CONTRACTS}
    for one in CUSTOMERS:
        written = one.document.number if one.ref == "fabio" else one.document.formatted
        street = next(c.address for c in CONTRACTS if c.customer_ref == one.ref).split(", ")
        address = (street[0], street[1], street[2])
        phones = (one.phones[0].removeprefix("+55"), f"({one.phones[1][3:5]}) {one.phones[1][5:9]}-{one.phones[1][9:]}")
        ident = owners[one.ref]
        server.customers[ident] = Customer(ident, one.name, written, phones, address)
    for at, contract in enumerate(CONTRACTS):
        server.contracts[FIRST_CONTRACT + at] = Contract(
            FIRST_CONTRACT + at,
            int(contract.number),
            of_contract[contract.ref],
            "cancelled" if contract.status == "cancelled" else "active",
            "access_blocked" if contract.status == "blocked" else "access_activated",
            contract.plan,
            f"{contract.monthly_fee_cents / 100:.2f}",
        )
    for at, invoice in enumerate(INVOICES):
        cents = invoice.amount_cents
        server.billings[FIRST_BILLING + at] = Billing(
            FIRST_BILLING + at,
            of_contract[invoice.contract_ref],
            f"{cents / 100:.2f}" if at == 0 else cents / 100,
            invoice.due_date,
            cents,
            situation="Pago" if invoice.paid_at else "Aberto",
            paid_on=invoice.paid_at.date().isoformat() if invoice.paid_at else None,
            paid=cents / 100 if invoice.paid_at else None,
        )
    server.most_per_page = 2
    return server


def connecting(server: MikWebServer, **changes: str) -> Connecting:
    given = {"url": f"{server.url}{ROOT}", "token": server.token, **changes}
    return Connecting(fill_in(ERP.fields, given), make_session(), ZONE)


def over_http(request: pytest.FixtureRequest) -> Rig:
    server = filled(MikWebServer())
    request.addfinalizer(server.stop)

    def pay(ref: str) -> None:
        billing = server.billings[int(ref.rpartition(".")[2])]
        billing.situation, billing.paid_on, billing.paid = "Pago", "2026-11-22", billing.value

    return Rig(
        ERP.connect(connecting(server)),
        pay,
        server=server,
        secrets=(server.token, "pppoe-s3cr3t"),
        write_path=_writes,
    )


def _writes(asked: Asked) -> bool:
    return asked.method == "POST"


RIGS = {"mikweb": over_http}
