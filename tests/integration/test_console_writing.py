"""The pages and forms of writing, as plain forms and as the page's scripts use them."""

from __future__ import annotations

import io
from typing import Any

import pytest

from core.db import Database
from handoff.access import Attendant
from models.canned_reply import CannedReply
from models.macro import Macro
from tests.integration.console import LIVE, Person, console_app
from tests.integration.desk import a_conversation, a_provider, audited, messages, the_cast
from tests.integration.doors import rows
from tests.integration.writing_rows import a_canned, a_macro, a_png


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    a_provider(db)
    return the_cast(db)


@pytest.fixture
def helena(db: Database, cast: dict[str, Attendant]) -> Person:
    return Person(console_app(db), "helena")


@pytest.fixture
def karina(db: Database, cast: dict[str, Attendant]) -> Person:
    return Person(console_app(db), "karina")


@pytest.fixture
def id_(db: Database, cast: dict[str, Attendant]) -> int:
    return a_conversation(db, name="Davi", handler="agent", owner=cast["helena"])


def told(person: Person, path: str, form: dict[str, Any]) -> dict[str, Any]:
    answer = person.post(path, form, headers=LIVE, content_type="multipart/form-data")
    assert answer.json is not None, answer.text
    return dict(answer.json)


def test_composer_is_told_what_it_offers(helena: Person, db: Database, id_: int, cast: dict[str, Attendant]) -> None:
    a_canned(db, cast["karina"])
    a_macro(db, cast["karina"], "nota a")
    helena.post(f"/console/c/{id_}/draft", {"mode": "note", "text": "metade"})
    found = helena.get(f"/console/c/{id_}/writing").json
    assert found is not None
    assert [reply["shortcut"] for reply in found["replies"]] == ["oi"]
    assert found["known"]["cliente"] == "Davi"
    assert found["drafts"] == {"note": "metade"}
    assert [macro["steps"] for macro in found["macros"]] == [["nota a"]]
    people = {person["login"] for person in found["people"]}
    assert "karina" in people
    assert people & {"helena", "joana", "lucas"} == set()


def test_picture_is_sent_by_a_form_with_a_file(helena: Person, db: Database, id_: int) -> None:
    form = {"token": "t", "caption": "a luz", "file": (io.BytesIO(a_png()), "../luz.png")}
    assert told(helena, f"/console/c/{id_}/send-file", form) == {"ok": True, "problem": ""}
    (message,) = messages(db, id_, "out")
    assert (message.kind, message.text) == ("image", "a luz")
    shown = helena.get(f"/console/c/{id_}/files/{message.id}")
    assert (shown.mimetype, shown.data) == ("image/png", a_png())


def test_file_larger_than_a_form_may_be_reaches_the_signed_in_only(helena: Person, db: Database, id_: int) -> None:
    heavy = b"%PDF-1.7" + bytes(9 * 1024 * 1024)
    app = helena.client.application
    app.config["MAX_CONTENT_LENGTH"] = 4 * 1024 * 1024
    form = {"token": "t", "caption": "", "file": (io.BytesIO(heavy), "grande.pdf")}
    assert told(helena, f"/console/c/{id_}/send-file", form)["ok"]
    stranger = Person(app)
    form = {"token": "t", "csrf": stranger.csrf, "file": (io.BytesIO(heavy), "grande.pdf")}
    assert stranger.client.post(f"/console/c/{id_}/send-file", data=form).status_code == 413


def test_program_called_pdf_is_refused_with_the_reason(helena: Person, db: Database, id_: int) -> None:
    form = {"token": "t", "file": (io.BytesIO(b"MZ program"), "boleto.pdf")}
    assert "não aceita este tipo" in told(helena, f"/console/c/{id_}/send-file", form)["problem"]
    assert messages(db, id_, "out") == []


def test_tags_and_failed_messages_have_plain_forms(helena: Person, db: Database, id_: int) -> None:
    assert helena.post(f"/console/c/{id_}/tag", {"tag": "Vip"}).status_code == 303
    page = helena.get(f"/console/c/{id_}").text
    assert "Tirar a etiqueta vip" in page
    assert helena.post(f"/console/c/{id_}/untag", {"tag": "vip"}).status_code == 303
    assert "Tirar a etiqueta vip" not in helena.get(f"/console/c/{id_}").text


def test_mentions_are_counted_listed_and_seen_by_looking(
    helena: Person, karina: Person, db: Database, id_: int
) -> None:
    helena.post(f"/console/c/{id_}/note", {"text": "@karina vê isso?", "token": "t"})
    assert "não vistas" in karina.get("/console/").text
    assert "@karina vê isso?" in karina.get("/console/mencoes").text
    karina.get(f"/console/c/{id_}")
    assert "não vistas" not in karina.get("/console/").text
    assert "@karina vê isso?" not in helena.get("/console/mencoes").text


def test_ready_answers_are_made_changed_and_deleted_by_a_supervisor(karina: Person, db: Database) -> None:
    form: dict[str, Any] = {"shortcut": "/Oi", "title": "Saudação", "text": "Olá!", "queues": ["N1"], "active": "on"}
    file = (io.BytesIO(a_png()), "mapa.png")
    answer = karina.post("/console/respostas", {**form, "file": file}, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    (row,) = rows(db, CannedReply)
    assert (row.shortcut, row.queues, row.attachment_id is not None) == ("oi", ["N1"], True)
    assert "mapa.png" in karina.get("/console/respostas").text
    again = karina.post("/console/respostas", form)
    assert again.status_code == 409
    assert "já existe" in again.text
    assert karina.post(f"/console/respostas/{row.id}", {**form, "text": "Oi!", "drop_file": "on"}).status_code == 303
    (row,) = rows(db, CannedReply)
    assert (row.text, row.attachment_id) == ("Oi!", None)
    assert karina.post(f"/console/respostas/{row.id}/delete").status_code == 303
    assert rows(db, CannedReply) == []
    assert len(audited(db, "canned.saved")) == 2


def test_macros_are_made_changed_and_deleted_by_a_supervisor(karina: Person, db: Database) -> None:
    assert karina.post("/console/macros", {"title": "A", "steps": "dançar", "active": "on"}).status_code == 409
    assert karina.post("/console/macros", {"title": "A", "steps": "nota a", "active": "on"}).status_code == 303
    (row,) = rows(db, Macro)
    assert karina.post(f"/console/macros/{row.id}", {"title": "B", "steps": "nota b"}).status_code == 303
    assert "desligada" in karina.get("/console/macros").text
    assert karina.post(f"/console/macros/{row.id}/delete").status_code == 303
    assert rows(db, Macro) == []


def test_pages_of_ready_answers_are_closed_to_agents(helena: Person) -> None:
    for path in ("/console/respostas", "/console/macros"):
        assert helena.get(path).status_code == 403
        assert helena.post(path, {"title": "A"}).status_code == 403
