"""Writing at the console in a real browser: ready answers, files, drafts, what waits offline, and pictures large."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from core.db import Database
from core.file_types import type_of
from handoff.access import Attendant
from models.attachment import Attachment
from tests.e2e.console_scene import add, address, cast, server, sign_in
from tests.e2e.looks import cut_off, too_faint
from tests.e2e.test_console_files import a_picture, here, say
from tests.integration.desk import a_conversation, messages
from tests.integration.writing_rows import a_canned, a_macro, a_png

__all__ = ["address", "cast", "server"]  # fixtures: found by name

pytestmark = pytest.mark.browser

GIVE_FILES = """([name, kind, data, how]) => {
  const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, { type: kind }));
  const target = document.querySelector(how === "paste" ? "#text" : ".talk");
  const event = how === "paste"
    ? new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true })
    : new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true });
  target.dispatchEvent(event);
}"""


def give(page: Page, name: str, kind: str, data: bytes, how: str) -> None:
    """Pastes a file into the composer, or drops it on the conversation."""
    page.evaluate(GIVE_FILES, [name, kind, base64.b64encode(data).decode(), how])


@pytest.fixture
def id_(db: Database, cast: dict[str, Attendant]) -> int:
    """Helena's conversation with Davi."""
    return a_conversation(db, name="Davi Rocha", handler="agent", owner=cast["helena"])


@pytest.fixture
def page(desktop_page: Page, address: str, id_: int) -> Page:
    """Helena in it."""
    sign_in(desktop_page, address)
    enter(desktop_page, address, id_)
    return desktop_page


def enter(page: Page, address: str, id_: int) -> None:
    with page.expect_response("**/writing"):
        page.goto(f"{address}/c/{id_}")


def sent(db: Database, id_: int) -> list[str]:
    return [message.text for message in messages(db, id_, "out")]


def test_ready_answer_is_picked_with_the_keyboard_and_filled_in(
    page: Page, address: str, db: Database, id_: int, cast: dict[str, Attendant]
) -> None:
    a_canned(db, cast["karina"])
    a_canned(db, cast["karina"], "fatura", "Sua fatura é de {{fatura_valor}}, {{cliente}}.")
    enter(page, address, id_)
    text = page.locator("#text")
    text.press_sequentially("/")
    expect(page.locator("#options > li")).to_have_count(2)
    text.press_sequentially("oi")
    expect(page.locator("#options > li")).to_contain_text("Olá, Davi! Sou Helena.")
    text.press("Enter")
    expect(text).to_have_value("Olá, Davi! Sou Helena.")
    text.press("Enter")
    expect(page.locator(".bubble.out")).to_contain_text("Olá, Davi! Sou Helena.")
    text.press_sequentially("/fat")
    expect(page.locator("#picker mark")).to_have_text("Valor da fatura")
    text.press("Enter")
    page.get_by_label("Valor da fatura").fill("R$ 99,90")
    page.get_by_label("Valor da fatura").press("Enter")
    expect(text).to_have_value("Sua fatura é de R$ 99,90, Davi.")
    text.press("Enter")
    expect(page.locator(".bubble.out")).to_have_count(2)
    assert sent(db, id_) == ["Olá, Davi! Sou Helena.", "Sua fatura é de R$ 99,90, Davi."]


def test_open_place_is_not_sent(page: Page, db: Database, id_: int) -> None:
    page.locator("#text").fill("Valor: {{fatura_valor}}")
    page.locator("#text").press("Enter")
    expect(page.get_by_text("Falta preencher: Valor da fatura.")).to_be_visible()
    assert sent(db, id_) == []


def test_pictures_are_pasted_and_dropped_looked_at_and_sent_with_captions(page: Page, db: Database, id_: int) -> None:
    give(page, "print.png", "image/png", a_png(), "paste")
    expect(page.get_by_role("img", name="Prévia de print.png")).to_be_visible()
    page.get_by_label("Legenda de print.png").fill("a luz certa")
    give(page, "contrato.pdf", "application/pdf", b"%PDF-1.7 contrato", "drop")
    expect(page.locator("#pending li")).to_have_count(2)
    page.locator("#text").press("Enter")
    expect(page.locator("#pending li")).to_have_count(0)
    expect(page.locator(".bubble.out")).to_have_count(2)
    first, second = messages(db, id_, "out")
    assert (first.kind, first.text, second.kind) == ("image", "a luz certa", "document")
    with db.transaction() as session:
        kept = session.get_one(Attachment, first.attachment_id)
        assert (type_of(kept.data or b""), kept.filename) == ("image/png", "print.png")


