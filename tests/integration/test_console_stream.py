"""What open consoles are told: what changed, only that, only while they may see it, and until they are let go."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from flask import Flask
from gunicorn.config import Config
from gunicorn.glogging import Logger
from sqlalchemy import text

from app import PatientWorker
from core.db import Database
from handoff.access import Attendant
from handoff.console import STREAMS
from handoff.console.streams.change_log import GAP_SECONDS, ChangeLog
from models.agent import Agent
from models.conversation import Conversation
from models.message import Message
from tests.integration.console import LIVE, Person, console_app
from tests.integration.desk import a_conversation, audited, the_cast
from tests.integration.streaming import OpenConsole


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    """Everybody's accounts."""
    return the_cast(db)


@pytest.fixture
def app(db: Database, cast: dict[str, Attendant]) -> Iterator[Flask]:
    """The console; what is still open at the end is let go."""
    app = console_app(db, streams=2, beat=0.2)
    yield app
    app.extensions[STREAMS].close()


def wrote(db: Database, id_: int, said: str, direction: str = "in") -> None:
    with db.transaction() as session:
        session.add(Message(conversation_id=id_, channel="whatsapp", direction=direction, text=said))


def test_stream_sends_the_parts_of_the_page_and_then_what_changed(
    db: Database, app: Flask, cast: dict[str, Attendant]
) -> None:
    id_ = a_conversation(db, handler="agent", owner=cast["helena"])
    console = OpenConsole(Person(app, "helena"), f"/console/stream?conversa={id_}&tab=mine")
    assert console.answer.mimetype == "text/event-stream"
    assert console.answer.headers["X-Accel-Buffering"] == "no"
    for region in ("presence", "thread", "bar", "list"):
        console.until("parts", f'data-region="{region}"')
    wrote(db, id_, "voltou a cair")
    news = console.until("parts", 'data-region="thread"')
    assert "voltou a cair" in news
    assert "oi, caiu a internet" not in news, "what the page has is only named"
    console.close()


def test_stream_of_the_list_shows_who_came(db: Database, app: Flask) -> None:
    first = a_conversation(db, name="Zeca")
    console = OpenConsole(Person(app, "helena"))
    console.until("parts", "Zeca")
    second = a_conversation(db, name="Ana")
    news = console.until("parts", f'id="item-{second}"')
    assert "Ana" in news
    assert f'id="item-{first}"' in news
    assert "Zeca" not in news
    console.close()


def test_stream_ends_with_the_session(db: Database, app: Flask, cast: dict[str, Attendant]) -> None:
    console = OpenConsole(Person(app, "helena"))
    console.until("parts")
    with db.transaction() as session:
        session.get_one(Agent, cast["helena"].id).active = False
    assert console.until("end") == "session"


def test_stream_ends_when_the_conversation_leaves_their_queues(db: Database, app: Flask) -> None:
    id_ = a_conversation(db)
    console = OpenConsole(Person(app, "helena"), f"/console/stream?conversa={id_}")
    console.until("parts")
    with db.transaction() as session:
        session.get_one(Conversation, id_).queue = "Financeiro"
    assert console.until("end") == "rights"


def test_stream_ends_when_the_process_does(app: Flask) -> None:
    console = OpenConsole(Person(app, "helena"))
    console.until("parts")
    app.extensions[STREAMS].close()
    assert console.until("end") == "restart"
    assert Person(app, "helena").get("/console/stream").status_code == 503


def test_stream_ends_when_the_process_above_was_killed(app: Flask) -> None:
    console = OpenConsole(Person(app, "helena"))
    console.until("parts")
    own = Config()
    worker = PatientWorker(1, os.getpid(), [], None, 30, own, Logger(own))
    worker.wsgi = app
    assert not worker.is_parent_alive()
    assert console.until("end") == "restart"


def test_stream_is_refused_like_the_page(db: Database, app: Flask) -> None:
    hidden = a_conversation(db, queue="Financeiro")
    helena = Person(app, "helena")
    assert helena.get(f"/console/stream?conversa={hidden}").status_code == 403
    for unknown in ("999", "99999999999", "x"):
        assert helena.get(f"/console/stream?conversa={unknown}").status_code == 404
    assert Person(app).get("/console/stream", headers=LIVE).status_code == 401
    assert Person(app, "lucas").get("/console/stream").status_code == 403


def test_one_more_than_fit_asks_instead_until_somebody_leaves(db: Database, app: Flask) -> None:
    helena = Person(app, "helena")
    consoles = [OpenConsole(helena), OpenConsole(Person(app, "karina"))]
    for console in consoles:
        console.until("parts")
    assert helena.get("/console/stream").status_code == 503
    assert 'data-region="list"' in helena.get("/console/live", headers=LIVE).text
    consoles[0].close()
    again = OpenConsole(helena)
    again.until("parts")
    for console in (consoles[1], again):
        console.close()


def test_stream_tells_of_what_is_theirs(db: Database, app: Flask, cast: dict[str, Attendant]) -> None:
    waiting = a_conversation(db, name="Ana")
    mine = a_conversation(db, name="Davi", handler="agent", owner=cast["helena"])
    other = a_conversation(db, handler="agent", owner=cast["igor"])
    console = OpenConsole(Person(app, "helena"))
    console.until("parts", 'data-region="list"')
    with db.transaction() as session:
        for id_ in (mine, other):
            row = session.get_one(Conversation, id_)
            assert row.last_inbound_at
            row.last_inbound_at = row.last_inbound_at.replace(microsecond=1)
    assert console.notice() == {"what": "wrote", "conversation_id": mine, "name": "Davi"}
    Person(app, "helena").post(f"/console/c/{waiting}/take")
    assert console.notice() == {"what": "assigned", "conversation_id": waiting, "name": "Ana"}
    console.close()


def test_being_shown_a_conversation_is_written_down_once(db: Database, app: Flask) -> None:
    id_ = a_conversation(db)
    console = OpenConsole(Person(app, "helena"), f"/console/stream?conversa={id_}")
    console.until("parts")
    for _ in range(3):
        console.until("beat")
    assert audited(db, "conversation.viewed") == [("helena", f"conversation:{id_}")]
    console.close()


def test_change_that_commits_late_is_told(db: Database) -> None:
    first, second = a_conversation(db), a_conversation(db)
    changes = ChangeLog(db)
    changes.fresh()
    with db.transaction() as slow:
        slow.get_one(Conversation, first).priority = 2
        slow.flush()
        with db.transaction() as quick:
            quick.get_one(Conversation, second).priority = 2
        assert changes.fresh() == {(second, "conversation")}
    assert changes.fresh() == {(first, "conversation")}
    assert changes.fresh() == set()


def test_change_that_was_rolled_back_is_asked_for_only_for_a_while(db: Database) -> None:
    time = [0.0]
    changes = ChangeLog(db, clock=lambda: time[0])
    id_ = a_conversation(db)
    changes.fresh()
    with db.engine.begin() as connection:
        connection.execute(text("SELECT nextval('change_id_seq')"))
        connection.execute(text("UPDATE conversation SET priority = 1"))
    assert changes.fresh() == {(id_, "conversation")}
    assert len(changes.missing) == 1
    time[0] = GAP_SECONDS
    changes.fresh()
    assert changes.missing == frozenset()
