"""Open consoles in real browsers: what one does the others see, the keyboard, notices, and bad connections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from core.db import Database
from handoff import desk
from handoff.access import Attendant
from handoff.outcome import Taken
from models import utc_now
from models.agent_session import AgentSession
from models.conversation import WINDOW, WINDOW_MARGIN, Conversation
from tests.e2e.console_scene import a_full_conversation, add, address, cast, server, sign_in
from tests.integration.desk import a_conversation, conversation

__all__ = ["address", "cast", "server"]  # fixtures: found by name

pytestmark = pytest.mark.browser


@pytest.fixture
def karinas_page(browser: Browser) -> Iterator[Page]:
    """A second browser."""
    context = browser.new_context(locale="pt-BR", viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def fetched(page: Page) -> list[str]:
    """The addresses that the page asks for news at, from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if re.search(r"/live(\?|$)", request.url) else None)
    return asked


def take_for(db: Database, id_: int, who: Attendant) -> None:
    with db.transaction() as session:
        assert isinstance(desk.take(session, id_, who, now=utc_now()), Taken)


def stays(page: Page) -> None:
    """Marks the page, so that a reload would show."""
    page.evaluate("document.body.dataset.stayed = 'yes'")


def stayed(page: Page) -> bool:
    return bool(page.evaluate("document.body.dataset.stayed === 'yes'"))


def test_what_one_does_the_other_sees_without_reload(
    desktop_page: Page, karinas_page: Page, address: str, db: Database
) -> None:
    id_ = a_conversation(db, name="Ana Souza")
    asked = fetched(desktop_page)
    sign_in(desktop_page, address)
    sign_in(karinas_page, address, "karina")
    karinas_page.goto(f"{address}/c/{id_}?tab=open")
    stays(desktop_page)
    expect(desktop_page.get_by_role("link", name="Ana Souza")).to_be_visible()
    karinas_page.get_by_role("button", name="Assumir").click()
    expect(desktop_page.get_by_text("Ninguém esperando")).to_be_visible()
    a_conversation(db, name="Beto Dias", said="a internet caiu")
    expect(desktop_page.get_by_role("link", name="Beto Dias")).to_be_visible()
    expect(desktop_page).to_have_title("(1) Conversas · Religa")
    assert stayed(desktop_page)
    assert asked == [], "nothing was asked for: it was told"


def test_both_see_what_is_written(
    desktop_page: Page, karinas_page: Page, address: str, db: Database, cast: dict[str, Attendant]
) -> None:
    id_ = a_conversation(db, handler="agent", owner=cast["helena"])
    for page, login in ((desktop_page, "helena"), (karinas_page, "karina")):
        sign_in(page, address, login)
        page.goto(f"{address}/c/{id_}?tab=open")
        stays(page)
    desktop_page.get_by_label("Mensagem", exact=True).fill("Já estou vendo.")
    desktop_page.keyboard.press("Enter")
    expect(karinas_page.get_by_role("log").get_by_text("Já estou vendo.")).to_be_visible()
    add(db, id_, "voltou, obrigada")
    for page in (desktop_page, karinas_page):
        expect(page.get_by_role("log").get_by_text("voltou, obrigada")).to_be_visible()
        expect(page.get_by_role("log").get_by_text("oi, caiu a internet")).to_be_visible()
        assert stayed(page)


def test_what_was_not_read_is_counted_until_it_was(
    desktop_page: Page, address: str, db: Database, cast: dict[str, Attendant]
) -> None:
    page = desktop_page
    open_one = a_conversation(db, name="Ana", handler="agent", owner=cast["helena"])
    other = a_conversation(db, name="Beto", handler="agent", owner=cast["helena"])
    sign_in(page, address)
    page.goto(f"{address}/c/{open_one}?tab=mine")
    add(db, other, "e aí?")
    expect(page.locator(f"#row-{other} .news")).to_contain_text("2 mensagens novas")
    add(db, open_one, "tudo bem agora")
    expect(page.get_by_role("log").get_by_text("tudo bem agora")).to_be_visible()
    expect(page.locator(f"#row-{open_one} .news")).to_have_count(0)
    page.locator(f"#row-{other}").click()
    expect(page.locator(f"#row-{other}[aria-current]")).to_be_visible()
    expect(page.locator(".news")).to_have_count(0)


