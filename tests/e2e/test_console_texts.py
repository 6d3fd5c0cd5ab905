"""The owner's page of what the bot says, in a browser: found, drawn while it is typed, saved, and easy to read."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.db import Database
from handoff.access import Attendant
from models.bot_text import BotText
from tests.e2e.console_scene import address, cast, server, sign_in
from tests.e2e.looks import all_fit_and_are_readable

__all__ = ["address", "cast", "server"]  # fixtures: found by name

pytestmark = pytest.mark.browser

LONG = "Semaceitar" * 30
PAGES = {
    "texts": "/admin/texts",
    "texts-part": "/admin/texts?part=release",
    "texts-es": "/admin/texts?language=es",
    "text": "/admin/texts/pt_BR/release.offer",
    "text-unused": "/admin/texts/pt_BR/protocol",
    "text-gone": "/admin/texts/pt_BR/gone.with_an_upgrade",
    "text-button": "/admin/texts/pt_BR/button.release",
    "policies": "/admin/policies",
    "policy-onu": "/admin/policies/onu",
}


@pytest.fixture
def written(db: Database, cast: dict[str, Attendant]) -> None:
    """A house that says some of it in its own words, of which not all fit any more."""
    del cast
    own = {
        "release.offer": "{name}, libero até *{until}*. Seguem em aberto {amount}, desde {due}. Posso?",
        "gone.with_an_upgrade": f"Uma frase que o robô não diz mais. {LONG}",
        "protocol": "Guarde este número",
    }
    with db.transaction() as session:
        for name, text in own.items():
            old = BotText(language="pt_BR", name=name, version=1, text=text, instead_of="Antes era assim.", by="admin")
            session.add(old)


@pytest.mark.parametrize("screen", ["desktop", "phone"])
@pytest.mark.usefixtures("written")
def test_texts_are_accessible_and_fit(request: pytest.FixtureRequest, address: str, screen: str) -> None:
    page: Page = request.getfixturevalue(f"{screen}_page")
    sign_in(page, address, "admin")
    assert not all_fit_and_are_readable(page, address, PAGES, thumb=screen == "phone")


@pytest.mark.usefixtures("cast")
def test_owner_finds_a_text_sees_it_drawn_while_typing_and_saves_it(
    phone_page: Page, desktop_page: Page, address: str, tmp_path: Path
) -> None:
    for page in (phone_page, desktop_page):
        sign_in(page, address, "admin")
    page = phone_page
    page.goto(f"{address}/admin/texts")
    page.get_by_label("Palavras do texto ou do nome").fill("aqui esta a sua fatura vence")
    page.get_by_role("button", name="Procurar").click()
    page.get_by_role("link", name="invoice.due").click()
    desktop_page.goto(page.url)
    mine = page.get_by_label("Texto desta casa")
    drawn = page.locator("[data-drawn]")
    mine.fill("{name}, sua fatura {number} de *{amount}* vence em {due}.")
    expect(drawn.locator(".bubble").first).to_have_text(
        "Bruno, sua fatura F-2026-11-0042 de R$ 119,90 vence em 10/12/2026."
    )
    expect(drawn.locator("strong").first).to_have_text("R$ 119,90")
    mine.fill("{name}, sua fatura {number}")
    expect(drawn.locator(".problem")).to_contain_text("{amount}, {due}")
    page.screenshot(path=tmp_path / "refused.png", full_page=True)
    mine.fill("Fatura {number}: {amount}, até {due}.")
    page.get_by_role("button", name="Salvar").click()
    page.get_by_text("Fatura {number}: {amount}, até {due}.").wait_for()
    desktop_page.get_by_label("Texto desta casa").fill("{number} {amount} {due}, ok?")
    desktop_page.get_by_role("button", name="Salvar").click()
    expect(desktop_page.get_by_role("alert")).to_contain_text("mudou este texto enquanto você escrevia")
    expect(desktop_page.get_by_label("Texto desta casa")).to_have_value("{number} {amount} {due}, ok?")
    desktop_page.screenshot(path=tmp_path / "overtaken.png", full_page=True)
    desktop_page.get_by_role("button", name="Voltar ao texto de fábrica").click()
    desktop_page.goto(f"{address}/admin/texts/pt_BR/invoice.due")
    expect(desktop_page.get_by_text("De volta ao texto de fábrica.")).to_be_visible()
