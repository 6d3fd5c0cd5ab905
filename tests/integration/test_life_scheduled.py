"""Messages for later: sent once at their moment, late if the system stood still, and never dropped without a word."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from core.db import Database
from handoff import desk
from handoff.access import Attendant
from handoff.life.firing import send_scheduled
from handoff.life.scheduled import NOT_WAITING, NOT_YOURS, Wanted, cancel, change, read_scheduled, schedule
from handoff.outcome import Denied, Done
from models import utc_now
from models.agent import Agent
from models.alert import Alert
from models.channel_template import ChannelTemplate
from models.conversation import Conversation
from models.outbox import Outbox
from models.provider import Provider
from models.scheduled_message import ScheduledMessage
from tests.integration.desk import a_conversation, a_provider, audited, conversation, messages, the_cast
from tests.integration.template_rows import a_template

VALUES = {"name": "Ana", "protocol": "123"}


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    """Everybody's accounts."""
    return the_cast(db)


@pytest.fixture
def theirs(db: Database, cast: dict[str, Attendant]) -> int:
    """A conversation that Helena has."""
    return a_conversation(db, handler="agent", owner=cast["helena"])


def plan(db: Database, id_: int, who: Attendant, press: str = "t1", **wanted: Any) -> Done | Denied:
    now = utc_now()
    terms = {"send_at": now + timedelta(hours=2), "text": "Voltou ao normal?", **wanted}
    with db.transaction() as session:
        return schedule(session, id_, who, Wanted(**terms), press, language="pt_BR", now=now)


def overdue(db: Database, created_ago: float = 24, **ago: float) -> datetime:
    """All of them were due so long ago."""
    now = utc_now()
    with db.transaction() as session:
        values = {"send_at": now - timedelta(**ago), "created_at": now - timedelta(hours=created_ago)}
        session.execute(update(ScheduledMessage).values(values))
    return now - timedelta(**ago)


def the_row(db: Database) -> ScheduledMessage:
    with db.transaction() as session:
        return session.scalars(select(ScheduledMessage)).one()


def wrote(db: Database, id_: int, **ago: float) -> None:
    with db.transaction() as session:
        session.execute(
            update(Conversation).where(Conversation.id == id_).values(last_inbound_at=utc_now() - timedelta(**ago))
        )


def test_it_waits_for_its_moment_and_leaves_once(db: Database, cast: dict[str, Attendant], theirs: int) -> None:
    first = plan(db, theirs, cast["helena"])
    assert isinstance(first, Done)
    assert plan(db, theirs, cast["helena"]) == Done(first.message_id, repeated=True)
    send_scheduled(0, db=db)
    assert messages(db, theirs, "out") == []
    overdue(db, seconds=5)
    send_scheduled(0, db=db)
    send_scheduled(0, db=db)
    (sent,) = messages(db, theirs, "out")
    assert (sent.text, sent.author, sent.status) == ("Voltou ao normal?", "agent:helena", "queued")
    row = the_row(db)
    assert (row.state, row.outcome, row.message_id) == ("sent", "enviada", sent.id)
    with db.transaction() as session:
        assert session.scalar(select(func.count()).where(Outbox.topic == "deliver")) == 1
    assert audited(db, "message.scheduled") == [("helena", f"conversation:{theirs}")]


def test_after_a_downtime_it_leaves_late_and_says_so(db: Database, cast: dict[str, Attendant], theirs: int) -> None:
    plan(db, theirs, cast["helena"])
    overdue(db, hours=3)
    send_scheduled(0, db=db)
    assert len(messages(db, theirs, "out")) == 1
    assert the_row(db).outcome.startswith("saiu com atraso: era para")
    assert "com atraso" in messages(db, theirs, "event")[-1].text


def test_what_is_too_late_to_make_sense_goes_to_a_person(db: Database, cast: dict[str, Attendant], theirs: int) -> None:
    a_provider(db)
    with db.transaction() as session:
        session.execute(update(Provider).values(policies={"conversation_life": {"late_hours": 2}}))
    plan(db, theirs, cast["helena"])
    overdue(db, hours=3)
    send_scheduled(0, db=db)
    assert messages(db, theirs, "out") == []
    assert the_row(db).state == "person"
    assert "já não faz sentido" in (conversation(db, theirs).needs_person or "")


