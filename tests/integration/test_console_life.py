"""A conversation's life in the console: escalating, putting off, sending later, merging people, without a script."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from core.db import Database
from handoff.access import Attendant
from models import utc_now
from models.contact_merge import ContactMerge
from models.conversation import Conversation
from models.scheduled_message import ScheduledMessage
from tests.integration.console import LIVE, Person, console_app
from tests.integration.desk import a_conversation, a_provider, conversation, messages, the_cast
from tests.integration.template_rows import a_template


@pytest.fixture
def app(db: Database) -> Flask:
    """The console of the demo provider."""
    a_provider(db)
    return console_app(db)


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    """Everybody's accounts."""
    return the_cast(db)


@pytest.fixture
def theirs(db: Database, cast: dict[str, Attendant]) -> int:
    """A conversation that Helena has."""
    return a_conversation(db, handler="agent", owner=cast["helena"], summary="LOS aceso desde ontem")


def typed(**ahead: float) -> str:
    """A moment as the form's field has it, on the provider's clock."""
    return f"{(utc_now() + timedelta(**ahead)).astimezone(ZoneInfo('America/Sao_Paulo')):%Y-%m-%dT%H:%M}"


def test_escalating_wants_the_list_and_keeps_what_was_ticked(db: Database, app: Flask, theirs: int) -> None:
    helena, where = Person(app, "helena"), f"/console/c/{theirs}"
    page = helena.get(where).text
    assert "Antes de passar para N2" in page
    refused = helena.post(f"{where}/escalate", {"item": ["identified"], "note": "ver OLT"}, headers=LIVE)
    assert (refused.status_code, "falta: contrato conhecido" in refused.text) == (409, True)
    every = ["identified", "contract", "tests", "evidence"]
    assert helena.post(f"{where}/checklist", {"item": every}).status_code == 303
    assert helena.get(where).text.count("checked") >= 4
    assert helena.post(f"{where}/checklist", {"item": every[:3]}).status_code == 303
    assert set(conversation(db, theirs).checklist["ticked"]) == set(every[:3])
    assert helena.post(f"{where}/escalate", {"item": every, "note": "ver OLT"}).status_code == 303
    assert conversation(db, theirs).queue == "N2"


def test_the_next_level_reads_at_the_top_what_was_done(db: Database, app: Flask, theirs: int) -> None:
    helena, igor, where = Person(app, "helena"), Person(app, "igor"), f"/console/c/{theirs}"
    helena.post(f"{where}/escalate", {"item": ["tests"], "note": "potência baixa", "override": "queda geral"})
    page = igor.get(where).text
    known = page[page.index('id="known"') : page.index('id="known"') + 1500]
    for words in ("LOS aceso desde ontem", "N1 → N2: Helena Castro", "potência baixa", "Testes feitos: Helena Castro"):
        assert words in known


def test_n3_writes_notes_and_gives_back(db: Database, app: Flask, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, handler="agent", queue="N3", owner=cast["karina"])
    karina, where = Person(app, "karina"), f"/console/c/{id_}"
    page = karina.get(where).text
    assert "fala com o nível abaixo, por notas" in page
    assert 'class="primary send-reply"' not in page
    assert karina.post(f"{where}/reply", {"text": "oi", "token": "1"}).status_code == 409
    assert karina.post(f"{where}/let-speak", {"reason": "N2 pediu"}).status_code == 303
    assert 'class="primary send-reply"' in karina.get(where).text
    assert karina.post(f"{where}/give-down", {"note": "porta trocada"}).status_code == 303
    assert conversation(db, id_).queue == "N2"


