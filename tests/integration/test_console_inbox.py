"""The list of conversations, the search by protocol, and the system page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from core.db import Database
from core.errors import Unreachable
from handoff.access import Attendant
from models import utc_now
from models.message import Message
from models.network_job import NetworkJob
from models.outbox import Outbox
from models.webhook_event import WebhookEvent, WebhookItem
from tests.integration.console import Person, console_app
from tests.integration.desk import a_conversation, conversation, the_cast


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


def rows(person: Person, tab: str) -> list[int]:
    """Ids in the list, in order."""
    return [int(found) for found in re.findall(r'id="row-(\d+)"', person.get(f"/console/?tab={tab}").text)]


def counts(person: Person) -> dict[str, int]:
    page = person.get("/console/").text
    return {name: int(number) for name, number in re.findall(r'data-count="(\w+)">(\d+)<', page)}


def out(db: Database, id_: int, status: str, author: str = "bot") -> None:
    with db.transaction() as session:
        session.add(
            Message(conversation_id=id_, channel="whatsapp", direction="out", text="x", status=status, author=author)
        )


def test_tabs_hold_what_they_say(helena: Person, db: Database, cast: dict[str, Attendant]) -> None:
    short = a_conversation(db, hours_ago=0.2)
    long = a_conversation(db, hours_ago=2)
    bot = a_conversation(db, handler="bot", queue=None, said=None)
    mine = a_conversation(db, handler="agent", owner=cast["helena"])
    others = a_conversation(db, handler="agent", owner=cast["karina"])
    a_conversation(db, handler="closed", said=None)
    assert rows(helena, "waiting") == [long, short]
    assert rows(helena, "mine") == [mine]
    assert set(rows(helena, "open")) == {short, long, bot, mine, others}
    assert rows(helena, "alert") == []
    assert counts(helena) == {"waiting": 2, "mine": 1, "open": 5, "snoozed": 0, "alert": 0}


@pytest.mark.parametrize("handler", ["bot", "closed"])
@pytest.mark.parametrize("status", ["failed", "unknown"])
def test_what_did_not_reach_the_customer_is_an_alert_until_somebody_looked(
    helena: Person, db: Database, handler: str, status: str
) -> None:
    id_ = a_conversation(db, said=None, handler=handler, queue=None, closed_at=utc_now())
    out(db, id_, status)
    out(db, id_, "delivered")
    assert rows(helena, "alert") == [id_]
    helena.post(f"/console/c/{id_}/note", {"text": "avisei por telefone", "token": "t"})
    assert rows(helena, "alert") == []


def test_a_reason_to_look_is_an_alert(helena: Person, db: Database) -> None:
    id_ = a_conversation(db, handler="bot", queue=None, needs_person="resposta não enviada")
    assert rows(helena, "alert") == [id_]
    assert "resposta não enviada" in helena.get("/console/?tab=alert").text


@pytest.mark.parametrize("handler", ["bot", "closed"])
def test_a_message_that_fell_between_two_owners_is_an_alert(helena: Person, db: Database, handler: str) -> None:
    closed_at = utc_now() if handler == "closed" else None
    id_ = a_conversation(db, handler=handler, queue=None, closed_at=closed_at, hours_ago=0.2)
    a_conversation(db, handler=handler, queue=None, closed_at=closed_at, hours_ago=0.01)
    assert rows(helena, "alert") == [id_]
    assert "mensagem sem resposta" in helena.get("/console/?tab=alert").text
    act = "note" if handler == "closed" else "take"
    helena.post(f"/console/c/{id_}/{act}", {"text": "liguei", "token": "t"})
    assert rows(helena, "alert") == []


def test_rows_tell_name_queue_reason_wait_message_and_protocol(helena: Person, db: Database) -> None:
    id_ = a_conversation(db, hours_ago=1.5, name="Zeca", said="caiu tudo", handed_off_for="pediu uma pessoa")
    page = helena.get("/console/").text
    for expected in ("Zeca", "N1", "pediu uma pessoa", "1 h 30 min", "caiu tudo", conversation(db, id_).protocol):
        assert expected in page, expected


def test_only_tags_of_what_one_may_see_are_offered(helena: Person, db: Database) -> None:
    a_conversation(db, tags=["vip"])
    a_conversation(db, queue="Cobrança", tags=["jurídico"])
    page = helena.get("/console/").text
    assert "vip" in page
    assert "jurídico" not in page


@pytest.mark.parametrize("tab", ["waiting", "mine", "open", "alert", "nada"])
def test_an_empty_list_says_so(helena: Person, tab: str) -> None:
    assert 'class="empty empty-list"' in helena.get(f"/console/?tab={tab}").text


def test_search_finds_a_protocol_however_it_is_typed(helena: Person, db: Database) -> None:
    id_ = a_conversation(db)
    protocol = conversation(db, id_).protocol
    for typed in (protocol, f" {protocol[:8]} {protocol[8:]} ", f"nº {protocol}"):
        assert helena.post("/console/search", {"q": typed}).headers["Location"] == f"/console/c/{id_}"


def test_search_tells_a_mistyped_number_from_an_unknown_one(helena: Person, db: Database) -> None:
    protocol = conversation(db, a_conversation(db, queue="Financeiro")).protocol
    mistyped = protocol[:-1] + str((int(protocol[-1]) + 1) % 10)
    for typed, expected in (
        (mistyped, "dígito"),
        (protocol, "Não há conversa"),
        ("xyz", "Nada encontrado"),
    ):
        answer = helena.post("/console/search", {"q": typed})
        assert answer.status_code == 404
        assert expected in answer.text


def test_system_page_counts_what_is_wrong(app: Flask, db: Database) -> None:
    id_ = a_conversation(db)
    out(db, id_, "failed")
    out(db, id_, "unknown")
    out(db, id_, "queued")
    old = utc_now() - timedelta(hours=1)
    with db.transaction() as session:
        event = WebhookEvent(source="whatsapp", body=b"{}", state="done")
        session.add(event)
        session.flush()
        session.add_all(
            [WebhookItem(event_id=event.id, position=n, kind="calls", outcome="unknown", reason="") for n in range(3)]
        )
        session.add(
            Outbox(queue="network", topic="network", ref_id=7, run_after=old, done_at=old, error="olt_timeout", tries=9)
        )
        session.add(
            NetworkJob(
                action="release_signal",
                contract_ref="1002",
                idempotency_key="k",
                reason="",
                asked_by="bot",
                state="running",
                asked_at=old,
            )
        )
    page = Person(app, "karina").get("/console/system").text
    figures = dict(re.findall(r"<dt>([^<]+?)\s*(?:<span.*?</span>)?</dt><dd>(\d+)</dd>", page))
    assert (figures["não entregues"], figures["sem confirmação"], figures["na fila de envio"]) == ("1", "1", "1")
    assert figures["desconhecido: calls"] == "3"
    assert "desistimos depois de 9 tentativas" in page
    assert "olt_timeout" in page
    assert "Liberar sinal: em andamento" in page


def test_a_database_that_is_away_is_explained(app: Flask, helena: Person, db: Database) -> None:
    def broken(*_: object, **__: object) -> None:
        raise Unreachable("database", "test")

    app.view_functions["console.inbox"] = broken  # type: ignore[assignment]
    answer = helena.client.get("/console/")
    assert answer.status_code == 503
    assert "Nada se perdeu" in answer.text
    assert answer.headers["Retry-After"] == "5"
