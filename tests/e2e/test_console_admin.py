"""Signing in with a code in a browser: set up with a thumb, and axe finds nothing on the way."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core.db import Database
from handoff.access import Attendant
from models.agent_session import SecondFactor
from tests.e2e.console_scene import address, cast, server, sign_in
from tests.e2e.looks import violations
from tests.integration.desk import PASSWORD

__all__ = ["address", "cast", "server"]  # fixtures: found by name

pytestmark = pytest.mark.browser


def test_person_sets_up_a_code_and_comes_in_with_it(
    phone_page: Page, address: str, cast: dict[str, Attendant], db: Database, tmp_path: Path
) -> None:
    page = phone_page
    sign_in(page, address, "helena")
    page.goto(f"{address}/account")
    page.get_by_role("link", name="Configurar o código").click()
    picture = page.get_by_alt_text("Figura para o aplicativo autenticador")
    expect(picture).to_be_visible()
    assert picture.evaluate("node => node.naturalWidth") > 100
    totp = pyotp.TOTP(page.locator(".mono").inner_text().replace(" ", ""))
    page.get_by_label("Código").fill(totp.at(datetime.now(UTC)))
    page.get_by_role("button", name="Ligar o código").click()
    expect(page.locator(".codes li")).to_have_count(10)
    recovery = page.locator(".codes li").first.inner_text()
    page.screenshot(path=tmp_path / "recovery.png", full_page=True)
    assert not violations(page)
    page.get_by_role("link", name="Guardei, continuar").click()
    page.get_by_role("button", name="Sair").click()
    page.get_by_label("Usuário").fill("helena")
    page.get_by_label("Senha").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    page.screenshot(path=tmp_path / "code.png", full_page=True)
    assert not violations(page)
    page.get_by_label("Código").fill(recovery)
    page.get_by_role("button", name="Continuar").click()
    expect(page).to_have_url(f"{address}/")
    with db.transaction() as session:
        assert len(session.scalars(select(SecondFactor.recovery)).one()) == 9
