"""The page of readings worth a look: what is on it, what is hidden, and what a judgement leaves."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from core.db import Database
from handoff.access import Attendant
from handoff.console.review import ON_A_PAGE
from models import utc_now
from models.contact import Contact
from models.conversation import Conversation
from models.message import Message
from models.reading import Reading
from tests.integration.console import Person, console_app
from tests.integration.desk import a_conversation, a_provider, a_reading, audited, reading, the_cast

PAGE = "/console/revisao"


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    """Everybody's accounts."""
    a_provider(db)
    return the_cast(db)


@pytest.fixture
def app(db: Database, cast: dict[str, Attendant]) -> Flask:
    """The console."""
    return console_app(db)


@pytest.fixture
def karina(app: Flask) -> Person:
    """A supervisor, signed in."""
    return Person(app, "karina")


def listed(person: Person, query: str = "") -> list[int]:
    """Ids in the list, in order."""
    return [int(found) for found in re.findall(r'<li class="box" id="r(\d+)"', person.get(PAGE + query).text)]


def seen(person: Person, reading_id: int) -> str:
    """What the page of `person` sends back with a judgement."""
    item = person.get(PAGE).text.split(f'id="r{reading_id}"')[1]
    found = re.search(r'name="seen" value="([^"]*)"', item)
    assert found
    return found[1]


def doubted(db: Database, said: str = "quero ver minha conta", **more: Any) -> int:
    return a_reading(db, a_conversation(db, said=said), contradicted_at=utc_now(), meant="invoice_question", **more)


def test_page_is_for_supervisors(app: Flask) -> None:
    helena = Person(app, "helena")
    assert helena.get(PAGE).status_code == 403
    assert helena.post(f"{PAGE}/1", {"discard": "1"}).status_code == 403
    assert "Revisão" not in helena.get("/console/").text
    karina = Person(app, "karina")
    assert f'href="{PAGE}"' in karina.get("/console/").text
    assert "Nada para revisar" in karina.get(PAGE).text


def test_filters_hold_what_they_say_newest_first(karina: Person, db: Database) -> None:
    shadow = {"intent": "slow_internet", "confidence": 0.5, "model": "b"}
    agrees = {"intent": "invoice_second_copy", "confidence": 0.5, "model": "b"}
    no = doubted(db)
    corrected = a_reading(
        db, a_conversation(db), corrected_intent="relocation", corrected_by="helena", corrected_at=utc_now()
    )
    unsure = a_reading(db, a_conversation(db), band="confirm")
    other = a_reading(db, a_conversation(db), shadow=shadow)
    a_reading(db, a_conversation(db))
    a_reading(db, a_conversation(db), shadow=agrees)
    a_reading(db, a_conversation(db), band="menu", source="shortcut")
    a_reading(db, a_conversation(db), band="menu", verdict="kept", reviewed_by="karina", reviewed_at=utc_now())
    assert listed(karina) == [other, unsure, corrected, no]
    for name, expected in (("contradicted", no), ("corrected", corrected), ("unsure", unsure), ("shadow", other)):
        assert listed(karina, f"?motivo={name}") == [expected]
    page = karina.get(f"{PAGE}?motivo=nonsense&antes=-1").text
    assert re.findall(r'data-count="(\w+)">(\d+)<', page) == [
        ("all", "4"),
        ("contradicted", "1"),
        ("corrected", "1"),
        ("unsure", "1"),
        ("shadow", "1"),
    ]
    assert "O cliente queria: dúvida sobre fatura" in page
    assert "helena corrigiu para: mudança de endereço" in page
    assert "O modelo em teste leu: internet lenta · 50 %" in page


def test_older_ones_are_a_page_further(karina: Person, db: Database) -> None:
    chat = a_conversation(db)
    ids = [a_reading(db, chat, said=f"mensagem {number}", band="menu") for number in range(ON_A_PAGE + 3)]
    assert listed(karina) == ids[:2:-1]
    assert listed(karina, f"?antes={ids[3]}") == ids[2::-1]
    assert "As mais novas" in karina.get(f"{PAGE}?antes={ids[3]}").text
    assert listed(karina, "?antes=99999999999") == ids[:2:-1]
    assert "Nada mais antigo para revisar." in karina.get(f"{PAGE}?antes={ids[0]}").text


def test_personal_data_is_hidden_and_looking_is_written_down(karina: Person, db: Database) -> None:
    said = "sou o Fábio, aqui é o ana.souza@gmail.com, cpf 529.982.247-25, me chamo Rita Lima <b>x</b>"
    a_reading(db, a_conversation(db, name="Fábio Nunes", said=said), band="menu")
    page = karina.get(PAGE).text
    assert "sou o ***, aqui é o ***@***, cpf ***.982.247-**, me chamo *** &lt;b&gt;x&lt;/b&gt;" in page
    karina.get(PAGE)
    assert audited(db, "readings.viewed") == [("karina", "readings")]


