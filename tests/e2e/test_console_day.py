"""A day at the desk, from outside: a customer on the phone page, two people and their supervisor in three browsers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.outside import eventually
from tests.e2e.system import System, running_system

pytestmark = pytest.mark.browser
ANA = "5512981110001"


@pytest.fixture(scope="module")
def system(nlu_url: str) -> Iterator[System]:
    """The whole system with the simulated WhatsApp."""
    with running_system(nlu_url, simulator=True) as system:
        yield system


@pytest.fixture
def people(browser: Browser, system: System) -> Iterator[dict[str, Page]]:
    """Signed in, each in a browser of their own, and Ana's phone."""
    contexts, pages = [], {}
    for login in ("helena", "igor", "karina"):
        context = browser.new_context(locale="pt-BR", viewport={"width": 1280, "height": 800})
        contexts.append(context)
        page = pages[login] = context.new_page()
        page.goto(f"{system.base_url}/console/login")
        page.get_by_label("Usuário").fill(login)
        page.get_by_label("Senha").fill(system.demo_password())
        page.get_by_role("button", name="Entrar").click()
        expect(page.get_by_role("navigation", name="Filtro")).to_be_visible()
    context = browser.new_context(locale="pt-BR", viewport={"width": 390, "height": 844})
    contexts.append(context)
    pages["ana"] = context.new_page()
    pages["ana"].goto(f"{system.base_url}/simulator/#{ANA}")
    yield pages
    for context in contexts:
        context.close()


def write(phone: Page, text: str) -> None:
    """Ana writes."""
    phone.get_by_role("textbox", name="Mensagem").fill(text)
    phone.keyboard.press("Enter")


def answer(page: Page, text: str) -> None:
    """Somebody of the house answers."""
    page.get_by_label("Mensagem", exact=True).fill(text)
    page.keyboard.press("Enter")


def test_a_day_from_the_bot_to_the_second_level_and_to_its_end(system: System, people: dict[str, Page]) -> None:
    ana, helena, igor, karina = (people[name] for name in ("ana", "helena", "igor", "karina"))
    write(ana, "quero falar com um atendente")
    expect(ana.get_by_role("main").get_by_text("Protocolo", exact=False).last).to_be_visible()

    # It appears at the first line without a reload, and the one who takes it answers.
    helena.get_by_role("button", name="Atender a próxima").click()
    expect(helena.get_by_role("heading", name="Ana Souza")).to_be_visible()
    answer(helena, "Oi, Ana! Sou a Helena. O que houve?")
    expect(ana.get_by_role("main").get_by_text("Sou a Helena")).to_be_visible()
    write(ana, "a internet cai toda noite desde segunda")
    expect(helena.get_by_role("log").get_by_text("cai toda noite")).to_be_visible()

    # A level up wants its checklist, or a reason; what is known goes along.
    helena.locator("#menu-transfer > summary").click()
    helena.get_by_label("Fila", exact=True).select_option("N2")
    helena.get_by_label("Recado para quem assumir").fill("Cai toda noite desde segunda, já reiniciou.")
    helena.get_by_role("button", name="Transferir", exact=True).click()
    expect(helena.get_by_role("alert")).to_be_visible()
    helena.locator("#menu-transfer > summary").click()
    helena.get_by_label("Fila", exact=True).select_option("N2")
    helena.get_by_label("Recado para quem assumir").fill("Cai toda noite desde segunda, já reiniciou.")
    helena.get_by_label("Se sobe de nível sem a lista completa, por quê?").fill(
        "Queda intermitente: o teste de agora não mostra."
    )
    helena.get_by_role("button", name="Transferir", exact=True).click()
    expect(igor.get_by_role("link", name="Ana Souza")).to_be_visible()
    igor.get_by_role("link", name="Ana Souza").click()
    igor.get_by_role("button", name="Assumir").click()
    expect(igor.get_by_text("Cai toda noite desde segunda").first).to_be_visible()

    # The supervisor looks in from the board and whispers: a note that never goes out.
    karina.goto(f"{system.base_url}/console/board")
    karina.get_by_role("link", name="Ana Souza").first.click()
    karina.get_by_label("Nota interna").check()
    answer(karina, "@igor confira o sinal da CTO antes de abrir visita")
    expect(igor.get_by_role("log").get_by_text("confira o sinal da CTO")).to_be_visible()

    # The web process dies while they talk; pages come back by themselves, and nothing is said twice.
    old = system.kill("web")
    system.restarted("web", old)
    answer(igor, "Ana, achei o defeito e já corrigi daqui.")
    expect(ana.get_by_role("main").get_by_text("já corrigi daqui")).to_have_count(1)
    write(ana, "voltou, muito obrigada!")
    expect(igor.get_by_role("log").get_by_text("voltou, muito obrigada")).to_be_visible()

    # The end, with one bubble that asks how it was; thanks and a vote wake nobody.
    igor.locator("summary", has_text="Encerrar").click()
    igor.get_by_role("button", name="Encerrar conversa").click()
    expect(ana.get_by_role("main").get_by_text("Atendimento encerrado", exact=False)).to_be_visible()
    write(ana, "obrigada")
    state = "SELECT handler, level_reached FROM conversation ORDER BY id"
    eventually(
        lambda: not system.rows("SELECT 1 FROM outbox WHERE topic = 'after_close' AND done_at IS NULL"), 30, "heard"
    )
    assert system.rows(state) == [("closed", 2)]
    said = [text for (text,) in system.rows("SELECT text FROM message WHERE direction = 'out' ORDER BY id")]
    assert not any("confira o sinal da CTO" in str(text) for text in said), "the note never goes out"
    spans = system.rows("SELECT handler, queue FROM conversation_span ORDER BY id")
    assert spans == [("bot", None), ("queue", "N1"), ("agent", "N1"), ("queue", "N2"), ("agent", "N2")]
    assert system.rows("SELECT count(*) FROM sla_clock WHERE stopped_at IS NULL") == [(0,)]