def test_file_that_whatsapp_does_not_take_stays_with_the_reason(page: Page, db: Database, id_: int) -> None:
    give(page, "boleto.pdf", "application/pdf", b"MZ program", "drop")
    page.locator("#text").press("Enter")
    expect(page.get_by_text("boleto.pdf: o WhatsApp não aceita este tipo de arquivo.")).to_be_visible()
    assert sent(db, id_) == []


def test_draft_is_there_after_a_reload_for_each_mode_and_gone_once_sent(
    page: Page, address: str, db: Database, id_: int
) -> None:
    with page.expect_response("**/draft"):
        page.locator("#text").fill("resposta pela metade")
    page.get_by_text("Nota interna", exact=True).click()
    expect(page.locator("#text")).to_have_value("")
    with page.expect_response("**/draft"):
        page.locator("#text").fill("nota pela metade")
    enter(page, address, id_)
    expect(page.locator("#text")).to_have_value("resposta pela metade")
    page.get_by_text("Nota interna", exact=True).click()
    expect(page.locator("#text")).to_have_value("nota pela metade")
    page.get_by_text("Resposta", exact=True).click()
    with page.expect_response("**/draft"):
        page.locator("#text").press("Enter")
    expect(page.locator(".bubble.out")).to_have_count(1)
    enter(page, address, id_)
    expect(page.locator("#text")).to_have_value("")
    assert sent(db, id_) == ["resposta pela metade"]


def test_text_of_a_page_from_before_a_new_sign_in_is_kept_and_goes_out_once_it_is_loaded_again(
    page: Page, address: str, db: Database, id_: int
) -> None:
    other = page.context.new_page()
    page.context.clear_cookies()
    sign_in(other, address)
    other.close()
    page.locator("#text").fill("Verifiquei daqui, pode testar")
    page.locator("#text").press("Enter")
    expect(page.locator("#unsent")).to_contain_text("ficou aberta tempo demais")
    assert sent(db, id_) == []
    enter(page, address, id_)
    expect(page.locator(".bubble.out")).to_contain_text("Verifiquei daqui, pode testar")
    expect(page.locator("#unsent")).to_be_empty()
    assert sent(db, id_) == ["Verifiquei daqui, pode testar"]


def test_text_sent_offline_goes_out_once_when_the_connection_is_back(page: Page, db: Database, id_: int) -> None:
    page.context.set_offline(True)
    page.locator("#text").fill("já volto com a resposta")
    page.locator("#text").press("Enter")
    expect(page.get_by_text("Sem conexão: guardada, sai sozinha quando voltar.")).to_be_visible()
    expect(page.locator("#text")).to_have_value("")
    assert sent(db, id_) == []
    page.context.set_offline(False)
    expect(page.locator(".bubble.out")).to_have_count(1)
    expect(page.locator("#unsent")).to_be_empty()
    assert sent(db, id_) == ["já volto com a resposta"]


