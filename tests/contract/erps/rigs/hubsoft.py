"""HubSoft over a server of ours."""

from __future__ import annotations

import pytest

from billing.erp_kind import Connecting
from billing.erps.hubsoft import ERP
from core.field import fill_in
from core.http import make_session
from tests.contract.erps.scene import ZONE, Rig
from tests.contract.erps.servers.hubsoft import API, CLIENT_SECRET, GRANT, PASSWORD, HubsoftServer

WRITES = (f"{API}/atendimento", f"{API}/cliente/desbloqueio_confianca")


def over_http(request: pytest.FixtureRequest) -> Rig:
    server = HubsoftServer()
    request.addfinalizer(server.stop)
    given = {name: value for name, value in GRANT.items() if name != "grant_type"}
    fields = fill_in(ERP.fields, {"url": server.url, **given})

    def block(contract: str) -> None:
        server.services[int(contract.split(".")[-1])]["status"] = "blocked"

    def outage(text: str) -> None:
        server.alerts[421] = [text, "A equipe técnica já está a caminho"]

    return Rig(
        ERP.connect(Connecting(fields, make_session(), ZONE)),
        pay=lambda ref: server.pay(int(ref.split(".")[-1])),
        block=block,
        outage=outage,
        server=server,
        secrets=(CLIENT_SECRET, PASSWORD, "token-secreto-"),
        write_path=lambda asked: asked.path in WRITES,
    )


RIGS = {"hubsoft": over_http}
