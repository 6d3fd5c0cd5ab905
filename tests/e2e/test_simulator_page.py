"""The phone page in a real browser: writing, tapping, files, formatting, both widths, nothing dangerous."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.unit.webhooks.simulator.standin import ANA, StandIn, standing_in, wait_until

pytestmark = pytest.mark.browser

PIX = (
    "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-426655440000520400005303986540599.90"
    "5802BR5920CONECTA VALE TELECOM6015SAO JOSE CAMPOS62070503***63041D3D"
)
MENU = {
    "type": "interactive",
    "interactive": {
        "type": "list",
        "body": {"text": "Como posso ajudar?"},
        "action": {
            "button": "Ver opções",
            "sections": [
                {"title": "Financeiro", "rows": [{"id": "fatura", "title": "2ª via", "description": "PDF e Pix"}]},
                {"title": "Internet", "rows": [{"id": "queda", "title": "Sem internet"}]},
            ],
        },
    },
}
QUESTION = {
    "type": "interactive",
    "interactive": {
        "type": "button",
        "body": {"text": "Posso liberar o sinal?"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "liberar", "title": "Sim, liberar"}},
                {"type": "reply", "reply": {"id": "depois", "title": "Agora não"}},
            ]
        },
    },
}


@pytest.fixture
def product(tmp_path: Path) -> Iterator[StandIn]:
    with standing_in(tmp_path) as running:
        yield running


@pytest.fixture(params=["desktop_page", "phone_page"])
def page(request: pytest.FixtureRequest) -> Page:
    found: Page = request.getfixturevalue(request.param)
    return found


def open_chat(page: Page, product: StandIn, who: str = ANA) -> None:
    page.goto(f"{product.base_url}/simulator/#{who}")
    expect(page.locator("#case")).to_be_visible()


def write(page: Page, text: str) -> None:
    page.get_by_label("Mensagem", exact=True).fill(text)
    page.keyboard.press("Enter")


def picture() -> bytes:
    body = io.BytesIO()
    Image.new("RGB", (640, 400), "#3478c0").save(body, "PNG")
    return body.getvalue()


def no_sideways_scroll(page: Page) -> bool:
    script = "document.documentElement.scrollWidth <= innerWidth && scroll.scrollWidth <= scroll.clientWidth"
    return bool(page.evaluate(f"(() => {{ const scroll = document.getElementById('scroll'); return {script}; }})()"))


@pytest.mark.parametrize("typed", ["5512981117777", "(12) 98111-7777"])
def test_number_in_the_address_that_nobody_has_opens_a_new_person(
    desktop_page: Page, product: StandIn, typed: str
) -> None:
    open_chat(desktop_page, product, typed)
    expect(desktop_page.locator("#case")).to_have_text("+5512981117777: Número digitado")
    assert desktop_page.url.endswith("#5512981117777")
    write(desktop_page, "oi")
    wait_until(lambda: bool(product.values("messages")))
    assert product.values("messages")[0]["from"] == "5512981117777"
    desktop_page.goto(f"{product.base_url}/simulator/#{ANA}")
    expect(desktop_page.locator("#me")).to_have_attribute("data-who", ANA)


def test_address_that_names_no_number_says_so(desktop_page: Page, product: StandIn) -> None:
    open_chat(desktop_page, product, "ninguem")
    expect(desktop_page.get_by_text("Digite o número com DDD")).to_be_visible()
    expect(desktop_page.locator("#me")).to_have_attribute("data-who", ANA)


def test_text_is_sent_with_enter_and_ticked_when_accepted_and_read(page: Page, product: StandIn) -> None:
    open_chat(page, product)
    write(page, "oi, tudo bem?")
    bubble = page.locator(".row.mine")
    expect(bubble).to_contain_text("oi, tudo bem?")
    expect(bubble.get_by_label("Enviada", exact=True)).to_be_visible()
    received = product.values("messages")[0]
    assert received["text"]["body"] == "oi, tudo bem?"
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": received["id"]}
    product.graph("messages", receipt | {"typing_indicator": {"type": "text"}})
    expect(bubble.get_by_label("Lida", exact=True)).to_be_visible()
    expect(page.locator("#presence")).to_have_text("digitando…")
    product.say({"type": "text", "text": {"body": "Oi, Ana!"}})
    expect(page.locator(".row:not(.mine)")).to_contain_text("Oi, Ana!")
    expect(page.locator("#typing")).to_be_hidden()
    wait_until(lambda: [status["status"] for status in product.values("statuses")] == ["sent", "delivered", "read"])


def test_shift_enter_makes_a_new_line(desktop_page: Page, product: StandIn) -> None:
    open_chat(desktop_page, product)
    box = desktop_page.get_by_label("Mensagem", exact=True)
    box.type("um")
    desktop_page.keyboard.press("Shift+Enter")
    box.type("dois")
    desktop_page.keyboard.press("Enter")
    wait_until(lambda: len(product.values("messages")) == 1)
    assert product.values("messages")[0]["text"]["body"] == "um\ndois"


def test_button_reply_is_sent_when_tapped(page: Page, product: StandIn) -> None:
    open_chat(page, product)
    write(page, "bloqueado")
    wait_until(lambda: len(product.values("messages")) == 1)
    question = product.say(QUESTION)
    page.get_by_role("button", name="Sim, liberar").click()
    expect(page.locator(".row.mine").last).to_contain_text("Posso liberar o sinal?")
    wait_until(lambda: len(product.values("messages")) == 2)
    reply = product.values("messages")[1]
    assert reply["interactive"]["button_reply"] == {"id": "liberar", "title": "Sim, liberar"}
    assert reply["context"]["id"] == question


def test_list_opens_as_a_sheet_and_sends_the_chosen_row(page: Page, product: StandIn) -> None:
    open_chat(page, product)
    write(page, "menu")
    wait_until(lambda: len(product.values("messages")) == 1)
    product.say(MENU)
    page.get_by_role("button", name="Ver opções").click()
    send = page.get_by_role("dialog").get_by_role("button", name="Enviar")
    expect(send).to_be_disabled()
    page.get_by_role("dialog").get_by_label("2ª via").check()
    send.click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    wait_until(lambda: len(product.values("messages")) == 2)
    reply = product.values("messages")[1]["interactive"]
    assert reply["list_reply"] == {"id": "fatura", "title": "2ª via", "description": "PDF e Pix"}


def test_document_is_a_card_that_opens_the_file_and_long_codes_can_be_copied(page: Page, product: StandIn) -> None:
    open_chat(page, product)
    write(page, "segunda via")
    wait_until(lambda: len(product.values("messages")) == 1)
    media_id = product.upload(b"%PDF-1.4 conta", "application/pdf", "fatura.pdf")
    caption = f"Sua fatura de *R$ 99,90*:\n{PIX}"
    product.say({"type": "document", "document": {"id": media_id, "filename": "fatura.pdf", "caption": caption}})
    card = page.locator(".document")
    expect(card).to_contain_text("fatura.pdf")
    expect(card).to_contain_text("PDF · 14 B")
    got = page.request.get(f"{product.base_url}{card.get_attribute('href')}")
    assert (got.headers["content-type"], got.body()) == ("application/pdf", b"%PDF-1.4 conta")
    expect(page.locator(".text strong")).to_have_text("R$ 99,90")
    expect(page.locator(".code samp")).to_have_text(PIX)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copiar código Pix").click()
    expect(page.locator("#toast")).to_have_text("Copiado")
    assert page.evaluate("navigator.clipboard.readText()") == PIX
    assert no_sideways_scroll(page)


def test_files_places_and_voice_notes_are_sent(page: Page, product: StandIn) -> None:
    open_chat(page, product)
    page.locator("#file-photo").set_input_files({"name": "onu.png", "mimeType": "image/png", "buffer": picture()})
    expect(page.locator(".picture img")).to_be_visible()
    wait_until(lambda: bool(page.evaluate("document.querySelector('.picture img').naturalWidth === 640")))
    page.locator("#file-document").set_input_files(
        {"name": "comprovante.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 x"}
    )
    expect(page.locator(".document")).to_contain_text("comprovante.pdf")
    page.get_by_role("button", name="Anexar").click()
    page.get_by_role("menuitem", name="Localização").click()
    expect(page.locator(".place")).to_be_visible()
    page.get_by_role("button", name="Enviar recado de voz de exemplo").click()
    expect(page.locator(".voice")).to_be_visible()
    wait_until(lambda: len(product.values("messages")) == 4)
    sent = {message["type"]: message for message in product.values("messages")}
    assert set(sent) == {"image", "document", "location", "audio"}
    assert sent["document"]["document"]["filename"] == "comprovante.pdf"
    assert sent["audio"]["audio"]["voice"] is True


def test_person_is_changed_and_every_chat_stays_its_own(page: Page, product: StandIn) -> None:
    open_chat(page, product)
    write(page, "sou a Ana")
    expect(page.locator(".row.mine")).to_have_count(1)
    if page.locator("#me").is_visible():
        page.locator("#me").click()
    page.locator("#people button", has_text="Bruno Lima").click()
    expect(page.locator(".row")).to_have_count(0)
    write(page, "sou o Bruno")
    wait_until(lambda: len(product.values("messages")) == 2)
    assert {message["from"] for message in product.values("messages")} == {ANA, "5512981110002"}
    if page.locator("#me").is_visible():
        page.locator("#me").click()
    page.get_by_label("Outro número").fill("(12) 98111-7777")
    page.get_by_role("button", name="Usar").click()
    expect(page.locator("#case")).to_contain_text("+5512981117777")
    write(page, "sou outra pessoa")
    wait_until(lambda: product.values("messages")[-1]["from"] == "5512981117777")


def test_answer_to_another_phone_is_counted_in_the_picker(desktop_page: Page, product: StandIn) -> None:
    open_chat(desktop_page, product)
    product.write("oi", "5512981110002")
    wait_until(lambda: len(product.values("messages")) == 1)
    product.say({"type": "text", "text": {"body": "Oi, Bruno!"}}, to="5512981110002")
    expect(desktop_page.locator("#people button", has_text="Bruno Lima").locator(".badge")).to_have_text("1")
    wait_until(lambda: len(product.values("statuses")) == 2)
    assert [status["status"] for status in product.values("statuses")] == ["sent", "delivered"]


def test_content_is_never_run_as_code(desktop_page: Page, product: StandIn) -> None:
    open_chat(desktop_page, product)
    evil = (
        '<img src=x onerror="document.title=\'quebrou\'"><script>document.title="quebrou"</script> javascript:alert(1)'
    )
    write(desktop_page, evil)
    wait_until(lambda: len(product.values("messages")) == 1)
    product.say({"type": "text", "text": {"body": evil}})
    expect(desktop_page.locator(".row .text")).to_have_count(2)
    for index in range(2):
        expect(desktop_page.locator(".row .text").nth(index)).to_have_text(evil)
    assert desktop_page.locator(".row img, .row script, .row a").count() == 0
    assert "quebrou" not in desktop_page.title()


def test_text_is_formatted_as_in_whatsapp(desktop_page: Page, product: StandIn) -> None:
    open_chat(desktop_page, product)
    product.write("oi")
    wait_until(lambda: len(product.values("messages")) == 1)
    body = "*forte* _leve_ ~fora~ `reto` 2*3*4 snake_case_x https://a.example/x?y=1.\n```cod\nigo```"
    product.say({"type": "text", "text": {"body": body}})
    text = desktop_page.locator(".row:not(.mine) .text")
    expect(text.locator("strong")).to_have_text("forte")
    expect(text.locator("em")).to_have_text("leve")
    expect(text.locator("s")).to_have_text("fora")
    expect(text.locator("code")).to_have_text("reto")
    expect(text.locator("a")).to_have_attribute("href", "https://a.example/x?y=1")
    expect(text.locator("samp")).to_have_text("cod igo")
    expect(text).to_contain_text("2*3*4 snake_case_x")


def test_bubbles_are_left_alone_while_the_page_asks_for_news(desktop_page: Page, product: StandIn) -> None:
    open_chat(desktop_page, product)
    for number in range(30):
        product.write(f"mensagem {number}")
    expect(desktop_page.locator(".row")).to_have_count(30)
    desktop_page.evaluate("document.querySelector('.row').dataset.mark = 'mesma'")
    desktop_page.locator("#scroll").evaluate("box => box.scrollTo(0, 0)")
    product.say({"type": "text", "text": {"body": "chegou"}})
    expect(desktop_page.locator("#to-end-count")).to_have_text("1")
    assert desktop_page.locator("#scroll").evaluate("box => box.scrollTop") == 0
    assert desktop_page.locator(".row").first.get_attribute("data-mark") == "mesma"
    assert not [status for status in product.values("statuses") if status["status"] == "read"]
    desktop_page.locator("#to-end").click()
    wait_until(lambda: any(status["status"] == "read" for status in product.values("statuses")))


def test_page_fits_its_width(page: Page, product: StandIn) -> None:
    open_chat(page, product)
    write(page, "x" * 300)
    write(page, PIX)
    expect(page.locator(".row.mine")).to_have_count(2)
    assert no_sideways_scroll(page)


def test_draft_stays_when_the_server_is_away(desktop_page: Page, product: StandIn) -> None:
    open_chat(desktop_page, product)
    desktop_page.route("**/messages", lambda route: route.abort())
    write(desktop_page, "não se perca")
    expect(desktop_page.locator("#toast")).to_contain_text("Sem conexão")
    expect(desktop_page.get_by_label("Mensagem", exact=True)).to_have_value("não se perca")


def test_addresses_that_the_page_asks_for_hold_no_number(desktop_page: Page, product: StandIn) -> None:
    asked: list[str] = []
    desktop_page.on("request", lambda request: asked.append(request.url))
    open_chat(desktop_page, product)
    write(desktop_page, "oi")
    expect(desktop_page.get_by_label("Enviada", exact=True)).to_be_visible()
    paths = [address.partition("#")[0] for address in asked]
    assert any("/api/chats/" in path for path in paths)
    assert not [path for path in paths if ANA in path]
