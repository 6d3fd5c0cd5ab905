"""How every page looks: nothing cut off, too faint or too small, and nothing that axe finds, on any screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from werkzeug.serving import BaseWSGIServer

from core.db import Database
from handoff.access import Attendant
from tests.e2e.console_scene import address, cast, server, sign_in
from tests.e2e.everything import everything, page_endpoints
from tests.e2e.looks import all_fit_and_are_readable, cut_off, faults, too_faint, too_small

__all__ = ["address", "cast", "server"]  # fixtures: found by name

pytestmark = pytest.mark.browser


# Some eighty pages: on a machine that does other things besides this takes minutes.
@pytest.mark.timeout(900)
@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_every_page_fits_is_readable_and_has_no_fault_that_axe_finds(
    request: pytest.FixtureRequest,
    screen: str,
    server: BaseWSGIServer,
    address: str,
    cast: dict[str, Attendant],
    db: Database,
) -> None:
    page: Page = request.getfixturevalue(f"{screen}_page")
    pages = everything(db, cast)
    routes = server.app.url_map.bind("127.0.0.1")  # type: ignore[attr-defined]
    seen = {routes.match(f"/console{path.partition('?')[0]}")[0].removeprefix("console.") for path in pages.values()}
    assert page_endpoints(server.app) - seen == {"login"}  # type: ignore[arg-type]
    assert not faults(page, f"{address}/login", thumb=screen == "phone")
    sign_in(page, address, "admin")
    assert not all_fit_and_are_readable(page, address, pages, thumb=screen == "phone")


def test_the_checks_themselves_find_what_is_wrong(phone_page: Page, address: str) -> None:
    phone_page.goto(f"{address}/login")
    assert (too_faint(phone_page), cut_off(phone_page), too_small(phone_page)) == ([], [], [])
    phone_page.evaluate("document.querySelector('h1').style.color = '#bbbbbb'")
    assert [line.split(" ", 1)[1] for line in too_faint(phone_page)] == ["Atendimento"]
    phone_page.evaluate("document.querySelector('button').style.cssText = 'min-height: 0; height: 20px; width: 900px'")
    assert cut_off(phone_page) == ["Entrar"]
    assert too_small(phone_page) == ["20px primary Entrar"]
