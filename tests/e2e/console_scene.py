"""The console on a port, and conversations worth looking at, for the tests with a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import BaseWSGIServer, make_server

from core.db import Database
from handoff import audit
from handoff.access import Attendant
from handoff.console import STREAMS
from handoff.drift import CHECKED, SUBJECT, Drift, Shares
from models import utc_now
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation
from models.customer import Customer
from models.incident import Incident
from models.invoice import Invoice
from models.message import Message
from models.network_job import NetworkJob
from tests.integration.console import console_app
from tests.integration.desk import PASSWORD, a_conversation, a_provider, a_reading, the_cast
from wiring_desk import sentences_of


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    """Everybody's accounts."""
    a_provider(db)
    return the_cast(db)


@pytest.fixture
def server(db: Database, cast: dict[str, Attendant]) -> Iterator[BaseWSGIServer]:
    """The console on a loopback port."""
    app = console_app(db, sentences=sentences_of())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    app.extensions[STREAMS].close()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def address(server: BaseWSGIServer) -> str:
    """Where it is."""
    return f"http://127.0.0.1:{server.server_port}/console"


def sign_in(page: Page, address: str, login: str = "helena") -> None:
    page.goto(f"{address}/login")
    page.get_by_label("Usuário").fill(login)
    page.get_by_label("Senha").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    expect(page.get_by_role("navigation", name="Filtro")).to_be_visible()


def add(db: Database, id_: int, text: str, direction: str = "in", **more: Any) -> int:
    with db.transaction() as session:
        row = Message(conversation_id=id_, channel="whatsapp", direction=direction, text=text, **more)
        session.add(row)
        session.flush()
        return row.id


def a_full_conversation(db: Database) -> int:
    """Davi's, with everything that a page can show."""
    id_ = a_conversation(db, name="Davi", said="oi, tô sem internet desde ontem", hours_ago=0.4)
    with db.transaction() as session:
        row = session.get_one(Conversation, id_)
        row.contract_ref, row.handed_off_for = "1004", "Pediu para falar com uma pessoa"
        row.summary = (
            "Sem internet desde ontem.\nJá reiniciou o equipamento.\nONU sem luz na fibra (LOS), medida às 11h52."
        )
        contact = session.get_one(Contact, row.contact_id)
        contact.customer_ref, contact.proved_by, contact.proved_at = "davi", "phone", utc_now()
        customer = Customer(ref="davi", name="Davi Rocha", document="16899535009", document_kind="cpf")
        session.add(customer)
        session.flush()
        contract = Contract(
            ref="1004",
            customer_id=customer.id,
            number="1004",
            plan="Fibra 500 Mega",
            monthly_fee_cents=9990,
            address="Rua da Serra, 4, Sul",
            pppoe_login="davi.rocha",
            olt="OLT-SUL",
            pon="1/2/1",
            cto="CTO-S-001",
            onu="ZTEG00000004",
        )
        session.add(contract)
        session.flush()
        due = date.today() - timedelta(days=3)  # noqa: DTZ011
        session.add_all(
            [
                Invoice(ref="i", contract_id=contract.id, number="F-1004-1", amount_cents=9990, due_date=due),
                Incident(scope_kind="cto", scope="CTO-S-001", cause="rompimento de fibra na Rua da Serra"),
                NetworkJob(
                    action="diagnose",
                    contract_ref="1004",
                    conversation_id=id_,
                    idempotency_key="k",
                    reason="sem internet",
                    asked_by="bot",
                    state="verified",
                    outcome="read",
                    facts={"line": {"onu_state": "los", "rx_dbm": None, "read_at": utc_now().isoformat()}},
                    log=[{"at": utc_now().isoformat(), "text": "Linha: lido"}],
                ),
            ]
        )
    bot: dict[str, Any] = {"direction": "out", "author": "bot"}
    options = {"options": [["sim", "Sim, reiniciei", ""], ["nao", "Ainda não", ""]]}
    add(db, id_, "Oi, Davi! Vou testar sua conexão.", status="read", **bot)
    add(db, id_, "Você já reiniciou o equipamento?", status="read", payload=options, **bot)
    add(db, id_, "já, quero falar com uma pessoa")
    add(db, id_, "Passada para a fila N1: Pediu para falar com uma pessoa", "event", kind="handed_over", author="bot")
    add(db, id_, "Certo! Uma pessoa já vem.", status="delivered", **bot)
    add(db, id_, "Segue o comprovante do teste.", status="failed", error="window_closed", **bot)
    add(db, id_, "Mais um aviso.", status="unknown", error="no answer and no receipt", **bot)
    add(db, id_, "Liguei para o N2, estão vendo a CTO.", "note", author="agent:karina")
    return id_


