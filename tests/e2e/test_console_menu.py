"""The main menu on every kind of page, and ready answers that are suggested, on a desktop and a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.db import Database
from handoff.access import Attendant
from tests.e2e.console_scene import address, cast, server, sign_in
from tests.e2e.looks import scrolls_sideways
from tests.integration.desk import a_conversation, a_reading
from tests.integration.writing_rows import a_canned

__all__ = ["address", "cast", "server"]  # fixtures: found by name

pytestmark = pytest.mark.browser


def test_menu_says_where_one_is_and_opens_and_closes_by_keys(
    desktop_page: Page, phone_page: Page, address: str, cast: dict[str, Attendant], db: Database, tmp_path: Path
) -> None:
    a_conversation(db, said="caiu a net")
    for name, page in (("desktop", desktop_page), ("phone", phone_page)):
        sign_in(page, address, "admin")
        page.screenshot(path=tmp_path / f"inbox-{name}.png")
        assert not scrolls_sideways(page)
        expect(page.locator(".sections [aria-current=page]")).to_have_text("Conversas")
        page.goto(f"{address}/admin/people")
        menu = page.locator("#more-sections > summary")
        expect(menu).to_contain_text("Administração")
        menu.press("Enter")
        expect(page.locator("#more-sections [aria-current=page]")).to_have_text("Administração")
        page.screenshot(path=tmp_path / f"menu-{name}.png")
        for entry in page.locator("#more-sections a").all():
            expect(entry).to_be_in_viewport(ratio=1)
        page.keyboard.press("Escape")
        expect(page.locator("#more-sections a").first).to_be_hidden()
        expect(menu).to_be_focused()


def test_suggested_answer_is_put_into_the_composer(
    desktop_page: Page, phone_page: Page, address: str, cast: dict[str, Attendant], db: Database
) -> None:
    a_canned(db, cast["karina"], "sem-internet", "Vamos testar juntos, {{cliente}}?")
    talk = a_conversation(db, name="Davi", handler="agent", owner=cast["helena"], said="caiu a net")
    a_reading(db, talk, said="caiu de novo", intent="outage_no_connection")
    sign_in(desktop_page, address)
    desktop_page.goto(f"{address}/c/{talk}")
    desktop_page.get_by_role("link", name="/sem-internet").click()
    expect(desktop_page.locator("#text")).to_have_value("Vamos testar juntos, Davi?")
    desktop_page.locator("#text").fill("")
    sign_in(phone_page, address)
    phone_page.goto(f"{address}/c/{talk}?ver=cliente")
    with phone_page.expect_response(lambda answer: answer.url.endswith("/writing")):
        phone_page.get_by_role("link", name="/sem-internet").click()
    expect(phone_page.locator("#text")).to_be_visible()
    expect(phone_page.locator("#text")).to_have_value("Vamos testar juntos, Davi?")
