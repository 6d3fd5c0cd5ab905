"""Voalle over its server."""

from __future__ import annotations

import pytest

from billing.erp_kind import Connecting
from billing.erps.voalle import ERP
from core.field import fill_in
from core.http import make_session
from tests.contract.erps.papers import a_pix
from tests.contract.erps.scene import CONTRACTS, CUSTOMERS, INVOICES, ZONE, Rig
from tests.contract.erps.server import Asked
from tests.contract.erps.servers.voalle import API, BLOCKED, Contract, Person, Title, VoalleServer

STATUS = {"active": 1, "blocked": 6, "cancelled": 4}
FIRST_PERSON, FIRST_CONTRACT, FIRST_TITLE = 70001, 501, 123001


def filled(server: VoalleServer) -> VoalleServer:
    """The scene: Fábio's document is masked, and some amounts are text."""
    people = {one.ref: FIRST_PERSON + at for at, one in enumerate(CUSTOMERS)}
    contracts = {one.ref: FIRST_CONTRACT + at for at, one in enumerate(CONTRACTS)}
    for one in CUSTOMERS:
        ident = people[one.ref]
        phones = (f"({one.phones[0][3:5]}) {one.phones[0][5:-4]}-{one.phones[0][-4:]}", one.phones[1][3:])
        server.people[ident] = Person(ident, one.document.number, one.name, phones, masked=one.ref == "fabio")
    for contract in CONTRACTS:
        ident = contracts[contract.ref]
        server.contracts[ident] = Contract(
            ident,
            int(contract.number),
            people[contract.customer_ref],
            STATUS[contract.status],
            contract.plan,
            contract.monthly_fee_cents,
            contract.address,
        )
    for at, invoice in enumerate(INVOICES):
        ident = FIRST_TITLE + at
        paid = invoice.paid_at.date().isoformat() if invoice.paid_at else None
        server.titles[ident] = Title(
            ident,
            invoice.number,
            contracts[invoice.contract_ref],
            invoice.due_date,
            invoice.amount_cents,
            status="Paga" if paid else "Em aberto",
            paid_on=paid,
            pix="" if at == 0 else a_pix(str(ident)),
            as_text=at == 0,
        )
    return server


def connecting(server: VoalleServer, **changes: str) -> Connecting:
    given = {"url": server.url, "auth_url": server.url, "incident_type": "112", **server.client, **changes}
    return Connecting(fill_in(ERP.fields, given), make_session(), ZONE)


def over_http(request: pytest.FixtureRequest) -> Rig:
    server = filled(VoalleServer())
    request.addfinalizer(server.stop)

    def pay(ref: str) -> None:
        title = server.titles[int(ref.rpartition(".")[2])]
        title.status, title.paid_on = "Paga", "2026-11-22"

    def block(ref: str) -> None:
        server.contracts[int(ref.partition(".")[2])].status = BLOCKED

    def outage(text: str) -> None:
        server.maintenance = text

    return Rig(
        ERP.connect(connecting(server)),
        pay,
        block=block,
        outage=outage,
        server=server,
        secrets=(server.client["client_secret"], server.client["syndata"], "eyJhbGciOi"),
        write_path=_writes,
    )


def _writes(asked: Asked) -> bool:
    return asked.path.removeprefix(API).startswith(("opendetailedsolicitation", "contracts/unlock"))


RIGS = {"voalle": over_http}