@pytest.mark.parametrize("when", ["hour", "three", "tomorrow", "monday", "typed"])
def test_what_is_put_off_moves_to_a_tab_of_its_own(db: Database, app: Flask, theirs: int, when: str) -> None:
    helena, where = Person(app, "helena"), f"/console/c/{theirs}"
    form = {"when": when, "at": typed(days=2) if when == "typed" else "", "reason": "liga depois"}
    assert helena.post(f"{where}/snooze", form).status_code == 303
    until = conversation(db, theirs).snoozed_until
    assert until is not None
    assert utc_now() < until <= utc_now() + timedelta(days=8)
    if when in ("tomorrow", "monday"):
        assert until.astimezone(ZoneInfo("America/Sao_Paulo")).hour == 9
    row = f'href="{where}'
    assert row not in helena.get("/console/?tab=mine").text
    assert "liga depois" in helena.get("/console/?tab=snoozed").text
    assert helena.post(f"{where}/wake").status_code == 303
    assert row in helena.get("/console/?tab=mine").text


def test_a_snooze_without_a_moment_or_with_a_senseless_one_is_refused(app: Flask, theirs: int) -> None:
    helena, where = Person(app, "helena"), f"/console/c/{theirs}/snooze"
    assert helena.post(where, {"when": "typed", "reason": "x"}).status_code == 409
    assert helena.post(where, {"when": "typed", "at": "amanhã", "reason": "x"}).status_code == 400


def test_a_message_is_scheduled_changed_and_cancelled(db: Database, app: Flask, theirs: int) -> None:
    a_template(db)
    helena, where = Person(app, "helena"), f"/console/c/{theirs}"
    assert "mandar o modelo “Retomar a conversa”" in helena.get(where).text
    form = {"text": "Tudo certo?", "at": typed(hours=3), "template": "reopen", "token": "t1", "only_if_silent": "yes"}
    for _ in range(2):
        assert helena.post(f"{where}/schedule", form).status_code == 303
    with db.transaction() as session:
        (row,) = session.scalars(select(ScheduledMessage)).all()
        assert (row.template, row.values["name"], row.only_if_silent) == ("reopen", "Ana", True)
    assert re.search(r"Agendar \(1\)", helena.get(where).text)
    changed = {"scheduled": str(row.id), "text": "Voltou?", "at": typed(hours=5)}
    assert helena.post(f"{where}/reschedule", changed).status_code == 303
    assert "Voltou?" in helena.get(where).text
    assert helena.post(f"{where}/unschedule", {"scheduled": str(row.id)}).status_code == 303
    assert helena.post(f"{where}/unschedule", {"scheduled": str(row.id)}).status_code == 409
    with db.transaction() as session:
        assert session.get_one(ScheduledMessage, row.id).state == "cancelled"


def test_the_reminder_is_switched_off_and_on(db: Database, app: Flask, theirs: int) -> None:
    helena, where = Person(app, "helena"), f"/console/c/{theirs}"
    for wanted, page in (("no", "Ligar o lembrete"), ("yes", "Desligar o lembrete")):
        assert helena.post(f"{where}/reminds", {"wanted": wanted}).status_code == 303
        assert page in helena.get(where).text
    assert [row.kind for row in messages(db, theirs, "event")] == ["reminds", "reminds"]


def test_a_supervisor_merges_by_protocol_and_parts_again(
    db: Database, app: Flask, cast: dict[str, Attendant], theirs: int
) -> None:
    other = a_conversation(db, name="Ana (trabalho)")
    karina, where = Person(app, "karina"), f"/console/c/{theirs}"
    form = {"protocol": conversation(db, other).protocol, "reason": "confirmou por telefone"}
    assert Person(app, "helena").post(f"{where}/merge", form).status_code == 403
    assert karina.post(f"{where}/merge", {**form, "protocol": "123"}).status_code == 409
    assert karina.post(f"{where}/merge", form).status_code == 303
    with db.transaction() as session:
        assert len(set(session.scalars(select(Conversation.contact_id)))) == 1
        (row,) = session.scalars(select(ContactMerge)).all()
    assert "confirmou por telefone" in karina.get(where).text
    assert karina.post(f"{where}/unmerge", {"merge": str(row.id)}).status_code == 303
    assert conversation(db, other).contact_id != conversation(db, theirs).contact_id
    assert conversation(db, other).handler == "queue"


def test_agents_are_shown_nothing_of_merging(app: Flask, theirs: int) -> None:
    assert "Juntar com outro contato" not in Person(app, "helena").get(f"/console/c/{theirs}").text
