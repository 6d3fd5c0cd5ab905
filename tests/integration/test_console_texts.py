"""The page of what the bot says: found, changed, refused with what was typed, taken back, and read by customers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from sqlalchemy import select

from bot.texts import for_customers
from core.db import Database
from handoff.phrases.examples import VARIABLES
from handoff.phrases.parts import OTHERS, part_of
from models.audit import Audit
from models.bot_text import BotText
from tests.conversations.stage import Stage
from tests.integration.console import LIVE, Person, console_app
from tests.integration.desk import a_provider, audited, the_cast
from wiring_desk import sentences_of

TEXTS = "/console/admin/texts"
SENTENCES = sentences_of()


@pytest.fixture
def admin(db: Database) -> Person:
    """The administrator of the demo provider."""
    a_provider(db)
    the_cast(db)
    return Person(console_app(db, sentences=SENTENCES), "admin")


def another(db: Database) -> Person:
    """The same person at another browser."""
    return Person(console_app(db, sentences=SENTENCES), "admin")


def save(who: Person, name: str, text: str, seen: int = 0, language: str = "pt_BR") -> int:
    """Saves it as the form does; the status."""
    return who.post(f"{TEXTS}/{language}/{name}", {"text": text, "seen": str(seen)}).status_code


def versions(db: Database) -> list[tuple[str, int, str | None]]:
    with db.reading() as session:
        rows = session.scalars(select(BotText).order_by(BotText.at, BotText.version))
        return [(row.name, row.version, row.text) for row in rows]


def typed_in(page: str) -> str:
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert found
    return unescape(found[1])


def names_in(page: str) -> set[str]:
    return set(re.findall(r"/texts/\w+/([\w.]+)\"", page))


@pytest.fixture
def stage(db: Database, database_url: str, redis_url: str) -> Iterator[Stage]:
    """The whole product as `wiring` builds it, without a model: what it does by words alone it does."""
    del db
    stage = Stage(database_url, redis_url, "http://127.0.0.1:1")
    yield stage
    stage.close()


def test_customer_receives_what_was_saved_on_the_page(stage: Stage) -> None:
    admin = Person(console_app(stage.db, sentences=SENTENCES))
    assert admin.post("/console/login", {"login": "admin", "password": "senha-de-teste"}).status_code == 303
    assert save(admin, "consent.out", "Beleza, sem *promoções*.") == 303
    stage.arrive("5511988776601", {"type": "text", "text": {"body": "SAIR"}})
    stage.work()
    (bubble,) = stage.channel.taken
    assert bubble.text.startswith("Beleza, sem *promoções*.\n\nProtocolo: ")


def test_saving_adds_a_version_and_an_audit_row_and_the_same_again_adds_none(admin: Person, db: Database) -> None:
    shipped = SENTENCES["pt_BR"]["sorry"].text
    assert save(admin, "sorry", shipped) == 303
    assert (versions(db), audited(db, "text.changed")) == ([], [])
    assert save(admin, "sorry", " Poxa,\r\nsinto muito. ") == 303
    assert save(admin, "sorry", "Poxa,\nsinto muito.", seen=1) == 303
    assert save(admin, "sorry", shipped, seen=1) == 303
    assert admin.post(f"{TEXTS}/pt_BR/sorry/reset", {"seen": "2"}).status_code == 303
    assert versions(db) == [("sorry", 1, "Poxa,\nsinto muito."), ("sorry", 2, None)]
    with db.reading() as session:
        rows = list(session.execute(select(Audit.subject, Audit.detail).where(Audit.action == "text.changed")))
    assert [row.subject for row in rows] == ["text:pt_BR:sorry"] * 2
    assert rows[0].detail == {"before": {"text": None}, "after": {"text": "Poxa,\nsinto muito."}}
    page = admin.get(f"{TEXTS}/pt_BR/sorry").text
    assert "De volta ao texto de fábrica" in page
    assert typed_in(admin.get(f"{TEXTS}/pt_BR/sorry?version=1").text) == "Poxa,\nsinto muito."


@pytest.mark.parametrize(("name", "text", "why"), [
    ("sorry", "   ", "vazio"),
    ("sorry", "Poxa, {amount}", "{amount}"),
    ("protocol", "Guarde este número", "{protocol}"),
    ("protocol", "N. {protocol}" + "x" * 4090, "4096"),
    ("sorry", "Poxa\x07", "U+0007"),
    ("button.yes", "Sim, com toda a certeza", "20"),
    ("menu.slow_internet", "A minha internet está lenta", "24"),
    ("survey.button", "Dar uma nota de um a cinco", "20"),
    ("survey.score_5", "⭐⭐⭐⭐⭐ Foi ótimo, parabéns", "24"),
    ("survey.farewell", "Até logo!", "{protocol}"),
    ("deal.title", "Em {count} vezes de {amount}", "20"),
    ("thanks.open", "De nada {", "Chaves"),
])  # fmt: skip
def test_text_that_does_not_fit_is_refused_and_kept_in_the_form(
    admin: Person, db: Database, name: str, text: str, why: str
) -> None:
    answer = admin.post(f"{TEXTS}/pt_BR/{name}", {"text": text, "seen": "0"})
    assert (answer.status_code, versions(db)) == (409, [])
    alert = re.search(r'role="alert">(.*?)</p>', answer.text)
    assert alert
    assert why in unescape(alert[1])
    assert typed_in(answer.text) == text.strip()


def test_second_save_of_an_older_version_is_refused_told_and_kept(admin: Person, db: Database) -> None:
    other = another(db)
    assert save(other, "sorry", "Sentimos muito.") == 303
    answer = admin.post(f"{TEXTS}/pt_BR/sorry", {"text": "Que pena!", "seen": "0"})
    assert answer.status_code == 409
    assert "mudou este texto enquanto você escrevia" in answer.text
    assert "Sentimos muito." in answer.text
    assert typed_in(answer.text) == "Que pena!"
    assert save(admin, "sorry", "Que pena!", seen=9) == 409
    assert admin.post(f"{TEXTS}/pt_BR/sorry/reset", {"seen": "0"}).status_code == 409
    assert save(admin, "sorry", "Que pena!", seen=1) == 303
    assert [row[2] for row in versions(db)] == ["Sentimos muito.", "Que pena!"]


def test_preview_is_drawn_by_the_server_as_the_bot_would_say_it(admin: Person) -> None:
    where = f"{TEXTS}/pt_BR/invoice.due/preview"
    text = "{name}, a fatura {number} é *{amount}*, até {due}. <b>"
    drawn = admin.post(where, {"text": text}, headers=LIVE).text
    assert "Bruno, a fatura F-2026-11-0042 é <strong>R$ 119,90</strong>, até 10/12/2026. &lt;b&gt;" in drawn
    assert "A fatura F-2026-11-0042" in drawn
    assert "<textarea" not in drawn
    assert "{due}" in admin.post(where, {"text": "{number} {amount}"}, headers=LIVE).text
    page = admin.post(where, {"text": text}).text
    assert typed_in(page) == text
    assert "<strong>R$ 119,90</strong>" in page


def test_texts_are_found_by_words_with_or_without_accents_by_part_and_by_state(admin: Person, db: Database) -> None:
    assert names_in(admin.get(f"{TEXTS}?q=liberacao+promessa").text) == set()
    assert "release.offer" in names_in(admin.get(f"{TEXTS}?q=CONFIANCA+bloqueado").text)
    assert names_in(admin.get(f"{TEXTS}?q=consent.out").text) == {"consent.out"}
    assert {part_of(name).name for name in names_in(admin.get(f"{TEXTS}?part=wifi").text)} == {"wifi"}
    assert save(admin, "sorry", "Que pena!") == 303
    for address in (TEXTS, f"{TEXTS}?state=own", f"{TEXTS}?q=pena&state=own"):
        assert names_in(admin.get(address).text) == {"sorry"}, address
    assert names_in(admin.get(f"{TEXTS}?state=own&language=es").text) == set()
    assert admin.get(f"{TEXTS}?language=xx").status_code == 404
    for wrong in ("pt_BR/reason.voice", "pt_BR/nada", "xx/sorry"):
        assert admin.get(f"{TEXTS}/{wrong}").status_code == 404, wrong
        assert save(admin, wrong.partition("/")[2], "x", language=wrong.partition("/")[0]) == 404, wrong


def test_own_text_that_an_upgrade_left_behind_is_counted_shown_and_discarded(admin: Person, db: Database) -> None:
    with db.transaction() as session:
        for name in ("gone.away", "protocol"):
            session.add(BotText(language="pt_BR", name=name, version=1, text="Olá", instead_of="Oi", by="admin"))
    page = admin.get(TEXTS).text
    assert "2 textos próprios não servem mais" in page
    assert names_in(admin.get(f"{TEXTS}?state=unused").text) == {"gone.away", "protocol"}
    assert "{protocol}" in admin.get(f"{TEXTS}/pt_BR/protocol").text
    assert "O robô não diz mais esta frase" in admin.get(f"{TEXTS}/pt_BR/gone.away").text
    assert save(admin, "gone.away", "Oi", seen=1) == 409
    for name in ("gone.away", "protocol"):
        assert admin.post(f"{TEXTS}/pt_BR/{name}/reset", {"seen": "1"}).status_code == 303
    assert "não servem mais" not in admin.get(TEXTS).text
    assert admin.get(f"{TEXTS}/pt_BR/gone.away").status_code == 404


def test_change_of_the_shipped_text_is_told_to_who_wrote_another(admin: Person, db: Database) -> None:
    with db.transaction() as session:
        old = BotText(language="pt_BR", name="sorry", version=1, text="Poxa.", instead_of="Lamento.", by="admin")
        session.add(old)
    assert "«Lamento.»" in admin.get(f"{TEXTS}/pt_BR/sorry").text


def test_only_an_administrator_reads_and_changes_texts(admin: Person, db: Database) -> None:
    del admin
    karina = Person(console_app(db, sentences=SENTENCES), "karina")
    assert karina.get(TEXTS).status_code == karina.get(f"{TEXTS}/pt_BR/sorry").status_code == 403
    assert save(karina, "sorry", "Que pena!") == 403
    assert versions(db) == []


def test_every_text_has_its_part_and_every_variable_its_example() -> None:
    for name, sentence in for_customers("pt_BR").items():
        assert part_of(name) is not OTHERS, name
        assert sentence.variables <= VARIABLES.keys(), name
