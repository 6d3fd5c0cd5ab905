"""The console in a real browser: agents at work, at two widths, with the server coming and going."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from core.db import Database
from handoff.access import Attendant
from models import utc_now
from models.conversation import Conversation
from tests.e2e.console_scene import a_full_conversation, add, address, cast, server, sign_in
from tests.integration.desk import a_conversation, conversation, messages

__all__ = ["address", "cast", "server"]  # fixtures: found by name

pytestmark = pytest.mark.browser


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
    expect(page.get_by_placeholder("Escreva uma nota que só a equipe vê…")).to_be_visible()
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
    expect(page.get_by_text("espere o cliente escrever")).to_be_visible()
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

    page.route("**/reply", lose_the_answer, times=1)
    page.get_by_label("Mensagem", exact=True).fill("só uma vez")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Sem conexão: guardada, sai sozinha quando voltar.")).to_be_visible()
    expect(page.get_by_label("Mensagem", exact=True)).to_have_value("")
    expect(page.locator("#unsent")).to_be_empty()
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
    page.get_by_role("button", name="Enviar", exact=True).click()
    expect(page.get_by_role("log").get_by_text("sem script")).to_be_visible()
    page.get_by_text("Transferir", exact=True).first.click()
    page.get_by_label("Fila", exact=True).select_option("Financeiro")
    page.get_by_role("button", name="Transferir", exact=True).click()
    expect(page.get_by_text("Ninguém esperando")).to_be_visible()
    assert conversation(db, id_).queue == "Financeiro"
    context.close()


def test_the_keyboard_reaches_everything(desktop_page: Page, address: str, db: Database) -> None:
    page = desktop_page
    a_full_conversation(db)
    sign_in(page, address)
    seen = []
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent.trim().slice(0, 200)"))
    for expected in ("Ir para o conteúdo", "Conversas", "Sair", "Esperando", "Davi Rocha"):
        assert any(expected in text for text in seen), expected
