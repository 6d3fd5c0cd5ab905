"""How the console looks: nothing cut off and nothing too faint, on a phone and a laptop, light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from core.db import Database
from handoff.access import Attendant
from tests.e2e.console_scene import (
    a_full_conversation,
    address,
    an_odd_conversation,
    cast,
    readings_to_review,
    server,
    sign_in,
)
from tests.e2e.looks import cut_off, too_faint
from tests.integration.desk import a_conversation
from tests.integration.template_rows import a_template

__all__ = ["address", "cast", "server"]  # fixtures: found by name

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_and_are_readable(
    desktop_page: Page,
    phone_page: Page,
    address: str,
    cast: dict[str, Attendant],
    db: Database,
    tmp_path: Path,
    scheme: str,
) -> None:
    id_ = a_full_conversation(db)
    odd = an_odd_conversation(db)
    readings_to_review(db, id_)
    a_conversation(db, name="Elisa Prado", said="a internet está muito lenta hoje, dá para ver?", hours_ago=0.05)
    a_conversation(db, name="Fábio Nunes", said="quero mudar de plano", handler="bot", queue=None)
    a_template(db)
    a_template(db, "survey", category="MARKETING", status="PAUSED", blocked_for="graph_132015", reason="FIRST_PAUSE")
    closed = a_conversation(db, name="Davi", handler="agent", owner=cast["karina"], hours_ago=30)
    for name, page in (("desktop", desktop_page), ("phone", phone_page)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(f"{address}/login")
        page.screenshot(path=tmp_path / f"login-{name}-{scheme}.png")
        sign_in(page, address, "karina")
        for shot, path in (
            ("inbox", "/"),
            ("conversation", f"/c/{id_}"),
            ("odd", f"/c/{odd}"),
            ("customer", f"/c/{id_}?ver=cliente"),
            ("understood", f"/c/{id_}"),
            ("review", "/revisao"),
            ("reviewed", "/revisao?antes=1"),
            ("system", "/system"),
            ("templates", "/modelos"),
            ("offers", f"/c/{closed}"),
        ):
            page.goto(f"{address}{path}")
            if shot == "understood":
                page.evaluate("for (const box of document.querySelectorAll('.understood')) box.open = true")
            if shot == "odd":
                page.evaluate("for (const box of document.querySelectorAll('.earlier')) box.open = true")
            if shot == "offers":
                page.locator("#offer-reopen > summary").click()
            page.screenshot(path=tmp_path / f"{shot}-{name}-{scheme}.png")
            assert not cut_off(page), (shot, name)
            assert not too_faint(page), (shot, name)


def test_the_check_itself_finds_what_is_too_faint(desktop_page: Page, address: str) -> None:
    desktop_page.goto(f"{address}/login")
    assert too_faint(desktop_page) == []
    desktop_page.evaluate("document.querySelector('h1').style.color = '#bbbbbb'")
    assert [line.split(" ", 1)[1] for line in too_faint(desktop_page)] == ["Atendimento"]