def test_the_window_counts_when_it_fires(db: Database, cast: dict[str, Attendant], theirs: int) -> None:
    plan(db, theirs, cast["helena"])
    overdue(db, seconds=5)
    wrote(db, theirs, hours=25)
    send_scheduled(0, db=db)
    assert messages(db, theirs, "out") == []
    assert the_row(db).state == "person"
    assert "janela de 24 horas" in (conversation(db, theirs).needs_person or "")


def test_the_chosen_template_goes_where_the_window_is_closed(
    db: Database, cast: dict[str, Attendant], theirs: int
) -> None:
    a_template(db)
    plan(db, theirs, cast["helena"], template="reopen", values=VALUES)
    overdue(db, seconds=5)
    wrote(db, theirs, hours=25)
    send_scheduled(0, db=db)
    (sent,) = messages(db, theirs, "out")
    assert (sent.kind, sent.payload["template"], sent.author) == ("template", "reopen", "agent:helena")
    assert the_row(db).state == "sent"


def test_the_text_goes_while_the_window_is_open(db: Database, cast: dict[str, Attendant], theirs: int) -> None:
    a_template(db)
    plan(db, theirs, cast["helena"], template="reopen", values=VALUES)
    overdue(db, seconds=5)
    send_scheduled(0, db=db)
    assert [row.kind for row in messages(db, theirs, "out")] == ["text"]


def test_a_template_that_was_refused_since_goes_to_a_person(
    db: Database, cast: dict[str, Attendant], theirs: int
) -> None:
    id_ = a_template(db)
    plan(db, theirs, cast["helena"], text="", template="reopen", values=VALUES)
    with db.transaction() as session:
        session.get_one(ChannelTemplate, id_).status = "REJECTED"
    overdue(db, seconds=5)
    send_scheduled(0, db=db)
    assert the_row(db).state == "person"
    assert conversation(db, theirs).needs_person


@pytest.mark.parametrize(("silent", "state"), [(True, "skipped"), (False, "sent")])
def test_only_a_silent_customer_gets_what_was_meant_for_silence(
    db: Database, cast: dict[str, Attendant], theirs: int, silent: bool, state: str
) -> None:
    plan(db, theirs, cast["helena"], only_if_silent=silent)
    overdue(db, seconds=5)
    wrote(db, theirs, minutes=1)
    send_scheduled(0, db=db)
    assert the_row(db).state == state
    assert len(messages(db, theirs, "out")) == (0 if silent else 1)


def test_it_can_be_changed_and_cancelled_as_long_as_it_waits(
    db: Database, cast: dict[str, Attendant], theirs: int
) -> None:
    done = plan(db, theirs, cast["helena"])
    assert isinstance(done, Done)
    now = utc_now()
    later = Wanted(now + timedelta(days=1), "Tudo certo com a internet?")
    with db.transaction() as session:
        assert change(session, done.message_id, cast["joana"], later, now=now) == NOT_YOURS
        assert isinstance(change(session, done.message_id, cast["helena"], later, now=now), Done)
        ((row, author),) = read_scheduled(session, theirs)
        assert (row.text, row.send_at, author) == ("Tudo certo com a internet?", later.send_at, "Helena Castro")
        assert isinstance(cancel(session, done.message_id, cast["karina"], now=now), Done)
        assert cancel(session, done.message_id, cast["karina"], now=now) == NOT_WAITING
        assert read_scheduled(session, theirs) == []
    overdue(db, seconds=5)
    send_scheduled(0, db=db)
    assert messages(db, theirs, "out") == []


@pytest.mark.parametrize(
    "wanted",
    [{"text": " "}, {"send_at": utc_now() - timedelta(minutes=1)}, {"template": "there is none"}, {"text": "x" * 4097}],
)
def test_nonsense_is_refused_when_it_is_written(
    db: Database, cast: dict[str, Attendant], theirs: int, wanted: dict[str, Any]
) -> None:
    assert isinstance(plan(db, theirs, cast["helena"], **wanted), Denied)


