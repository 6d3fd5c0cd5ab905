"""A conversation's life in a real browser: the checklist dialog, a snooze, a scheduled message, on desk and phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from core.db import Database
from handoff.access import Attendant
from tests.e2e.console_scene import address, cast, server, sign_in
from tests.integration.desk import a_conversation, conversation

__all__ = ["address", "cast", "server"]  # fixtures: found by name

pytestmark = pytest.mark.browser


def test_agent_ticks_the_list_and_escalates(
    desktop_page: Page, address: str, db: Database, cast: dict[str, Attendant]
) -> None:
    id_ = a_conversation(db, name="Davi Rocha", handler="agent", owner=cast["helena"], summary="LOS aceso desde ontem")
    page = desktop_page
    sign_in(page, address)
    page.goto(f"{address}/c/{id_}?tab=mine")
    page.locator("#menu-escalate > summary").click()
    page.get_by_label("Cliente identificado").check()
    page.get_by_label("Resumo para quem assumir").fill("Potência baixa na CTO")
    page.get_by_role("button", name="Passar para N2").click()
    expect(page.get_by_role("alert").filter(has_text="falta: contrato conhecido")).to_be_visible()
    page.locator("#menu-escalate > summary").click()
    for label in ("Cliente identificado", "Contrato conhecido", "Testes feitos", "Evidência guardada"):
        page.get_by_label(label).check()
    page.get_by_label("Resumo para quem assumir").fill("Potência baixa na CTO")
    page.get_by_role("button", name="Passar para N2").click()
    expect(page.get_by_role("navigation", name="Filtro")).to_be_visible()
    assert conversation(db, id_).queue == "N2"
    sign_out_and_in(page, address, "igor")
    page.goto(f"{address}/c/{id_}")
    expect(page.locator("#known")).to_contain_text("Potência baixa na CTO")
    expect(page.locator("#known")).to_contain_text("Testes feitos: Helena Castro")


def test_agent_puts_off_and_schedules_on_a_phone(
    phone_page: Page, address: str, db: Database, cast: dict[str, Attendant]
) -> None:
    id_ = a_conversation(db, name="Davi Rocha", handler="agent", owner=cast["helena"])
    page = phone_page
    sign_in(page, address)
    page.goto(f"{address}/c/{id_}")
    page.locator("#menu-later > summary").click()
    page.get_by_label("O que mandar").fill("Tudo certo com a internet?")
    page.get_by_label("Sai em").fill("2027-01-15T14:30")
    page.get_by_role("button", name="Agendar", exact=True).click()
    expect(page.locator("#menu-later > summary")).to_have_text("Agendar (1)")
    page.locator("#menu-snooze > summary").click()
    page.get_by_label("Para quê").fill("Cliente chega em casa")
    page.get_by_role("button", name="Adiar", exact=True).click()
    expect(page.get_by_text("Adiada: volta")).to_be_visible()
    page.goto(f"{address}/?tab=snoozed")
    expect(page.get_by_text("Cliente chega em casa")).to_be_visible()


def sign_out_and_in(page: Page, address: str, login: str) -> None:
    page.context.clear_cookies()
    sign_in(page, address, login)
