"""What supervisors see of the channels: the number's state, and alerts that they can put aside."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from core.db import Database
from models import utc_now
from models.alert import Alert, end_alert, raise_alert
from models.audit import Audit
from models.channel_state import ChannelState
from tests.integration.console import Person, console_app
from tests.integration.desk import a_conversation, the_cast
from tests.integration.doors import rows

STOPPED = "O envio pelo WhatsApp parou: o token não vale mais."


@pytest.fixture
def app(db: Database) -> Flask:
    """The console with everybody's accounts."""
    the_cast(db)
    return console_app(db)


def an_alert(db: Database, kind: str = "channel.stopped", severity: str = "critical", text: str = STOPPED) -> None:
    with db.transaction() as session:
        raise_alert(session, kind, "meta", text, severity=severity)


def test_same_alert_again_is_counted_not_repeated(db: Database) -> None:
    an_alert(db)
    an_alert(db, text="outras palavras")
    (alert,) = rows(db, Alert)
    assert (alert.times, alert.text) == (2, "outras palavras")


def test_alert_that_ended_comes_again_as_a_new_one(db: Database) -> None:
    an_alert(db)
    with db.transaction() as session:
        end_alert(session, "channel.stopped", "meta")
    an_alert(db)
    assert [(alert.ended_at is None, alert.times) for alert in rows(db, Alert)] == [(False, 1), (True, 1)]


def test_supervisor_sees_grave_alerts_above_the_conversations_too(app: Flask, db: Database) -> None:
    an_alert(db)
    an_alert(db, "template.rejected", "warning", "Modelo recusado")
    karina = Person(app, "karina")
    inbox, page = karina.get("/console/").text, karina.get("/console/system").text
    assert STOPPED in inbox
    assert "Modelo recusado" not in inbox
    assert page.index(STOPPED) < page.index("Modelo recusado")
    assert STOPPED not in Person(app, "helena").get("/console/").text


def test_alert_is_put_aside_once_and_the_second_click_changes_nothing(app: Flask, db: Database) -> None:
    an_alert(db)
    (alert,) = rows(db, Alert)
    karina = Person(app, "karina")
    for _ in range(2):
        assert karina.post(f"/console/system/alerts/{alert.id}/seen").status_code == 303
    (ended,) = rows(db, Alert)
    assert ended.ended_by == "karina"
    assert [row.subject for row in rows(db, Audit) if row.action == "alert.seen"] == [f"alert:{alert.id}"]
    assert STOPPED not in karina.get("/console/system").text


def test_agent_cannot_put_an_alert_aside(app: Flask, db: Database) -> None:
    an_alert(db)
    (alert,) = rows(db, Alert)
    assert Person(app, "helena").post(f"/console/system/alerts/{alert.id}/seen").status_code == 403
    assert rows(db, Alert)[0].ended_at is None


def test_page_tells_how_the_number_is_doing(app: Flask, db: Database) -> None:
    now = utc_now()
    with db.transaction() as session:
        session.add(
            ChannelState(
                channel="meta",
                name="Vale Fibra",
                quality="YELLOW",
                throughput="STANDARD",
                messaging_limit="TIER_2K",
                token_expires_at=now + timedelta(days=3),
                stopped_at=now,
                stopped_code="graph_190",
                checked_at=now,
            )
        )
    page = Person(app, "karina").get("/console/system").text
    for words in ("WhatsApp (Meta): Vale Fibra", "graph_190", "média", "2K", "vence "):
        assert words in page


@pytest.mark.parametrize(("quiet_for", "count"), [(timedelta(hours=1), 0), (timedelta(minutes=-5), 1)])
def test_message_waits_without_fault_while_a_person_answers_by_phone(
    app: Flask, db: Database, quiet_for: timedelta, count: int
) -> None:
    a_conversation(db, handler="bot", queue=None, quiet_until=utc_now() + quiet_for)
    figure = Person(app, "karina").get("/console/system").text.partition("sem resposta automática")[2]
    assert f"<dd>{count}</dd>" in figure[:60]