def an_odd_conversation(db: Database) -> int:
    """Elisa's, with every kind of message that is more than words."""
    id_ = a_conversation(db, name="Elisa Prado", said=None)
    add(db, id_, "Quando vocês vêm?", provider_id="wamid.first", reaction="🙏")
    place = {"latitude": -23.18641, "longitude": -45.88412, "name": "Padaria Real", "address": "Rua da Serra, 40, Sul"}
    shown = [{"name": {"formatted_name": "Bruno Lima"}, "phones": [{"phone": "+55 12 98111-0002"}]}]
    items = [{"product_retailer_id": "roteador-ax", "quantity": 1, "item_price": 349.9, "currency": "BRL"}]
    ad = {"headline": "Fibra 700 Mega", "body": "Instalação grátis em novembro"}
    add(db, id_, "Vi o anúncio de vocês", payload={"raw": {"referral": ad}})
    add(db, id_, "", kind="location", payload={"raw": {"location": place}})
    add(db, id_, "", kind="contacts", payload={"raw": {"contacts": shown}})
    add(db, id_, "", kind="order", payload={"raw": {"order": {"product_items": items}}})
    add(db, id_, "", kind="unsupported", payload={"raw": {"unsupported": {"type": "poll_creation"}}})
    add(db, id_, "", kind="audio", transcript="oi tudo bem a internet caiu de novo", transcript_confidence=0.52)
    edits = [{"at": utc_now().isoformat(), "text": "meu cpf é 529.982.247-25 e caiu aqi"}]
    add(db, id_, "caiu aqui na rua toda", edited_at=utc_now(), payload={"edits": edits})
    add(db, id_, "esquece, achei grosseiro", revoked_at=utc_now())
    add(db, id_, "essa aqui", quoted_id="wamid.first")
    add(db, id_, "e aquela outra?", quoted_id="wamid.unknown", outcome="standby")
    add(db, id_, "Chegamos em 20 minutos.", "out", author="phone_app", status="delivered", quoted_id="wamid.first")
    add(db, id_, "Chamada de voz perdida", "event", kind="call", author="system")
    return id_


LETTER = "Venho por meio desta registrar minha indignação com o serviço prestado por esta empresa. " * 12


def readings_to_review(db: Database, id_: int) -> None:
    """What the bot read, in a conversation and elsewhere, in every state; and the alarm that it understands less."""
    asked = [("outage_no_connection", 0.88), ("technician_schedule", 0.64)]
    requests = [{"intent": name, "confidence": share, "band": "act", "start": 0, "end": 3} for name, share in asked]
    no = {"intent": "outage_no_connection", "contradicted_at": utc_now(), "meant": "technician_status"}
    by = {"corrected_intent": "technician_schedule", "corrected_by": "helena", "corrected_at": utc_now()}
    a_reading(db, id_, said="sem internet e quero um técnico", intent="outage_no_connection", requests=requests)
    a_reading(db, id_, said="o técnico não veio", **no)
    a_reading(db, id_, said="então marca outro dia", **by)
    a_reading(db, id_, said="aff", band="menu", confidence=0.31, intent="complaint")
    shadow = {"intent": "complaint", "confidence": 0.77, "model": "b"}
    unsure: dict[str, Any] = {"band": "confirm", "confidence": 0.52, "shadow": shadow}
    with db.transaction() as session:
        found = Drift(Shares(420, 0.18, 0.09), Shares(1600, 0.09, 0.05), ("fallbacks", "unknown"))
        audit.record(session, "clock", CHECKED, SUBJECT, **asdict(found))
    a_reading(db, a_conversation(db, name="Rita", said=f"Meu nome é Rita Lima. {LETTER}"), **unsure)
