"""The console in a real browser: agents at work, at two widths, with the server coming and going."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from werkzeug.serving import BaseWSGIServer, make_server

from core.db import Database
from handoff.access import Attendant
from models import utc_now
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation
from models.customer import Customer
from models.incident import Incident
from models.invoice import Invoice
from models.message import Message
from models.network_job import NetworkJob
from tests.e2e.browser import browser, desktop_page, phone_page
from tests.integration.console import console_app
from tests.integration.desk import PASSWORD, a_conversation, a_provider, conversation, messages, the_cast

__all__ = ["browser", "desktop_page", "phone_page"]  # fixtures: pytest finds them by name

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    """Everybody's accounts."""
    a_provider(db)
    return the_cast(db)


@pytest.fixture
def server(db: Database, cast: dict[str, Attendant]) -> Iterator[BaseWSGIServer]:
    """The console on a loopback port."""
    server = make_server("127.0.0.1", 0, console_app(db), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
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


def test_an_agent_takes_answers_and_closes(desktop_page: Page, address: str, db: Database) -> None:
    page = desktop_page
    id_ = a_full_conversation(db)
    sign_in(page, address)
    page.get_by_role("link", name="Davi Rocha").click()
    expect(page.get_by_text("Esperando em N1")).to_be_visible()
    expect(page.get_by_text("Para responder, assuma a conversa.")).to_be_visible()
    page.get_by_role("button", name="Assumir").click()
    expect(page.get_by_text("Com você")).to_be_visible()
    page.get_by_label("Mensagem", exact=True).fill("Bom dia, Davi!")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Já estou vendo.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log").get_by_text("Já estou vendo.")).to_be_visible()
    expect(page.get_by_label("Mensagem", exact=True)).to_have_value("")
    assert messages(db, id_, "out")[-1].text == "Bom dia, Davi!\nJá estou vendo."
    page.get_by_text("Encerrar", exact=True).click()
    page.get_by_role("button", name="Encerrar conversa").click()
    expect(page.get_by_role("log").get_by_text("Seu protocolo é")).to_be_visible()
    assert conversation(db, id_).handler == "closed"


def test_a_note_is_a_note(desktop_page: Page, address: str, db: Database, cast: dict[str, Attendant]) -> None:
    page = desktop_page
    id_ = a_conversation(db, handler="agent", owner=cast["helena"])
    sign_in(page, address)
    page.goto(f"{address}/c/{id_}")
    page.get_by_text("Nota interna", exact=True).click()
    page.get_by_label("Mensagem", exact=True).fill("cliente educado")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log").get_by_text("cliente educado")).to_be_visible()
    assert messages(db, id_, "out") == []
    assert [m.text for m in messages(db, id_, "note")] == ["cliente educado"]


def test_what_arrives_appears_and_what_is_typed_stays(
    desktop_page: Page, address: str, db: Database, cast: dict[str, Attendant]
) -> None:
    page = desktop_page
    id_ = a_conversation(db, handler="agent", owner=cast["helena"])
    sign_in(page, address)
    page.goto(f"{address}/c/{id_}")
    box = page.get_by_label("Mensagem", exact=True)
    box.fill("estou escrevendo uma resposta comprida")
    first = page.locator("li.bubble").first
    first.evaluate("node => { node.dataset.mine = 'kept' }")
    add(db, id_, "e tem mais uma coisa")
    expect(page.get_by_role("log").get_by_text("e tem mais uma coisa")).to_be_visible()
    assert first.get_attribute("data-mine") == "kept", "only what changed is redrawn"
    with db.transaction() as session:
        session.get_one(Conversation, id_).last_inbound_at = utc_now() - timedelta(hours=30)
    expect(page.get_by_text("o cliente precisa escrever de novo")).to_be_visible()
    expect(box).to_have_value("estou escrevendo uma resposta comprida")
    expect(box).to_be_focused()


def test_a_second_agent_sees_who_took_it(
    desktop_page: Page, browser: Browser, address: str, db: Database, cast: dict[str, Attendant]
) -> None:
    id_ = a_conversation(db)
    sign_in(desktop_page, address)
    desktop_page.goto(f"{address}/c/{id_}")
    context = browser.new_context(locale="pt-BR")
    other = context.new_page()
    sign_in(other, address, "karina")
    other.goto(f"{address}/c/{id_}")
    other.get_by_role("button", name="Assumir").click()
    expect(other.get_by_text("Com você")).to_be_visible()
    expect(desktop_page.locator(".bar").get_by_text("Com Karina Alves")).to_be_visible()
    expect(desktop_page.get_by_role("button", name="Assumir")).to_have_count(0)
    context.close()


def test_a_lost_answer_does_not_double_the_message(
    desktop_page: Page, address: str, db: Database, cast: dict[str, Attendant]
) -> None:
    page = desktop_page
    id_ = a_conversation(db, handler="agent", owner=cast["helena"])
    sign_in(page, address)
    page.goto(f"{address}/c/{id_}")

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/reply", lose_the_answer)
    page.get_by_label("Mensagem", exact=True).fill("só uma vez")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Não deu para enviar. O texto continua aqui")).to_be_visible()
    page.unroute("**/reply")
    page.get_by_role("button", name="Enviar").click()
    expect(page.get_by_label("Mensagem", exact=True)).to_have_value("")
    assert [m.text for m in messages(db, id_, "out")] == ["só uma vez"]


def test_the_document_is_shown_on_a_click(desktop_page: Page, address: str, db: Database) -> None:
    page = desktop_page
    id_ = a_full_conversation(db)
    sign_in(page, address)
    page.goto(f"{address}/c/{id_}")
    expect(page.locator("#document")).to_have_text("***.995.350-**")
    page.get_by_role("button", name="mostrar").click()
    expect(page.locator("#document")).to_have_text("168.995.350-09")


def test_everything_works_without_scripts(browser: Browser, address: str, db: Database) -> None:
    id_ = a_full_conversation(db)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    sign_in(page, address)
    page.get_by_role("link", name="Davi Rocha").click()
    page.get_by_role("button", name="Assumir").click()
    page.get_by_label("Mensagem", exact=True).fill("sem script")
    page.get_by_role("button", name="Enviar").click()
    expect(page.get_by_role("log").get_by_text("sem script")).to_be_visible()
    page.get_by_text("Transferir", exact=True).first.click()
    page.get_by_label("Fila", exact=True).select_option("N2")
    page.get_by_role("button", name="Transferir").click()
    expect(page.get_by_text("Ninguém esperando")).to_be_visible()
    assert conversation(db, id_).queue == "N2"
    context.close()


def test_the_keyboard_reaches_everything(desktop_page: Page, address: str, db: Database) -> None:
    page = desktop_page
    a_full_conversation(db)
    sign_in(page, address)
    seen = []
    for _ in range(14):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent.trim().slice(0, 200)"))
    for expected in ("Ir para o conteúdo", "Conversas", "Sair", "Esperando", "Davi Rocha"):
        assert any(expected in text for text in seen), expected


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_and_are_readable(
    desktop_page: Page, phone_page: Page, address: str, db: Database, tmp_path: Path, scheme: str
) -> None:
    id_ = a_full_conversation(db)
    a_conversation(db, name="Elisa Prado", said="a internet está muito lenta hoje, dá para ver?", hours_ago=0.05)
    a_conversation(db, name="Fábio Nunes", said="quero mudar de plano", handler="bot", queue=None)
    for name, page in (("desktop", desktop_page), ("phone", phone_page)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(f"{address}/login")
        page.screenshot(path=tmp_path / f"login-{name}-{scheme}.png")
        sign_in(page, address, "karina")
        for shot, path in (
            ("inbox", "/"),
            ("conversation", f"/c/{id_}"),
            ("customer", f"/c/{id_}?ver=cliente"),
            ("system", "/system"),
        ):
            page.goto(f"{address}{path}")
            page.screenshot(path=tmp_path / f"{shot}-{name}-{scheme}.png")
            assert not cut_off(page), (shot, name)
            assert not too_faint(page), (shot, name)


def cut_off(page: Page) -> list[str]:
    """What a person could press and that lies outside the window's width."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), textarea, summary")]
          .filter((node) => node.checkVisibility() && !node.closest(".skip, .modes"))
          .map((node) => [node.getBoundingClientRect(), node.textContent.trim() || node.id])
          .filter(([box]) => box.width && (box.left < -1 || box.right > innerWidth + 1))
          .map(([, name]) => name)"""
    )
    return found


CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")


def too_faint(page: Page) -> list[str]:
    """Visible texts whose contrast with what is behind them is below WCAG's AA."""
    found: list[str] = page.evaluate(CONTRAST)
    return [line for line in found if not re.match(r"^\W*$", line)]