def test_its_author_changes_nothing_in_a_conversation_that_went_where_they_do_not_see_it(
    db: Database, cast: dict[str, Attendant], theirs: int
) -> None:
    done = plan(db, theirs, cast["helena"])
    assert isinstance(done, Done)
    with db.transaction() as session:
        row = session.get_one(Conversation, theirs)
        row.handler, row.agent_id, row.queue = "queue", None, "Financeiro"
    later = Wanted(utc_now() + timedelta(hours=3), "Outra coisa")
    with db.transaction() as session:
        assert change(session, done.message_id, cast["helena"], later, now=utc_now()) == NOT_YOURS
        assert cancel(session, done.message_id, cast["helena"], now=utc_now()) == NOT_YOURS
    assert the_row(db).text == "Voltou ao normal?"


def test_n3_cannot_schedule_what_it_may_not_say(db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, handler="agent", queue="N3", owner=cast["igor"])
    assert isinstance(plan(db, id_, cast["igor"]), Denied)


def test_it_goes_out_though_the_conversation_has_ended(db: Database, cast: dict[str, Attendant], theirs: int) -> None:
    plan(db, theirs, cast["helena"])
    with db.transaction() as session:
        desk.close(session, theirs, cast["helena"])
    overdue(db, seconds=5)
    send_scheduled(0, db=db)
    assert [row.text for row in messages(db, theirs, "out")][-1] == "Voltou ao normal?"


def test_nothing_leaves_in_the_name_of_somebody_who_is_gone(
    db: Database, cast: dict[str, Attendant], theirs: int
) -> None:
    plan(db, theirs, cast["helena"])
    with db.transaction() as session:
        session.get_one(Agent, cast["helena"].id).active = False
    overdue(db, seconds=5)
    send_scheduled(0, db=db)
    assert messages(db, theirs, "out") == []
    assert the_row(db).state == "person"
    assert "Helena Castro" in (conversation(db, theirs).needs_person or "")
    (kept,) = messages(db, theirs, "note")
    assert (kept.text, kept.author) == ("Ficou por enviar: Voltou ao normal?", "clock")


@pytest.mark.parametrize(("let", "state"), [({}, "person"), ({"speaks": {"queue": "N3"}}, "sent")])
def test_nothing_leaves_from_a_queue_that_is_mute_unless_it_was_let_to(
    db: Database, cast: dict[str, Attendant], theirs: int, let: dict[str, Any], state: str
) -> None:
    plan(db, theirs, cast["helena"])
    with db.transaction() as session:
        moved = update(Conversation).where(Conversation.id == theirs)
        session.execute(moved.values(queue="N3", agent_id=cast["igor"].id, checklist=let))
    overdue(db, seconds=5)
    send_scheduled(0, db=db)
    assert the_row(db).state == state
    assert len(messages(db, theirs, "out")) == (state == "sent")
    assert len(messages(db, theirs, "note")) == (state == "person")


def test_what_could_not_go_after_the_end_is_told_to_the_supervision(
    db: Database, cast: dict[str, Attendant], theirs: int
) -> None:
    plan(db, theirs, cast["helena"])
    with db.transaction() as session:
        desk.close(session, theirs, cast["helena"])
        session.get_one(Agent, cast["helena"].id).active = False
    overdue(db, seconds=5)
    send_scheduled(0, db=db)
    with db.transaction() as session:
        alert = session.scalars(select(Alert).where(Alert.kind == "scheduled.unsent")).one()
    assert conversation(db, theirs).protocol in alert.text


def test_text_with_open_places_is_not_kept_for_later(db: Database, cast: dict[str, Attendant], theirs: int) -> None:
    told = plan(db, theirs, cast["helena"], text="Sua fatura é de {{fatura_valor}}.")
    assert isinstance(told, Denied)
    assert "Valor da fatura" in told.reason
