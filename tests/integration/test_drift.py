"""The alarm when the bot understands less: found by the clock, seen in the console, shown by the command."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

import cli
from clock import watch_understanding
from core.db import Database
from core.settings import load
from handoff.drift import Margin, by_week, check_daily, compare, last_check
from models import utc_now
from models.message import Message
from models.provider import Provider
from models.reading import Reading
from stores import free_port
from tests.integration.console import Person, console_app
from tests.integration.desk import a_conversation, a_provider, audited, the_cast
from wiring import Wiring, build


@pytest.fixture
def own(db: Database, database_url: str) -> Iterator[Wiring]:
    """The clock's ports, without Redis: it is not needed for this."""
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    built = build(load({"DATABASE_URL": database_url, "REDIS_URL": nowhere, "SECRET_KEY": "k" * 32}))
    yield built
    built.db.engine.dispose()


def some_readings(db: Database, count: int, *, days_ago: float, unsure: int = 0, **more: Any) -> None:
    """`count` readings of that age, of which `unsure` brought the menu."""
    chat = a_conversation(db, said=None)
    usual = {"intent": "greet", "confidence": 0.9, "source": "model"}
    with db.transaction() as session:
        messages = [Message(conversation_id=chat, channel="whatsapp", direction="in", text="oi") for _ in range(count)]
        session.add_all(messages)
        session.flush()
        for place, message in enumerate(messages):
            session.add(
                Reading(
                    message_id=message.id,
                    conversation_id=chat,
                    band="menu" if place < unsure else "act",
                    read_at=utc_now() - timedelta(days=days_ago),
                    **{**usual, **more},
                )
            )


def got_worse(db: Database) -> None:
    some_readings(db, 100, days_ago=1, unsure=30, unknown_words=0.05)
    some_readings(db, 100, days_ago=20, unsure=10, unknown_words=0.05)


def checked(db: Database, at: datetime | None = None) -> Any:
    with db.transaction() as session:
        return check_daily(session, at or utc_now())


def test_comparison_is_of_seven_days_with_the_four_weeks_before(db: Database) -> None:
    some_readings(db, 10, days_ago=1, unsure=5, unknown_words=0.2)
    some_readings(db, 20, days_ago=8, unsure=2, unknown_words=0.1)
    some_readings(db, 10, days_ago=34, source="unavailable", unknown_words=0.9)
    some_readings(db, 50, days_ago=36, unsure=50)
    with db.transaction() as session:
        found = compare(session, utc_now(), Margin(1.2, 5))
    assert (found.now.readings, found.before.readings) == (10, 30)
    assert (found.now.fallbacks, found.before.fallbacks) == pytest.approx((0.5, 0.4))
    assert (found.now.unknown, found.before.unknown) == pytest.approx((0.2, 0.1)), "only the model knows its words"
    assert found.worse == ("fallbacks", "unknown")


def test_clock_warns_once_a_day(db: Database, own: Wiring, caplog: pytest.LogCaptureFixture) -> None:
    got_worse(db)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            watch_understanding(own)
    assert [line.getMessage() for line in caplog.records] == [
        "understanding got worse (fallbacks): unsure 30.0 % after 10.0 %, unknown words 5.0 % after 5.0 %"
    ]
    assert audited(db, "understanding.checked") == [("clock", "understanding")]
    assert checked(db, utc_now() + timedelta(hours=25)) is not None


def test_clock_is_silent_when_nothing_got_worse(db: Database, own: Wiring, caplog: pytest.LogCaptureFixture) -> None:
    watch_understanding(own)
    assert caplog.records == []
    assert checked(db) is None, "looked at today already"


def test_margin_comes_from_the_provider(db: Database) -> None:
    a_provider(db)
    with db.transaction() as session:
        session.execute(update(Provider).values(policies={"drift": {"times": 4}}))
    got_worse(db)
    assert checked(db).worse == ()


def test_wrong_margin_does_not_silence_the_alarm(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    a_provider(db)
    with db.transaction() as session:
        session.execute(update(Provider).values(policies={"drift": {"times": 0}}))
    got_worse(db)
    assert checked(db).worse == ("fallbacks",)
    assert "policies.drift" in caplog.text


def test_supervisors_see_the_alarm_while_it_is_fresh(db: Database) -> None:
    a_provider(db)
    the_cast(db)
    app = console_app(db)
    got_worse(db)
    sentence = "Nos últimos 7 dias o robô ficou sem certeza em 30 % das mensagens (antes, 10 %)."
    karina, helena = Person(app, "karina"), Person(app, "helena")
    assert sentence not in karina.get("/console/").text
    assert "Entendimento" not in karina.get("/console/system").text
    assert checked(db)
    assert sentence in karina.get("/console/").text
    assert sentence not in helena.get("/console/").text
    assert "sem certeza, em cada 100 mensagens" in karina.get("/console/system").text
    with db.transaction() as session:
        assert last_check(session, utc_now() + timedelta(hours=49)) is None


def test_weeks_are_those_of_the_providers_calendar(db: Database) -> None:
    some_readings(db, 2, days_ago=0)
    monday = datetime(2026, 11, 16, 3, 0, tzinfo=UTC)
    with db.transaction() as session:
        first, second = session.scalars(select(Reading).order_by(Reading.id))
        first.read_at, second.read_at = monday - timedelta(minutes=1), monday
    with db.transaction() as session:
        now = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
        two = by_week(session, now, "America/Sao_Paulo", 2)
        one = by_week(session, now, "America/Sao_Paulo", 1)
    assert [(str(week), shares.readings) for week, shares in two] == [("2026-11-09", 1), ("2026-11-16", 1)]
    assert one == two[1:]


def test_command_prints_the_weeks_and_the_verdict(db: Database, database_url: str) -> None:
    command = ["nlu", "drift", "--database-url", database_url]
    assert CliRunner().invoke(cli.main, command).output == "Ainda não há leituras.\n"
    some_readings(db, 10, days_ago=0, unsure=1)
    result = CliRunner().invoke(cli.main, command)
    assert result.exit_code == 0, result.output
    assert "10.0%" in result.output
    assert "Ainda não há 100 leituras nos dois períodos para comparar." in result.output
    got_worse(db)
    assert "Piorou: mais de 1.5 vezes o que era." in CliRunner().invoke(cli.main, command).output


def test_command_says_what_is_wrong_with_the_policy(db: Database, database_url: str) -> None:
    a_provider(db)
    with db.transaction() as session:
        session.execute(update(Provider).values(policies={"drift": {"at_least": -1}}))
    result = CliRunner().invoke(cli.main, ["nlu", "drift", "--database-url", database_url])
    assert result.exit_code == 1
    assert "policies.drift" in result.output