def test_fragments_are_shown_as_they_were_read(karina: Person, db: Database) -> None:
    chat = a_conversation(db, said="de antes", hours_ago=5)
    for said in ("oi", "caiu", "a net"):
        number = a_reading(db, chat, said=said, fragments=3, band="menu") if said == "a net" else 0
        if not number:
            with db.transaction() as session:
                session.add(Message(conversation_id=chat, channel="whatsapp", direction="in", text=said))
    with db.transaction() as session:
        late = utc_now() + timedelta(minutes=1)
        early = utc_now() - timedelta(minutes=1)
        session.add(
            Message(
                conversation_id=chat, channel="whatsapp", direction="in", text="x", received_at=late, provider_at=early
            )
        )
    assert "oi\ncaiu\na net" in karina.get(PAGE).text


def test_long_text_is_folded_up(karina: Person, db: Database) -> None:
    doubted(db, said="reclamo " * 500)
    page = karina.get(PAGE).text
    assert "Mostrar o resto" in page
    assert page.count("reclamo") == 500


@pytest.mark.parametrize(
    ("form", "verdict", "corrected"),
    [
        ({"intent": "invoice_second_copy"}, "kept", None),
        ({"intent": "invoice_question"}, "corrected", "invoice_question"),
        ({"other": "relocation"}, "corrected", "relocation"),
        ({"discard": "1", "other": "relocation"}, "discarded", None),
    ],
)
def test_judgement_takes_the_reading_off_the_list_once(
    karina: Person, db: Database, form: dict[str, str], verdict: str, corrected: str | None
) -> None:
    number = doubted(db)
    state = seen(karina, number)
    for _ in range(2):
        answer = karina.post(f"{PAGE}/{number}?motivo=contradicted", {**form, "seen": state, "next": "7"})
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"{PAGE}?motivo=contradicted#r7"
    row = reading(db, number)
    assert (row.verdict, row.corrected_intent, row.reviewed_by) == (verdict, corrected, "karina")
    assert listed(karina) == []
    assert audited(db, "reading.reviewed") == [("karina", f"conversation:{row.conversation_id}")]


def test_agents_correction_stays_theirs_when_it_is_accepted(karina: Person, db: Database) -> None:
    number = doubted(db, corrected_intent="relocation", corrected_by="helena", corrected_at=utc_now())
    karina.post(f"{PAGE}/{number}", {"intent": "relocation", "seen": seen(karina, number)})
    row = reading(db, number)
    assert (row.verdict, row.corrected_by) == ("corrected", "helena")


def test_judgement_of_what_changed_meanwhile_is_refused(app: Flask, karina: Person, db: Database) -> None:
    number = doubted(db)
    state = seen(karina, number)
    where = f"/console/c/{reading(db, number).conversation_id}/readings/{number}"
    Person(app, "helena").post(where, {"intent": "relocation"})
    answer = karina.post(f"{PAGE}/{number}", {"intent": "invoice_second_copy", "seen": state})
    assert answer.status_code == 409
    assert "Alguém mexeu nesta mensagem depois que você abriu a página." in answer.text
    assert reading(db, number).verdict is None


def test_second_judge_is_told_who_was_first(app: Flask, karina: Person, db: Database) -> None:
    number = doubted(db)
    state = seen(karina, number)
    Person(app, "admin").post(f"{PAGE}/{number}", {"discard": "1", "seen": state})
    answer = karina.post(f"{PAGE}/{number}", {"intent": "relocation", "seen": state})
    assert answer.status_code == 409
    assert "Administração já revisou esta mensagem." in answer.text
    assert reading(db, number).verdict == "discarded"


def test_refused_judgement_says_why(karina: Person, db: Database) -> None:
    number = doubted(db)
    for id_, form, why in (
        (number, {}, "Escolha um assunto, ou descarte a mensagem."),
        (number, {"intent": "nonsense"}, "Escolha um dos assuntos da lista."),
        (number + 1, {"discard": "1"}, "Esta mensagem não está mais aqui."),
        (10**12, {"discard": "1"}, "Esta mensagem não está mais aqui."),
    ):
        answer = karina.post(f"{PAGE}/{id_}", form)
        assert answer.status_code == 409
        assert why in answer.text
    assert karina.client.post(f"{PAGE}/{number}", data={"discard": "1"}).status_code == 400
    assert reading(db, number).verdict is None


def test_reading_goes_with_its_conversation(db: Database) -> None:
    number = doubted(db)
    with db.transaction() as session:
        chat = session.get_one(Reading, number).conversation_id
        contact = session.get_one(Conversation, chat).contact_id
        session.query(Message).filter_by(conversation_id=chat).delete()
        session.query(Conversation).filter_by(id=chat).delete()
        assert session.get(Contact, contact)
        assert session.query(Reading).count() == 0