def test_what_waits_is_forgotten_when_its_person_signs_out(page: Page, db: Database, id_: int) -> None:
    page.route("**/reply", lambda route: route.abort())
    page.locator("#text").fill("segredo")
    page.locator("#text").press("Enter")
    expect(page.locator("#unsent")).to_contain_text("segredo")
    page.get_by_role("button", name="Sair").click()
    expect(page.get_by_label("Usuário")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0
    assert sent(db, id_) == []


def test_macro_runs_with_one_click_and_says_which_step_it_stopped_at(
    page: Page, db: Database, id_: int, cast: dict[str, Attendant]
) -> None:
    a_canned(db, cast["karina"])
    a_canned(db, cast["karina"], "fatura", "Sua fatura: {{fatura_valor}}")
    a_macro(db, cast["karina"], "etiqueta lento\nresponder oi\nnota testar", title="Lentidão")
    a_macro(db, cast["karina"], "etiqueta cobrar\nresponder fatura", title="Cobrar")
    page.get_by_role("button", name="Macros").click()
    page.get_by_role("button", name="Executar Cobrar").click()
    expect(page.get_by_text("Passo 2 (responder fatura): Falta preencher: Valor da fatura.")).to_be_visible()
    page.get_by_role("button", name="Macros").click()
    page.get_by_role("button", name="Executar Lentidão").click()
    expect(page.locator(".bubble.note")).to_contain_text("testar")
    expect(page.locator(".label-mark")).to_have_text(["lento×"])
    assert sent(db, id_) == ["Olá, Davi! Sou Helena."]


def test_answer_and_reaction_name_the_message_they_are_to(page: Page, db: Database, id_: int) -> None:
    asked = add(db, id_, "quando chega?", provider_id="wamid.asked")
    tools = page.locator(f"#m{asked} details.tools")
    tools.locator("summary").click()
    tools.get_by_role("button", name="Responder a esta").click()
    expect(page.locator("#quoting")).to_contain_text("quando chega?")
    page.locator("#text").fill("hoje às 15h")
    page.locator("#text").press("Enter")
    expect(page.locator(".bubble.out .quote")).to_contain_text("quando chega?")
    tools.locator("summary").click()
    tools.get_by_role("button", name="Reagir com 👍").click()
    expect(page.locator(f"#m{asked} .reaction")).to_have_text("👍")
    answer, reaction = messages(db, id_, "out")
    assert answer.quoted_id == "wamid.asked"
    assert reaction.payload["reaction"] == {"provider_id": "wamid.asked", "emoji": "👍"}


def test_colleague_is_named_from_the_list_and_sees_it(page: Page, db: Database, id_: int, address: str) -> None:
    page.get_by_text("Nota interna", exact=True).click()
    page.locator("#text").press_sequentially("@kar")
    expect(page.locator("#options > li")).to_contain_text("Karina Alves")
    page.locator("#text").press("Enter")
    page.locator("#text").press_sequentially("pode ver?")
    page.locator("#text").press("Enter")
    expect(page.locator(".bubble.note")).to_contain_text("@karina pode ver?")
    page.get_by_role("button", name="Sair").click()
    sign_in(page, address, "karina")
    expect(page.get_by_role("link", name="Menções 1")).to_be_visible()
    page.goto(f"{address}/mencoes")
    page.get_by_role("link", name="Abrir a conversa").click()
    page.goto(f"{address}/mencoes")
    expect(page.get_by_text("nova", exact=True)).to_have_count(0)


def test_pictures_open_large_and_keys_move_between_them(page: Page, address: str, db: Database, id_: int) -> None:
    for name in ("um.jpg", "dois.jpg"):
        say(db, id_, "image", here(a_picture("JPEG", (900, 700)), "image/jpeg", name))
    enter(page, address, id_)
    page.locator("a[data-view]").first.click()
    large = page.get_by_role("dialog", name="Imagem").locator("img")
    expect(large).to_have_attribute("alt", "Imagem de Cliente: um.jpg")
    page.keyboard.press("ArrowRight")
    expect(large).to_have_attribute("alt", "Imagem de Cliente: dois.jpg")
    page.keyboard.press("+")
    expect(large).to_have_class("zoom-2")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("a[data-view]").nth(1)).to_be_focused()


def a_busy_composer(page: Page, shot: str) -> None:
    if shot == "replies":
        page.get_by_role("button", name="Respostas prontas").click()
        expect(page.locator("#options > li").first).to_be_visible()
    elif shot == "places":
        page.locator("#text").fill("/fat")
        page.locator("#text").press("Enter")
        expect(page.get_by_label("Valor da fatura")).to_be_visible()
    elif shot == "files":
        give(page, "print-da-tela.png", "image/png", a_png(200), "paste")
        give(page, "contrato.pdf", "application/pdf", b"%PDF-1.7", "drop")
        expect(page.locator("#pending li")).to_have_count(2)
    elif shot == "emoji":
        page.get_by_role("button", name="Emoji", exact=True).click()
    elif shot == "macros":
        page.get_by_role("button", name="Macros").click()
        expect(page.get_by_role("button", name="Executar Lentidão")).to_be_visible()
    elif shot == "tools":
        page.locator("details.tools summary").first.click()
    elif shot == "tags":
        page.locator("#menu-tag > summary").click()


SHOTS = ("plain", "replies", "places", "files", "emoji", "macros", "tools", "tags")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_open_composer_has_no_fault_that_axe_finds(
    desktop_page: Page,
    phone_page: Page,
    address: str,
    db: Database,
    cast: dict[str, Attendant],
    tmp_path: Path,
    width: str,
    scheme: str,
) -> None:
    page = desktop_page if width == "desktop" else phone_page
    id_ = a_conversation(db, name="Davi Rocha", handler="agent", owner=cast["helena"], tags=["lento", "fibra", "vip"])
    add(db, id_, "e agora?", provider_id="wamid.1", reaction="👍")
    add(db, id_, "Segue o comprovante", "out", status="failed", error="131000", author="agent:helena")
    a_canned(db, cast["karina"])
    a_canned(db, cast["karina"], "fatura", "Sua fatura é de {{fatura_valor}}, {{cliente}}.")
    a_macro(db, cast["karina"], "etiqueta lento\nresponder oi\ntransferir N2: já testado")
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    sign_in(page, address)
    for shot in SHOTS:
        enter(page, address, id_)
        a_busy_composer(page, shot)
        page.screenshot(path=tmp_path / f"{shot}-{width}-{scheme}.png")
        assert not cut_off(page), shot
        assert not too_faint(page), shot
        faults = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
        assert not faults.response["violations"], (shot, faults.generate_report())
