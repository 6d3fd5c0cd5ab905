"""What the bot understood, beside the message in the conversation, and the tap that corrects it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from core.db import Database
from handoff.access import Attendant
from models import utc_now
from tests.integration.console import LIVE, Person, console_app
from tests.integration.desk import a_conversation, a_reading, audited, reading, the_cast


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    """Everybody's accounts."""
    return the_cast(db)


@pytest.fixture
def app(db: Database, cast: dict[str, Attendant]) -> Flask:
    """The console."""
    return console_app(db)


@pytest.fixture
def helena(app: Flask) -> Person:
    """An agent of N1, signed in."""
    return Person(app, "helena")


def line(person: Person, conversation_id: int) -> list[str]:
    """What stands at the messages about their understanding."""
    page = person.get(f"/console/c/{conversation_id}").text
    return re.findall(r'<summary title="Corrigir[^"]*">([^<]+)</summary>', page)


def offered(person: Person, conversation_id: int) -> list[str]:
    return re.findall(r'name="intent" value="(\w+)"', person.get(f"/console/c/{conversation_id}").text)


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({}, "entendi: segunda via · 93 %"),
        (
            {
                "requests": [
                    {"intent": "invoice_second_copy", "confidence": 0.93, "band": "act", "start": 0, "end": 5},
                    {"intent": "slow_internet", "confidence": 0.71, "band": "act", "start": 6, "end": 9},
                ]
            },
            "entendi: segunda via · 93 % + internet lenta · 71 %",
        ),
        ({"band": "menu", "confidence": 0.31}, "sem certeza: segunda via · 31 %"),
        ({"source": "unavailable", "intent": "unavailable"}, "não li: o modelo estava fora do ar"),
        ({"corrected_intent": "relocation", "corrected_by": "igor"}, "corrigido: mudança de endereço"),
        ({"corrected_intent": "invoice_second_copy", "corrected_by": "igor"}, "confirmado: segunda via"),
        ({"intent": "an_old_intent"}, "entendi: an_old_intent · 93 %"),
    ],
)
def test_message_says_what_was_understood(helena: Person, db: Database, more: dict[str, Any], text: str) -> None:
    id_ = a_conversation(db)
    a_reading(db, id_, **more)
    assert line(helena, id_) == [text]


def test_message_without_a_reading_says_nothing(helena: Person, db: Database) -> None:
    assert line(helena, a_conversation(db)) == []


def test_what_the_customer_meant_is_offered_first(helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    a_reading(db, id_, contradicted_at=utc_now(), meant="slow_internet")
    assert offered(helena, id_) == ["slow_internet", "invoice_second_copy", "invoice_question"]
    assert "O cliente disse que não era isso: internet lenta." in helena.get(f"/console/c/{id_}").text


def test_correction_works_with_a_plain_form_and_comes_back_to_its_message(helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    number = a_reading(db, id_)
    answer = helena.post(f"/console/c/{id_}/readings/{number}", {"other": "relocation"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/console/c/{id_}#u{number}"
    row = reading(db, number)
    assert (row.corrected_intent, row.corrected_by, row.intent) == ("relocation", "helena", "invoice_second_copy")
    assert line(helena, id_) == ["corrigido: mudança de endereço"]
    assert "Corrigido por Helena Castro." in helena.get(f"/console/c/{id_}").text
    assert audited(db, "reading.corrected") == [("helena", f"conversation:{id_}")]


def test_second_click_is_harmless_and_the_last_word_of_another_counts(app: Flask, helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    number = a_reading(db, id_)
    where = f"/console/c/{id_}/readings/{number}"
    for _ in range(2):
        live = helena.post(where, {"intent": "relocation"}, headers=LIVE)
        assert (live.status_code, live.json) == (200, {"ok": True, "problem": ""})
    assert len(audited(db, "reading.corrected")) == 1
    Person(app, "karina").post(where, {"intent": "slow_internet"})
    assert (reading(db, number).corrected_intent, reading(db, number).corrected_by) == ("slow_internet", "karina")
    assert [actor for actor, _ in audited(db, "reading.corrected")] == ["helena", "karina"]


def test_correction_after_the_review_asks_for_another_review(helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    judged: dict[str, Any] = {
        "verdict": "kept",
        "reviewed_by": "karina",
        "reviewed_at": utc_now(),
        "exported_at": utc_now(),
    }
    number = a_reading(db, id_, **judged)
    where = f"/console/c/{id_}/readings/{number}"
    helena.post(where, {"intent": "invoice_second_copy"})
    assert reading(db, number).verdict == "kept", "they agree"
    helena.post(where, {"intent": "relocation"})
    row = reading(db, number)
    assert (row.verdict, row.reviewed_at, row.exported_at) == (None, None, None)


def test_refused_correction_says_why_and_changes_nothing(app: Flask, helena: Person, db: Database) -> None:
    id_, other = a_conversation(db), a_conversation(db, name="Outro")
    number = a_reading(db, id_)
    for form in ({}, {"intent": "DROP TABLE"}, {"intent": "unavailable"}):
        answer = helena.post(f"/console/c/{id_}/readings/{number}", form)
        assert answer.status_code == 409
        assert "Escolha um dos assuntos da lista." in answer.text
    for stray in (f"/console/c/{other}/readings/{number}", f"/console/c/{id_}/readings/99999999999999"):
        live = helena.post(stray, {"intent": "relocation"}, headers=LIVE)
        assert live.json == {"ok": False, "problem": "Esta mensagem não está mais aqui."}
    joana = Person(app, "joana")
    assert joana.post(f"/console/c/{id_}/readings/{number}", {"intent": "relocation"}).status_code == 403
    assert helena.client.post(f"/console/c/{id_}/readings/{number}", data={"intent": "relocation"}).status_code == 400
    assert reading(db, number).corrected_intent is None
    assert audited(db, "reading.corrected") == []


def test_live_part_tells_of_a_correction(helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    number = a_reading(db, id_)
    live = f"/console/c/{id_}/live"
    tag = helena.get(live, headers=LIVE).headers["ETag"]
    assert helena.get(live, headers={**LIVE, "If-None-Match": tag}).status_code == 304
    keys = re.findall(r'data-k="([^"]*)"', helena.get(live, headers=LIVE).text)
    helena.post(f"/console/c/{id_}/readings/{number}", {"intent": "relocation"})
    fresh = helena.get(live, headers={**LIVE, "If-None-Match": tag})
    assert "corrigido: mudança de endereço" in fresh.text
    assert re.findall(r'data-k="([^"]*)"', fresh.text) != keys
