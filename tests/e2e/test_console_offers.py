"""Writing outside of the 24-hour window in a real browser: the preview follows the fields, one press is one message."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from core.db import Database
from handoff.access import Attendant
from tests.e2e.console_scene import add, address, cast, server, sign_in
from tests.integration.desk import a_conversation, messages
from tests.integration.template_rows import a_template

__all__ = ["address", "cast", "server"]  # fixtures: found by name

pytestmark = pytest.mark.browser


def test_agent_sends_a_template_that_reads_as_shown(
    phone_page: Page, address: str, db: Database, cast: dict[str, Attendant]
) -> None:
    a_template(db)
    id_ = a_conversation(db, name="Davi Rocha", handler="agent", owner=cast["helena"], hours_ago=30)
    page = phone_page
    sign_in(page, address)
    page.goto(f"{address}/c/{id_}")
    page.locator("#offer-reopen > summary").click()
    page.get_by_label("Protocolo", exact=True).last.fill("2026-77")
    preview = page.get_by_label("Como o cliente vai ler")
    expect(preview).to_contain_text("Oi, Davi! Temos uma resposta sobre o seu atendimento 2026-77.")
    # What comes in meanwhile leaves alone what was typed.
    add(db, id_, "alô?")
    expect(page.get_by_role("log").get_by_text("alô?")).to_be_visible()
    expect(preview).to_contain_text("2026-77")
    page.get_by_role("button", name="Enviar modelo").click()
    expect(page.get_by_role("log").get_by_text("atendimento 2026-77")).to_be_visible()
    assert [message.payload["values"]["protocol"] for message in messages(db, id_, "out")] == ["2026-77"]


def test_press_again_after_an_answer_that_got_lost_sends_nothing_twice(
    desktop_page: Page, address: str, db: Database, cast: dict[str, Attendant]
) -> None:
    a_template(db)
    id_ = a_conversation(db, name="Davi Rocha", handler="agent", owner=cast["helena"], hours_ago=30)
    page = desktop_page
    sign_in(page, address)
    page.goto(f"{address}/c/{id_}")
    lost: list[str] = []

    def lose(route: Route) -> None:
        if lost:
            return route.continue_()
        lost.append(route.fetch().text())
        return route.abort()

    page.route("**/template*", lose)
    page.locator("#offer-reopen > summary").click()
    page.get_by_role("button", name="Enviar modelo").click()
    expect(page.get_by_text("Não deu para enviar. Tente de novo")).to_be_visible()
    page.evaluate(
        "() => { const part = document.querySelector('[data-region=composer]'); replace(part, part.cloneNode(true)); }"
    )
    expect(page.get_by_text("Não deu para enviar. Tente de novo")).to_be_visible()
    page.get_by_role("button", name="Enviar modelo").click()
    expect(page.get_by_role("button", name="Enviar modelo")).to_be_hidden()
    assert len(messages(db, id_, "out")) == 1


def test_answer_that_comes_after_the_page_changed_counts_for_what_stands_there_now(
    desktop_page: Page, address: str, db: Database, cast: dict[str, Attendant]
) -> None:
    a_template(db)
    id_ = a_conversation(db, name="Davi Rocha", handler="agent", owner=cast["helena"], hours_ago=30)
    page = desktop_page
    sign_in(page, address)
    page.goto(f"{address}/c/{id_}")

    def slowly(route: Route) -> None:
        answer = route.fetch()
        # The place of the form is taken by another, as a live update does it, before the answer arrives.
        page.evaluate(
            "() => { const part = document.querySelector('[data-region=composer]');"
            " replace(part, part.cloneNode(true)); }"
        )
        route.fulfill(response=answer)

    page.route("**/template*", slowly)
    page.locator("#offer-reopen > summary").click()
    before = page.locator("[data-offer] input[name=token]").first.input_value()
    page.get_by_role("button", name="Enviar modelo").click()
    expect(page.get_by_role("button", name="Enviar modelo")).to_be_hidden()
    assert page.locator("[data-offer] input[name=token]").first.input_value() != before
