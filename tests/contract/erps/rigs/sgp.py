"""SGP over a server of ours."""

from __future__ import annotations

import pytest

from billing.erp_kind import Connecting
from billing.erps.sgp import ERP
from core.field import fill_in
from core.http import make_session
from tests.contract.erps.scene import ZONE, Rig
from tests.contract.erps.servers.sgp import APP, TOKEN, SgpServer

WRITES = ("/api/ura/chamado/", "/api/ura/liberacaopromessa/")


def over_http(request: pytest.FixtureRequest) -> Rig:
    server = SgpServer()
    request.addfinalizer(server.stop)
    fields = fill_in(ERP.fields, {"url": server.url, "token": TOKEN, "app": APP})

    def block(contract: str) -> None:
        server.contracts[int(contract)]["status"] = 4

    def outage(text: str) -> None:
        over = {"id": 1, "descricao": "antiga", "ativa": 0, "pops": [{"id": 1}]}
        elsewhere = {"id": 2, "descricao": "outro lugar", "ativa": 1, "pops": [{"id": 7}]}
        here = {"id": 3, "descricao": "OLT 2", "mensagem_ura": text, "ativa": "1", "pops": [{"id": 1}]}
        server.outages = [over, elsewhere, here]

    return Rig(
        ERP.connect(Connecting(fields, make_session(), ZONE)),
        pay=lambda ref: server.pay(int(ref.split(".")[-1])),
        block=block,
        outage=outage,
        server=server,
        secrets=(TOKEN,),
        write_path=lambda asked: asked.path in WRITES,
    )


RIGS = {"sgp": over_http}
