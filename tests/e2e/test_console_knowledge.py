"""The knowledge base and what helps the agent, in a browser: nothing cut off, nothing too faint, done with a click."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from playwright.sync_api import Page, expect
from werkzeug.serving import BaseWSGIServer, make_server

from core.db import Database
from demo import add_articles
from handoff.access import Attendant
from models import utc_now
from models.desk_job import DeskJob
from models.device import Device
from provisioning.vault import Vault
from tests.e2e.console_scene import address, cast, sign_in
from tests.integration.console import console_app
from tests.integration.desk import a_conversation, a_reading
from tests.integration.test_console_conversation import ana_is_known

__all__ = ["address", "cast"]  # fixtures: found by name

pytestmark = pytest.mark.browser


@pytest.fixture
def server(db: Database, cast: dict[str, Attendant]) -> Iterator[BaseWSGIServer]:
    """The console on a loopback port, with a key for secrets."""
    vault = Vault(Fernet.generate_key().decode())
    server = make_server("127.0.0.1", 0, console_app(db, vault=vault), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def talk(db: Database, cast: dict[str, Attendant]) -> int:
    """Ana's conversation with Helena, about her bill, beside the demo's articles."""
    id_ = a_conversation(db, handler="agent", owner=cast["helena"], said="oi, minha internet caiu de novo")
    ana_is_known(db, id_)
    a_reading(db, id_, intent="outage_no_connection")
    with db.transaction() as session:
        add_articles(session, utc_now())
        session.add(Device(name="ACS", kind="simulator_acs", role="acs", fields={}))
        for kind, state, outcome in (
            ("second_copy", "done", "Segunda via enviada."),
            ("visit", "running", ""),
            ("ticket", "unknown", "Não se sabe se o ERP abriu o chamado. Confira lá antes de pedir de novo."),
        ):
            row = DeskJob(
                kind=kind,
                conversation_id=id_,
                contract_ref="1001",
                asked_by="helena",
                key=kind,
                state=state,
                outcome=outcome,
                arguments={"day": "2026-12-01", "period": "morning"} if kind == "visit" else {},
            )
            session.add(row)
    return id_


def test_article_becomes_a_draft_with_one_click(desktop_page: Page, address: str, talk: int) -> None:
    sign_in(desktop_page, address)
    desktop_page.goto(f"{address}/c/{talk}")
    hints = desktop_page.get_by_role("region", name="Sugestões")
    expect(hints.get_by_role("button", name="Diagnosticar")).to_be_visible()
    hints.get_by_role("button", name="Pôr no rascunho").first.click()
    expect(desktop_page.get_by_label("Mensagem", exact=True)).to_have_value(
        "A luz vermelha quer dizer que a fibra não está chegando no aparelho. Confira se o cabo fino está bem encaixado"
        " e sem dobras, sem puxar com força. Se continuar vermelha, a equipe vai até aí."
    )
