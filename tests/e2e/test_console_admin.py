"""Signing in with a code, and the administration's pages, in a browser: axe finds nothing, and nothing is cut off."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core.db import Database
from handoff.access import Attendant
from handoff.sla.terms import ensure_policies
from models.agent_session import SecondFactor
from models.sla import SlaPolicy
from tests.e2e.console_scene import address, cast, server, sign_in
from tests.e2e.looks import cut_off, scrolls_sideways, too_faint
from tests.integration.desk import PASSWORD

__all__ = ["address", "cast", "server"]  # fixtures: found by name

pytestmark = pytest.mark.browser

PAGES = {
    "account": "/account",
    "password": "/account/password",
    "totp": "/account/totp",
    "people": "/admin/people",
    "person": "/admin/people/1",
    "person-new": "/admin/people/new",
    "roles": "/admin/roles",
    "role": "/admin/roles/agent",
    "queues": "/admin/queues",
    "queue": "/admin/queues/Comercial",
    "calendars": "/admin/calendars",
    "calendar": "/admin/calendars/comercial",
    "promises": "/admin/promises",
    "promise": "/admin/promises/1",
    "policies": "/admin/policies",
    "policy": "/admin/policies/collections",
    "audit": "/admin/audit",
}


def violations(page: Page) -> list[str]:
    """What axe holds against the page, each with where."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_login_and_administration_are_accessible_and_fit(
    desktop_page: Page,
    phone_page: Page,
    address: str,
    cast: dict[str, Attendant],
    db: Database,
    tmp_path: Path,
    scheme: str,
) -> None:
    with db.transaction() as session:
        ensure_policies(session)
        first = session.scalars(select(SlaPolicy.id)).first()
    wrong: list[tuple[str, str, object]] = []
    for name, page in (("desktop", desktop_page), ("phone", phone_page)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(f"{address}/login")
        assert not violations(page), "login"
        sign_in(page, address, "admin")
        for shot, path in PAGES.items():
            where = path.replace("/promises/1", f"/promises/{first}").replace(
                "/people/1", f"/people/{cast['helena'].id}"
            )
            answer = page.goto(f"{address}{where}")
            assert answer is not None
            assert answer.ok, (shot, answer.status)
            page.screenshot(path=tmp_path / f"{shot}-{name}-{scheme}.png", full_page=True)
            wrong += [(shot, name, one) for one in (*violations(page), *cut_off(page), *too_faint(page))]
            wrong += [(shot, name, "scrolls sideways")] * scrolls_sideways(page)
    assert not wrong


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
