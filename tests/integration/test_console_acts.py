"""The buttons of a conversation, pressed as plain forms and as the page's script does."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from core.db import Database
from handoff.access import Attendant
from tests.integration.console import LIVE, Person, console_app
from tests.integration.desk import a_conversation, conversation, messages, the_cast


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


def test_take_reply_and_close_work_with_plain_forms(helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    where = f"/console/c/{id_}"
    assert helena.post(f"{where}/take").headers["Location"] == where
    assert "Com você" in helena.get(where).text
    assert helena.post(f"{where}/reply", {"text": "Bom dia!", "token": "t"}).status_code == 303
    assert helena.post(f"{where}/close").status_code == 303
    out = messages(db, id_, "out")
    assert out[0].text == "Bom dia!"
    assert conversation(db, id_).protocol in out[1].text
    assert "Encerrada" in helena.get(where).text


def test_the_same_form_sent_twice_is_one_message(helena: Person, db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, handler="agent", owner=cast["helena"])
    token = re.search(r'name="token" value="([^"]+)"', helena.get(f"/console/c/{id_}").text)
    assert token
    for _ in range(2):
        assert helena.post(f"/console/c/{id_}/reply", {"text": "oi", "token": token[1]}).status_code == 303
    assert len(messages(db, id_, "out")) == 1
    again = re.search(r'name="token" value="([^"]+)"', helena.get(f"/console/c/{id_}").text)
    assert again
    assert again[1] != token[1]


def test_a_form_without_its_own_token_is_refused(helena: Person, db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, handler="agent", owner=cast["helena"])
    assert helena.post(f"/console/c/{id_}/reply", {"text": "oi"}).status_code == 400
    assert messages(db, id_, "out") == []


def test_a_refused_reply_says_why_and_keeps_the_text(helena: Person, db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, handler="agent", owner=cast["helena"], hours_ago=30)
    answer = helena.post(f"/console/c/{id_}/reply", {"text": "texto que custou a escrever", "token": "t"})
    assert answer.status_code == 409
    assert "A janela de 24 horas" in answer.text
    assert "texto que custou a escrever</textarea>" in answer.text
    live = helena.post(f"/console/c/{id_}/reply", {"text": "oi", "token": "t"}, headers=LIVE)
    assert live.json is not None
    assert live.json["ok"] is False
    assert "24 horas" in live.json["problem"]


def test_the_second_to_click_is_told_who_was_first(app: Flask, helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    Person(app, "karina").post(f"/console/c/{id_}/take")
    answer = helena.post(f"/console/c/{id_}/take")
    assert answer.status_code == 409
    assert "Karina Alves já assumiu esta conversa." in answer.text


def test_a_conversation_transferred_out_of_sight_leads_back_to_the_list(helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    helena.post(f"/console/c/{id_}/take")
    answer = helena.post(
        f"/console/c/{id_}/transfer", {"queue": "N2", "note": "ver ONU", "override": "sem acesso ao teste"}
    )
    assert answer.headers["Location"] == "/console/"
    assert helena.get(f"/console/c/{id_}").status_code == 403


def test_a_supervisor_is_offered_to_take_over(app: Flask, db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, handler="agent", owner=cast["helena"])
    karina = Person(app, "karina")
    assert "Assumir no lugar" in karina.get(f"/console/c/{id_}").text
    karina.post(f"/console/c/{id_}/take-over")
    assert conversation(db, id_).agent_id == cast["karina"].id
