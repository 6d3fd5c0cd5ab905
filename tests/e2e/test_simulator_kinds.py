"""The phone page in a real browser: every kind of bubble, and what a customer does with a phone beside writing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_simulator_page import PIX, no_sideways_scroll, open_chat, picture, write
from tests.unit.webhooks.simulator.standin import ANA, StandIn, standing_in, wait_until
from webhooks.simulator.people import Phone
from webhooks.simulator.store import Store

pytestmark = pytest.mark.browser

LINE = "03399876543210987654321098765432109876543210987"
ORDER: dict[str, Any] = {
    "text": "Sua fatura de *outubro*.",
    "reference": "fat-8812",
    "item": "Plano 500M",
    "total_cents": 9990,
    "currency": "BRL",
    "ways": [
        {"type": "pix", "code": PIX, "merchant": "Conecta Vale"},
        {"type": "boleto", "line": LINE},
        {"type": "link", "url": "https://pague.example/x"},
    ],
}
TEMPLATE: dict[str, Any] = {
    "text": "Sua fatura vence amanhã.",
    "template": "lembrete_de_fatura",
    "header": {"kind": "text", "text": "Lembrete"},
    "footer": "Responda SAIR para parar",
    "buttons": [
        {"kind": "quick_reply", "title": "Já paguei", "value": "pago"},
        {"kind": "copy_code", "title": "Copiar código", "value": "123456"},
    ],
}


@pytest.fixture
def product(tmp_path: Path) -> Iterator[StandIn]:
    with standing_in(tmp_path) as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "simulator.sqlite3", clock=lambda: datetime.now(UTC))


@pytest.fixture
def ana(product: StandIn, store: Store) -> Phone:
    found = store.find_phone(ANA)
    assert found is not None
    return found


@pytest.fixture(params=["desktop_page", "phone_page"])
def page(request: pytest.FixtureRequest) -> Page:
    found: Page = request.getfixturevalue(request.param)
    return found


def plus(page: Page, name: str) -> None:
    page.get_by_role("button", name="Anexar").click()
    page.get_by_role("menuitem", name=name).click()


def answer(page: Page, label: str, text: str, button: str) -> None:
    dialog = page.locator("#ask")
    dialog.get_by_label(label).fill(text)
    dialog.get_by_role("button", name=button).click()


def options_of(page: Page, text: str) -> None:
    bubble = page.locator(".row", has_text=text).last
    bubble.hover()
    bubble.get_by_label("Opções da mensagem").click()


def messages(product: StandIn, count: int) -> list[dict[str, Any]]:
    wait_until(lambda: len(product.values("messages")) == count)
    return product.values("messages")


def test_order_is_a_card_with_every_way_to_pay(page: Page, product: StandIn, store: Store, ana: Phone) -> None:
    open_chat(page, product)
    store.add_from_business(ana, "order", ORDER, "k1")
    card = page.locator(".pay")
    expect(card).to_contain_text("R$\u00a099,90")
    expect(card).to_contain_text("Plano 500M")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card.get_by_role("button", name="Copiar código Pix").click()
    assert page.evaluate("navigator.clipboard.readText()") == PIX
    card.get_by_role("button", name="Copiar linha digitável").click()
    assert page.evaluate("navigator.clipboard.readText()") == LINE
    expect(card.get_by_role("link", name="Abrir")).to_have_attribute("href", "https://pague.example/x")
    state = {"text": "Obrigado!", "reference": "fat-8812", "status": "completed", "note": "Pix às 10:32"}
    store.add_from_business(ana, "order_status", state, "k2")
    expect(page.locator(".pay").last).to_contain_text("Concluído")
    assert no_sideways_scroll(page)


def test_place_and_contact_are_shared_when_asked_for(page: Page, product: StandIn, store: Store, ana: Phone) -> None:
    open_chat(page, product)
    place = store.add_from_business(ana, "location_request", {"text": "Onde é a instalação?"}, "k1")
    page.get_by_role("button", name="Enviar localização").click()
    assert messages(product, 1)[0]["location"]["name"] == "Praça Afonso Pena"
    assert messages(product, 1)[0]["context"]["id"] == place.id
    store.add_from_business(ana, "contact_request", {"text": "Qual é o seu número?"}, "k2")
    page.get_by_role("button", name="Compartilhar contato").click()
    card = messages(product, 2)[1]["contacts"][0]
    assert (card["origin"], card["phones"][0]["wa_id"]) == ("contact_request", ANA)


def test_template_shows_its_parts_and_its_quick_reply_is_a_button(
    page: Page, product: StandIn, store: Store, ana: Phone
) -> None:
    open_chat(page, product)
    sent = store.add_from_business(ana, "template", TEMPLATE, "k1")
    bubble = page.locator(".row").last
    for text in ("Lembrete", "Sua fatura vence amanhã.", "Responda SAIR"):
        expect(bubble).to_contain_text(text)
    page.get_by_role("button", name="Já paguei").click()
    reply = messages(product, 1)[0]
    assert reply["button"] == {"payload": "pago", "text": "Já paguei"}
    assert reply["context"]["id"] == sent.id


def test_reactions_of_both_sides_show_on_the_bubble(page: Page, product: StandIn, store: Store, ana: Phone) -> None:
    open_chat(page, product)
    write(page, "obrigada!")
    target = messages(product, 1)[0]["id"]
    store.add_from_business(ana, "reaction", {"target": target, "emoji": "👍"}, "k1")
    expect(page.locator(".reactions")).to_have_text("👍")
    expect(page.locator(".row")).to_have_count(1)
    options_of(page, "obrigada!")
    page.get_by_role("menuitem", name="Reagir com ❤️").click()
    assert messages(product, 2)[1]["reaction"] == {"message_id": target, "emoji": "❤️"}
    expect(page.locator(".reactions")).to_contain_text("❤️")
    store.add_from_business(ana, "reaction", {"target": target, "emoji": ""}, "k2")
    expect(page.locator(".reactions")).to_have_text("❤️")


def test_own_message_is_quoted_edited_and_deleted(page: Page, product: StandIn) -> None:
    open_chat(page, product)
    write(page, "segunda via")
    first = messages(product, 1)[0]["id"]
    options_of(page, "segunda via")
    page.get_by_role("menuitem", name="Responder").click()
    expect(page.locator("#quoting")).to_contain_text("segunda via")
    write(page, "é urgente")
    assert messages(product, 2)[1]["context"]["id"] == first
    expect(page.locator("#quoting")).to_be_hidden()
    options_of(page, "é urgente")
    page.get_by_role("menuitem", name="Editar").click()
    answer(page, "Texto", "sem pressa", "Salvar")
    expect(page.locator(".row").last).to_contain_text("sem pressa")
    expect(page.locator(".row").last).to_contain_text("editada")
    assert messages(product, 3)[2]["type"] == "edit"
    options_of(page, "sem pressa")
    page.get_by_role("menuitem", name="Apagar para todos").click()
    expect(page.locator(".row").last).to_contain_text("Você apagou esta mensagem")
    assert messages(product, 4)[3]["type"] == "revoke"


def test_plus_menu_sends_what_a_phone_can_send(page: Page, product: StandIn) -> None:
    open_chat(page, product)
    for name, kind in (("Figurinha", "sticker"), ("Enquete", "unsupported"), ("Pedido", "order")):
        before = len(product.values("messages"))
        plus(page, name)
        assert messages(product, before + 1)[-1]["type"] == kind
    plus(page, "Contato")
    page.locator("#ask").get_by_label("Nome").fill("Rosa Dias")
    answer(page, "Número", "12 98111-4444", "Enviar")
    assert messages(product, 4)[3]["contacts"][0]["name"]["first_name"] == "Rosa"
    plus(page, "Em um grupo")
    answer(page, "Texto", "oi, grupo", "Enviar")
    assert messages(product, 5)[4]["group_id"]
    files = [{"name": f"{n}.png", "mimeType": "image/png", "buffer": picture()} for n in range(3)]
    page.locator("#file-photo").set_input_files(files)  # type: ignore[arg-type]
    assert [message["type"] for message in messages(product, 8)[5:]] == ["image"] * 3
    clip = {"name": "v.mp4", "mimeType": "video/mp4", "buffer": b"\x00\x00\x00\x18ftypmp42"}
    page.locator("#file-video").set_input_files(clip)  # type: ignore[arg-type]
    assert messages(product, 9)[8]["type"] == "video"
    assert no_sideways_scroll(page)


def test_phone_calls_hides_moves_and_stops_offers(page: Page, product: StandIn) -> None:
    open_chat(page, product)
    plus(page, "Ligar")
    wait_until(lambda: bool(product.values("calls")))
    plus(page, "Parar ofertas")
    wait_until(lambda: bool(product.values("user_preferences")))
    plus(page, "Loja responde")
    answer(page, "Texto", "Oi, é a Helena", "Enviar")
    wait_until(lambda: bool(product.values("message_echoes")))
    expect(page.locator(".row:not(.mine)")).to_contain_text("Oi, é a Helena")
    plus(page, "Ocultar número")
    page.get_by_role("button", name="Anexar").click()
    expect(page.get_by_role("menuitem", name="Mostrar número")).to_be_visible()
    page.keyboard.press("Escape")
    plus(page, "Trocar número")
    answer(page, "Novo número", "12 98111-5555", "Trocar")
    wait_until(lambda: bool(product.values("messages")))
    assert product.values("messages")[0]["system"]["wa_id"] == "5512981115555"
    expect(page.locator(".row:not(.mine)")).to_contain_text("Oi, é a Helena")


def test_trouble_is_switched_on_and_off_again(page: Page, product: StandIn, store: Store) -> None:
    open_chat(page, product)
    plus(page, "Dificuldades")
    panel = page.locator("#trouble")
    panel.get_by_label("Dificuldade", exact=True).select_option("webhooks/duplicate")
    panel.get_by_label("Chance").fill("50")
    panel.get_by_role("button", name="Ligar", exact=True).click()
    expect(panel.locator("li")).to_have_text("webhooks: duplicate · até desligar · 50 %")
    assert [(mode.mode, mode.remaining, mode.chance) for mode in store.failures.waiting()] == [("duplicate", None, 0.5)]
    panel.get_by_role("button", name="Desligar todas").click()
    expect(panel.locator("li")).to_have_count(0)
    assert store.failures.waiting() == []
