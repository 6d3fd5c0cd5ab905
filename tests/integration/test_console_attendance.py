"""The console's switch of presence, the next one, and giving a conversation to a person."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from core.db import Database
from handoff.access import Attendant
from handoff.assignment.presence import LOST, OFFLINE, ONLINE, PAUSED, Stand, fade, stand_of
from models import utc_now
from models.presence import Presence
from tests.integration.attendance import change, people, put
from tests.integration.console import LIVE, Person, console_app
from tests.integration.desk import a_conversation, conversation, the_cast


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    """Helena of N1, Karina who supervises, and Lucas in the street."""
    return the_cast(db, "helena", "karina", "lucas")


@pytest.fixture
def app(db: Database, cast: dict[str, Attendant]) -> Flask:
    """The console."""
    return console_app(db)


def stand(db: Database, who: Attendant) -> Stand:
    with db.transaction() as session:
        return stand_of(session, who.id)


def shown(html: str) -> str:
    """What the switch says."""
    found = re.search(r'Sua situação: </span><span class="presence-title">([^<]+)<', html)
    return found[1] if found else ""


def test_switch_is_on_every_page_and_signing_in_changes_nothing(
    db: Database, app: Flask, cast: dict[str, Attendant]
) -> None:
    karina = Person(app, "karina")
    for page in ("/console/", f"/console/c/{a_conversation(db)}", "/console/system", "/console/revisao"):
        assert shown(karina.get(page).text) == "Fora do atendimento"
    assert stand(db, cast["karina"]) == Stand()


def test_switch_takes_people_in_into_a_pause_and_out_and_back_to_their_page(
    db: Database, app: Flask, cast: dict[str, Attendant]
) -> None:
    helena = Person(app, "helena")
    page = {"Referer": "http://localhost/console/?tab=mine"}
    for state, reason, says in (
        (ONLINE, "", "Disponível"),
        (PAUSED, "Almoço", "Pausa: Almoço"),
        (OFFLINE, "", "Fora do atendimento"),
    ):
        answer = helena.post("/console/presence", {"state": state, "reason": reason}, headers=page)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/console/?tab=mine")
        assert shown(helena.get("/console/").text) == says
        assert (stand(db, cast["helena"]).state, stand(db, cast["helena"]).reason) == (state, reason)


@pytest.mark.parametrize("came", ["", "https://evil.example/console/", "http://localhost/other", "nonsense"])
def test_switch_leads_nowhere_but_into_the_console(app: Flask, came: str) -> None:
    answer = Person(app, "helena").post("/console/presence", {"state": ONLINE}, headers={"Referer": came})
    assert answer.headers["Location"] == "/console/"


def test_switch_refuses_a_pause_that_is_not_on_the_list(db: Database, app: Flask, cast: dict[str, Attendant]) -> None:
    answer = Person(app, "helena").post("/console/presence", {"state": PAUSED, "reason": "Praia"})
    assert answer.status_code == 400
    assert stand(db, cast["helena"]) == Stand()


def test_switch_is_not_for_people_in_the_street(app: Flask) -> None:
    lucas = Person(app, "lucas")
    assert lucas.post("/console/presence", {"state": ONLINE}).status_code in (400, 403)


def test_signing_out_takes_people_out(db: Database, app: Flask, cast: dict[str, Attendant]) -> None:
    put(db, [cast["helena"]])
    Person(app, "helena").post("/console/logout")
    assert stand(db, cast["helena"]).state == OFFLINE


def test_open_console_gives_signs_and_brings_back_whoever_lost_the_connection(
    db: Database, cast: dict[str, Attendant]
) -> None:
    at = utc_now()
    app = console_app(db, now=lambda: at)
    helena = Person(app, "helena")
    put(db, [cast["helena"]], now=at - timedelta(minutes=4))
    with db.transaction() as session:
        fade(session, at - timedelta(minutes=1))
    assert stand(db, cast["helena"]).reason == LOST
    assert shown(helena.get("/console/").text) == "Fora: ficou sem conexão"
    assert shown(helena.get("/console/live", headers=LIVE).text) == "Disponível"
    helena.get(f"/console/c/{a_conversation(db)}/live", headers=LIVE)
    with db.transaction() as session:
        assert session.get_one(Presence, cast["helena"].id).seen_at == at


def test_next_opens_the_first_that_waits_or_says_why_not(db: Database, app: Flask, cast: dict[str, Attendant]) -> None:
    helena = Person(app, "helena")
    change(db, cast["helena"], capacity=1)
    assert "Atender a próxima" not in helena.get("/console/").text
    answer = helena.post("/console/next")
    assert (answer.status_code, "Ninguém espera nas suas filas agora." in answer.text) == (409, True)
    a_conversation(db, hours_ago=1)
    first = a_conversation(db, hours_ago=2)
    assert "Atender a próxima" in helena.get("/console/").text
    assert helena.post("/console/next").headers["Location"] == f"/console/c/{first}?tab=mine"
    assert conversation(db, first).agent_id == cast["helena"].id
    assert "1 de 1 do seu limite" in helena.post("/console/next").text


def test_owner_sees_who_is_there_with_their_load_and_passes_it_on(
    db: Database, app: Flask, cast: dict[str, Attendant]
) -> None:
    bia, caio = people(db, 2, capacity=3)
    people(db, 1, login="davi", name="Davi do N2", queues=["N2"])
    put(db, [bia])
    put(db, [caio], PAUSED, "Almoço")
    a_conversation(db, handler="agent", owner=bia)
    mine = a_conversation(db, handler="agent", owner=cast["helena"])
    helena = Person(app, "helena")
    html = helena.get(f"/console/c/{mine}").text
    assert f'<option value="{bia.id}">Pessoa 01 (disponível, 1 de 3)</option>' in html
    assert f'<option value="{caio.id}" disabled>Pessoa 02 (em pausa: Almoço, 0 de 3)</option>' in html
    assert "Davi do N2" not in html
    denied = helena.post(f"/console/c/{mine}/hand-to", {"agent": str(caio.id)})
    assert (denied.status_code, "Pessoa 02 não está no atendimento agora" in denied.text) == (409, True)
    assert helena.post(f"/console/c/{mine}/hand-to", {"agent": "nobody"}).status_code == 409
    answer = helena.post(f"/console/c/{mine}/hand-to", {"agent": str(bia.id), "note": "falta testar"})
    assert answer.status_code == 303
    assert conversation(db, mine).agent_id == bia.id


def test_supervisor_moves_it_to_anybody_with_a_reason(db: Database, app: Flask, cast: dict[str, Attendant]) -> None:
    (davi,) = people(db, 1, login="davi", name="Davi do N2", queues=["N2"])
    theirs = a_conversation(db, handler="agent", owner=cast["helena"])
    karina = Person(app, "karina")
    assert f'<option value="{davi.id}">Davi do N2 (fora, 0 de 5)</option>' in karina.get(f"/console/c/{theirs}").text
    form = {"agent": str(davi.id)}
    assert karina.post(f"/console/c/{theirs}/hand-to", form).status_code == 409
    assert karina.post(f"/console/c/{theirs}/hand-to", {**form, "reason": "só ele conhece"}).status_code == 303
    assert conversation(db, theirs).agent_id == davi.id