def test_list_is_narrowed_in_the_address_and_stays_so(desktop_page: Page, address: str, db: Database) -> None:
    page = desktop_page
    a_conversation(db, name="Ana", tags=["vip"])
    a_conversation(db, name="Beto")
    sign_in(page, address, "karina")
    page.locator(".narrow summary").click()
    page.get_by_label("Só desta etiqueta").select_option("vip")
    page.get_by_role("button", name="Filtrar").click()
    page.wait_for_url("**etiqueta=vip**")
    expect(page.locator(".row")).to_have_count(1)
    a_conversation(db, name="Caio", tags=["vip"])
    expect(page.get_by_role("link", name="Caio")).to_be_visible()
    page.get_by_role("link", name="Caio").click()
    page.wait_for_url("**/c/*etiqueta=vip**")
    expect(page.locator(".row")).to_have_count(2)
    page.get_by_role("link", name="Limpar").click()
    expect(page.locator(".row")).to_have_count(3)


def test_keys_do_what_the_help_says(desktop_page: Page, address: str, db: Database, cast: dict[str, Attendant]) -> None:
    page = desktop_page
    first, second = a_conversation(db, name="Ana", hours_ago=2), a_conversation(db, name="Beto", hours_ago=1)
    sign_in(page, address)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Atalhos e avisos")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Atalhos e avisos")).to_be_hidden()
    page.keyboard.press("j")
    expect(page.locator(f"#row-{first}")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"#row-{second}")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/c/{first}**")
    page.keyboard.press("a")
    expect(page.locator(".bar").get_by_text("Com você")).to_be_visible()
    page.keyboard.press("r")
    page.keyboard.type("jkrnate/?")
    expect(page.get_by_label("Mensagem", exact=True)).to_have_value("jkrnate/?")
    page.get_by_label("Mensagem", exact=True).fill("")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Mensagens", exact=True)).to_be_focused()
    page.keyboard.press("n")
    expect(page.get_by_placeholder("Escreva uma nota que só a equipe vê…")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("t")
    expect(page.get_by_label("Fila", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("e")
    expect(page.get_by_role("button", name="Encerrar conversa")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("log").get_by_text("Seu protocolo é")).to_be_visible()
    assert conversation(db, first).handler == "closed"


def test_keyboard_keeps_its_place_in_the_list_when_rows_come_and_go(
    desktop_page: Page, address: str, db: Database, cast: dict[str, Attendant]
) -> None:
    page = desktop_page
    ids = [a_conversation(db, name=name, hours_ago=5 - place) for place, name in enumerate(("Ana", "Beto", "Caio"))]
    sign_in(page, address)
    for _ in range(2):
        page.keyboard.press("j")
    expect(page.locator(f"#row-{ids[1]}")).to_be_focused()
    take_for(db, ids[0], cast["karina"])
    expect(page.locator(f"#row-{ids[0]}")).to_have_count(0)
    expect(page.locator(f"#row-{ids[1]}")).to_be_focused()
    take_for(db, ids[1], cast["karina"])
    expect(page.locator(f"#row-{ids[1]}")).to_have_count(0)
    expect(page.locator(f"#row-{ids[2]}")).to_be_focused()
    take_for(db, ids[2], cast["karina"])
    expect(page.locator(f"#row-{ids[2]}")).to_have_count(0)
    expect(page.locator(".tabs a[aria-current]")).to_be_focused()


def test_keys_can_be_switched_off(desktop_page: Page, address: str, db: Database) -> None:
    page = desktop_page
    id_ = a_conversation(db)
    sign_in(page, address)
    page.get_by_role("button", name="Atalhos e avisos").click()
    page.get_by_label("Atalhos de uma tecla ligados").uncheck()
    page.get_by_role("button", name="Fechar").click()
    page.reload()
    page.keyboard.press("j")
    expect(page.locator(f"#row-{id_}")).not_to_be_focused()


def test_offline_is_said_and_news_come_when_it_is_over(desktop_page: Page, address: str, db: Database) -> None:
    page = desktop_page
    sign_in(page, address)
    expect(page.locator("#offline")).to_be_hidden()
    page.route("**/console/**", lambda route: route.abort())
    page.evaluate("askUntilHeard()")
    expect(page.get_by_text("Sem conexão com o servidor.")).to_be_visible()
    a_conversation(db, name="Ana")
    page.unroute("**/console/**")
    expect(page.get_by_role("link", name="Ana")).to_be_visible()
    expect(page.locator("#offline")).to_be_hidden()


def test_page_asks_where_no_stream_gets_through(desktop_page: Page, address: str, db: Database) -> None:
    page = desktop_page
    page.route("**/console/stream**", lambda route: route.fulfill(status=503, body="full"))
    sign_in(page, address)
    a_conversation(db, name="Ana")
    expect(page.get_by_role("link", name="Ana")).to_be_visible()
    expect(page.locator("#offline")).to_be_hidden()


def test_session_that_ended_is_said(desktop_page: Page, address: str, db: Database) -> None:
    sign_in(desktop_page, address)
    with db.transaction() as session:
        session.execute(update(AgentSession).values(ended_at=utc_now()))
    expect(desktop_page.get_by_text("Sua sessão terminou.")).to_be_visible()
    expect(desktop_page.get_by_role("link", name="Entrar de novo")).to_be_visible()


def test_last_hour_of_the_window_is_counted_by_seconds(
    desktop_page: Page, address: str, db: Database, cast: dict[str, Attendant]
) -> None:
    page = desktop_page
    id_ = a_conversation(db, handler="agent", owner=cast["helena"])
    with db.transaction() as session:
        ends = utc_now() + timedelta(minutes=20)
        session.get_one(Conversation, id_).last_inbound_at = ends - WINDOW + WINDOW_MARGIN
    sign_in(page, address)
    page.goto(f"{address}/c/{id_}")
    expect(page.locator("[data-until]")).to_contain_text("A janela fecha em 19:")


def test_notice_is_told_once_they_asked_for_it(
    desktop_page: Page, address: str, db: Database, cast: dict[str, Attendant]
) -> None:
    page = desktop_page
    id_ = a_conversation(db, name="Ana", handler="agent", owner=cast["helena"])
    page.context.grant_permissions(["notifications"])
    page.add_init_script(
        "window.Notification = class {"
        " constructor(title, more) { document.body.dataset.told = title + ': ' + more.body }"
        " static permission = 'granted'; static requestPermission() {} }"
    )
    sign_in(page, address)
    with db.transaction() as session:
        session.get_one(Conversation, id_).last_inbound_at = utc_now()
    expect(page.locator("body")).not_to_have_attribute("data-told", re.compile("."))
    page.get_by_role("button", name="Atalhos e avisos").click()
    page.get_by_label("Som e aviso no computador").check()
    page.get_by_role("button", name="Fechar").click()
    a_conversation(db, name="Beto", handler="agent", owner=cast["helena"])
    expect(page.locator("body")).to_have_attribute("data-told", "Nova conversa com você: Beto")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_list_and_conversation_have_no_barriers(
    desktop_page: Page, phone_page: Page, address: str, db: Database, tmp_path: Path, scheme: str
) -> None:
    id_ = a_full_conversation(db)
    a_conversation(db, name="Elisa Prado", said="a internet está lenta", tags=["vip", "reincidente"])
    for name, page in (("desktop", desktop_page), ("phone", phone_page)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        sign_in(page, address, "karina")
        for shot, path in (("list", "/?novas=1"), ("conversation", f"/c/{id_}?tab=open")):
            page.goto(f"{address}{path}")
            page.screenshot(path=tmp_path / f"{shot}-{name}-{scheme}.png")
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
        if name == "desktop":
            page.keyboard.press("?")
            page.screenshot(path=tmp_path / f"help-{name}-{scheme}.png")
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
