"""Agents and supervisors teach the bot, in a real browser: the tap in a conversation, and the page of reviews."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from core.db import Database
from tests.e2e.console_scene import a_full_conversation, address, cast, readings_to_review, server, sign_in
from tests.integration.desk import a_conversation, a_reading, audited, reading

__all__ = ["address", "cast", "server"]  # fixtures: found by name

pytestmark = pytest.mark.browser


def test_a_tap_corrects_what_was_understood(phone_page: Page, address: str, db: Database) -> None:
    page = phone_page
    id_ = a_conversation(db, said="cadê minha conta")
    number = a_reading(db, id_)
    sign_in(page, address)
    page.goto(f"{address}/c/{id_}")
    chip = page.locator(f"#u{number} summary")
    chip.tap()
    page.get_by_role("button", name="dúvida sobre fatura").tap()
    expect(chip).to_have_text("corrigido: dúvida sobre fatura")
    expect(page.get_by_role("button", name="dúvida sobre fatura")).to_be_hidden()
    assert reading(db, number).corrected_intent == "invoice_question"
    chip.tap()
    page.get_by_label("Outro assunto").select_option("mudança de endereço")
    page.get_by_role("button", name="Corrigir", exact=True).tap()
    expect(chip).to_have_text("corrigido: mudança de endereço")
    chip.tap()
    page.get_by_role("button", name="Corrigir", exact=True).tap()
    expect(page.get_by_role("alert").get_by_text("Escolha um dos assuntos da lista.")).to_be_visible()
    assert len(audited(db, "reading.corrected")) == 2


def test_an_open_correction_stays_open_when_another_agent_was_first(
    desktop_page: Page, browser: Browser, address: str, db: Database
) -> None:
    id_ = a_conversation(db, said="cadê minha conta")
    number = a_reading(db, id_)
    sign_in(desktop_page, address)
    desktop_page.goto(f"{address}/c/{id_}")
    desktop_page.locator(f"#u{number} summary").click()
    context = browser.new_context(java_script_enabled=False, locale="pt-BR")
    other = context.new_page()
    sign_in(other, address, "karina")
    other.goto(f"{address}/c/{id_}")
    other.locator(f"#u{number} summary").click()
    other.get_by_role("button", name="negociação de dívida").click()
    expect(other.locator(f"#u{number} summary")).to_have_text("corrigido: negociação de dívida")
    context.close()
    expect(desktop_page.locator(f"#u{number} summary")).to_have_text("corrigido: negociação de dívida")
    expect(desktop_page.get_by_text("Corrigido por Karina Alves.")).to_be_visible()


def test_a_supervisor_works_through_the_reviews(desktop_page: Page, address: str, db: Database) -> None:
    page = desktop_page
    readings_to_review(db, a_full_conversation(db))
    sign_in(page, address, "karina")
    page.locator("#more-sections > summary").click()
    page.get_by_role("link", name="Revisão").click()
    expect(page.get_by_role("listitem")).to_have_count(4)
    expect(page.get_by_text("Rita")).to_have_count(0)
    page.get_by_text("Mostrar o resto").click()
    page.get_by_role("button", name="Estava certo: segunda via").first.click()
    expect(page.get_by_role("listitem")).to_have_count(3)
    page.get_by_role("link", name="Cliente disse não 1").click()
    expect(page.get_by_text("O cliente queria: andamento de visita ou chamado")).to_be_visible()
    page.get_by_role("button", name="andamento de visita ou chamado").click()
    expect(page.get_by_text("Nenhum cliente disse que não era isso.")).to_be_visible()
    page.get_by_role("link", name="Todas 2").click()
    page.get_by_role("button", name="Descartar").first.click()
    page.get_by_label("Outro assunto").select_option("agendar visita")
    page.get_by_role("button", name="É este assunto").click()
    expect(page.get_by_text("Nada para revisar.")).to_be_visible()
    verdicts = [reading(db, number).verdict for number in range(2, 6)]
    assert verdicts == ["corrected", "corrected", "discarded", "kept"]
