"""The bank's panel of the phone page in a real browser: the Pix that came is paid, in part too, and given back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from billing.gateway import ChargeOrder, Payer, gateway_kinds
from core.document import Document
from core.http import make_session
from tests.unit.webhooks.simulator.standin import ANA, StandIn, standing_in

pytestmark = pytest.mark.browser
TOKEN = "segredo-do-banco"


@pytest.fixture
def product(tmp_path: Path) -> Iterator[StandIn]:
    with standing_in(tmp_path, bank_token=TOKEN) as running:
        yield running


@pytest.fixture(params=["desktop_page", "phone_page"])
def page(request: pytest.FixtureRequest) -> Page:
    found: Page = request.getfixturevalue(request.param)
    return found


def test_pix_of_the_chat_is_paid_in_part_and_wholly_and_given_back(page: Page, product: StandIn) -> None:
    fields = {"url": f"{product.base_url}/simulator/bank", "token": TOKEN}
    gateway = gateway_kinds()["simulator"].connect(fields, make_session(), "America/Sao_Paulo")
    payer = Payer("Ana Souza", Document("cpf", "11144477735"))
    made = gateway.create(ChargeOrder("r1x1", payer, 7990, date(2026, 12, 10), "Fatura F-1003-1"))
    page.goto(f"{product.base_url}/simulator/#{ANA}")
    panel = page.locator("#bank")
    page.get_by_role("button", name="Banco").click()
    expect(panel.locator("li")).to_contain_text("Nenhum Pix chegou")
    panel.get_by_label("Fechar").click()
    product.write("oi")
    product.say({"type": "text", "text": {"body": made.pix}})
    page.get_by_role("button", name="Banco").click()
    panel.get_by_label("Valor de Fatura F-1003-1").fill("20,00")
    panel.get_by_role("button", name="Pagar parte").click()
    expect(panel.locator(".state")).to_have_text("paga em parte")
    panel.locator(".pay").click()
    expect(panel.locator(".state")).to_have_text("paga")
    panel.get_by_role("button", name="Estornar").click()
    expect(panel.locator(".state")).to_have_text("estornada")
    assert len(product.paid) == 3
    assert gateway.state(made.external_id).returned_cents == 7990
