"""The supervisors' board in a browser: looking into a conversation, and whispering."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from core.db import Database
from handoff.access import Attendant
from tests.e2e.console_scene import address, cast, server, sign_in
from tests.e2e.watch_scene import a_busy_desk
from tests.integration.desk import messages

__all__ = ["address", "cast", "server"]  # fixtures: found by name

pytestmark = pytest.mark.browser


def test_supervisor_looks_in_and_whispers(
    phone_page: Page, address: str, cast: dict[str, Attendant], db: Database
) -> None:
    davi = a_busy_desk(db, cast)
    sign_in(phone_page, address, "karina")
    phone_page.goto(f"{address}/board")
    phone_page.get_by_role("link", name="Sussurrar para Helena Castro sobre Davi").click()
    box = phone_page.locator("textarea[name=text]")
    expect(box).to_have_value("@helena ")
    box.fill("@helena ofereça a visita de amanhã")
    phone_page.get_by_role("button", name="Salvar nota").click()
    expect(phone_page.get_by_text("ofereça a visita de amanhã").first).to_be_visible()
    assert [row.text for row in messages(db, davi, "note")] == ["@helena ofereça a visita de amanhã"]
    assert messages(db, davi, "out") == []
