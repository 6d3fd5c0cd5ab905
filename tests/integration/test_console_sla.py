"""Promises in the console: the colours of the list, the clocks of a conversation, and holding the time."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from core.db import Database
from handoff.access import Attendant
from handoff.hand_over import hand_over
from models.sla import SlaClock
from tests.integration.console import Person, console_app
from tests.integration.desk import a_conversation, the_cast
from tests.integration.sla_rows import a_policy, clock, look, pauses


@pytest.fixture
def app(db: Database) -> Flask:
    """The console, and promises of an hour."""
    a_policy(db)
    return console_app(db)


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    """Everybody's accounts."""
    return the_cast(db)


def waiting(db: Database, minutes: int) -> int:
    """A conversation that has waited for people so long."""
    id_ = a_conversation(db, handler="bot", queue=None)
    with db.transaction() as session:
        hand_over(session, id_, queue="N1", reason="sem sinal", summary="")
        ago = timedelta(minutes=minutes)
        columns = {name: getattr(SlaClock, name) - ago for name in ("started_at", "due_at", "warn_at")}
        session.execute(update(SlaClock).where(SlaClock.conversation_id == id_).values(columns))
    return id_


def tags(page: str) -> list[str]:
    return re.findall(r'data-sla="\w+">([^<]+)<', page)


def test_the_list_shows_how_the_promises_stand(db: Database, app: Flask, cast: dict[str, Attendant]) -> None:
    for minutes in (70, 50, 0):
        waiting(db, minutes)
    page = Person(app, "helena").get("/console/").text
    assert re.findall(r'data-sla="(\w+)"', page) == ["late", "warn", "ok"]
    assert tags(page) == ["1ª resposta atrasada há 10 min", "1ª resposta em até 9 min", "1ª resposta em até 59 min"]


def test_the_owner_holds_the_time_and_lets_it_run_again(db: Database, app: Flask, cast: dict[str, Attendant]) -> None:
    id_ = waiting(db, 10)
    helena, where = Person(app, "helena"), f"/console/c/{id_}"
    assert "Parar o tempo" not in helena.get(where).text
    helena.post(f"{where}/take")
    assert "Parar o tempo" in helena.get(where).text
    assert helena.post(f"{where}/pause", {"reason": "customer", "note": "vai mandar foto"}).status_code == 303
    page = helena.get(where).text
    assert "esperando o cliente (vai mandar foto)" in page
    assert "tempo parado" in tags(page)[-1]
    assert "Retomar o tempo" in page
    assert helena.post(f"{where}/pause", {"reason": "customer"}).status_code == 409
    assert helena.post(f"{where}/resume").status_code == 303
    assert pauses(db)[0].ended_at is not None
    assert helena.post(f"{where}/resume").status_code == 409


def test_who_may_not_see_the_conversation_may_not_hold_its_time(
    db: Database, app: Flask, cast: dict[str, Attendant]
) -> None:
    id_ = waiting(db, 10)
    assert Person(app, "igor").post(f"/console/c/{id_}/pause", {"reason": "customer"}).status_code == 403
    assert pauses(db) == []


def test_a_conversation_shows_its_clocks_those_that_were_kept_too(
    db: Database, app: Flask, cast: dict[str, Attendant]
) -> None:
    id_ = waiting(db, 10)
    helena, where = Person(app, "helena"), f"/console/c/{id_}"
    helena.post(f"{where}/take")
    helena.post(f"{where}/reply", {"text": "Oi!", "token": "t-1"})
    page = helena.get(where).text
    assert "<strong>1ª resposta</strong>: 10 min de 1 h, no prazo, Helena Castro" in page
    assert "<strong>Tempo no nível · N1</strong>: 10 min de 1 h, vence" in page
    assert "<strong>Solução</strong>: 10 min de 2 h, vence" in page


def test_the_owner_reads_the_warning_above_their_list_and_supervisors_what_is_late(
    db: Database, app: Flask, cast: dict[str, Attendant]
) -> None:
    a_policy(db, queue="N1", chain=[{"percent": 100, "tell": "supervisor"}], level_minutes=None)
    id_ = waiting(db, 0)
    helena, karina = Person(app, "helena"), Person(app, "karina")
    helena.post(f"/console/c/{id_}/take")
    start = clock(db, "first").started_at
    look(db, start + timedelta(minutes=50))
    assert "1ª resposta vence" in helena.get("/console/").text
    assert "1ª resposta vence" not in karina.get("/console/").text
    look(db, start + timedelta(minutes=61))
    assert "1ª resposta venceu" in karina.get("/console/").text
    helena.post(f"/console/c/{id_}/reply", {"text": "Oi!", "token": "t-1"})
    assert "1ª resposta venceu" not in karina.get("/console/").text
