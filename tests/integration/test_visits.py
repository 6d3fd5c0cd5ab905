"""A visit from the wish to its end: agreed with the customer, measured from that moment, and seen to end."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from core.db import Database
from handoff import visits
from handoff.access import Attendant
from handoff.outcome import Denied, Done
from models import utc_now
from models.conversation import Conversation
from models.desk_job import DeskJob
from tests.integration.console import Person, console_app
from tests.integration.desk import a_conversation, a_provider, audited, messages, the_cast
from tests.integration.sla_rows import a_policy, clock, clocks, kinds
from tests.integration.test_console_conversation import ana_is_known

HOUR = timedelta(hours=1)


@pytest.fixture
def helena(db: Database) -> Attendant:
    """Who has the conversation; the technician is promised within 40 minutes."""
    a_provider(db)
    a_policy(db, arrival_minutes=40)
    return the_cast(db)["helena"]


@pytest.fixture
def talk(db: Database, helena: Attendant) -> int:
    """Helena's conversation with Ana, who is proved."""
    id_ = a_conversation(db, handler="agent", owner=helena)
    ana_is_known(db, id_)
    return id_


def a_visit(db: Database, talk: int, state: str = "done", key: str = "v") -> int:
    """One that was asked for with the button."""
    wish = {"day": "2026-12-05", "period": "morning", "subject": "Visita técnica", "text": "trocar conector"}
    with db.transaction() as session:
        row = DeskJob(
            kind="visit",
            conversation_id=talk,
            contract_ref="1001",
            arguments=wish,
            asked_by="helena",
            key=key,
            state=state,
        )
        session.add(row)
        session.flush()
        return row.id


def agree(db: Database, talk: int, who: Attendant, visit: int, at: datetime) -> Done | Denied:
    with db.transaction() as session:
        return visits.agree(session, talk, who, visit, at, now=utc_now())


def end(db: Database, talk: int, who: Attendant, visit: int, how: str, now: datetime) -> Done | Denied:
    with db.transaction() as session:
        return visits.end(session, talk, who, visit, how, now=now)


def test_arrival_is_measured_from_the_agreed_moment_to_the_technician(
    db: Database, helena: Attendant, talk: int
) -> None:
    visit, at = a_visit(db, talk), utc_now() + 3 * HOUR
    assert isinstance(agree(db, talk, helena, visit, at), Done)
    with db.transaction() as session:
        row = session.get_one(Conversation, talk)
        row.handler, row.closed_at = "closed", utc_now()
    assert kinds(db) == ["arrival"]
    assert (clock(db, "arrival").started_at, clock(db, "arrival").due_at) == (at, at + timedelta(minutes=40))
    assert isinstance(end(db, talk, helena, visit, "arrived", at + timedelta(minutes=10)), Done)
    assert (kinds(db), clock(db, "arrival").stopped_at) == ([], at + timedelta(minutes=10))
    assert end(db, talk, helena, visit, "off", at + HOUR) == visits.OVER
    assert [row.kind for row in messages(db, talk, "event")] == ["visit_agreed", "visit_arrived"]
    assert audited(db, "visit.arrived") == [("helena", f"conversation:{talk}")]


def test_another_moment_replaces_the_one_before_and_mends_nothing_that_was_broken(
    db: Database, helena: Attendant, talk: int
) -> None:
    visit, now = a_visit(db, talk), utc_now()
    agree(db, talk, helena, visit, now + HOUR)
    agree(db, talk, helena, visit, now + 2 * HOUR)
    assert [row.started_at for row in clocks(db) if row.kind == "arrival"] == [now + 2 * HOUR]
    late = now + 4 * HOUR
    with db.transaction() as session:
        assert isinstance(visits.agree(session, talk, helena, visit, late + HOUR, now=late), Done)
    first, second = (row for row in clocks(db) if row.kind == "arrival")
    assert (first.stopped_at, first.due_at is not None and first.due_at < late) == (late, True)
    assert (second.started_at, second.stopped_at) == (late + HOUR, None)


def test_same_moment_is_agreed_once_when_it_is_clicked_twice(db: Database, helena: Attendant, talk: int) -> None:
    visit, at = a_visit(db, talk), utc_now() + HOUR
    for _ in range(2):
        assert isinstance(agree(db, talk, helena, visit, at), Done)
    assert [row.kind for row in messages(db, talk, "event")] == ["visit_agreed"]
    assert len(audited(db, "visit.agreed")) == 1


def test_visit_that_is_off_is_waited_for_no_longer(db: Database, helena: Attendant, talk: int) -> None:
    visit = a_visit(db, talk)
    assert end(db, talk, helena, visit, "arrived", utc_now()) == visits.NOT_AGREED
    agree(db, talk, helena, visit, utc_now() + HOUR)
    other = a_visit(db, talk, key="w")
    assert agree(db, talk, helena, other, utc_now() + HOUR) == visits.OTHER_FIRST
    assert end(db, talk, helena, visit, "lost", utc_now()) == visits.UNKNOWN_END
    assert isinstance(end(db, talk, helena, visit, "off", utc_now()), Done)
    assert kinds(db) == []
    assert isinstance(agree(db, talk, helena, other, utc_now() + HOUR), Done)


def test_only_visits_of_this_conversation_and_moments_to_come(db: Database, helena: Attendant, talk: int) -> None:
    elsewhere, refused = a_visit(db, a_conversation(db)), a_visit(db, talk, "refused", "r")
    for wrong in (elsewhere, refused, 10**6):
        assert agree(db, talk, helena, wrong, utc_now() + HOUR) == visits.NO_SUCH
    visit = a_visit(db, talk, key="w")
    for at in (utc_now() - HOUR, utc_now() + timedelta(days=181)):
        assert agree(db, talk, helena, visit, at) == visits.PAST
    assert clocks(db) == []


def test_card_leads_a_visit_from_the_wish_to_its_end(db: Database, helena: Attendant, talk: int) -> None:
    app: Flask = console_app(db)
    person, where, visit = Person(app, "helena"), f"/console/c/{talk}", a_visit(db, talk)
    assert "O cliente prefere: 05/12/2026, manhã." in person.get(where).text
    assert person.post(f"{where}/visit/agree", {"visit": str(visit), "at": "amanhã"}).status_code == 409
    at = (utc_now() + 26 * HOUR).astimezone(ZoneInfo("America/Sao_Paulo"))
    wish = {"visit": str(visit), "at": f"{at:%Y-%m-%dT%H:%M}"}
    assert Person(app, "joana").post(f"{where}/visit/agree", wish).status_code == 403
    assert person.post(f"{where}/visit/agree", wish).status_code == 303
    page = person.get(where).text
    assert "Visita combinada: " in page
    assert "chegada do técnico" in page
    assert person.post(f"{where}/visit/end", {"visit": str(visit), "how": "arrived"}).status_code == 303
    assert "Visita combinada: " not in person.get(where).text
    with db.transaction() as session:
        ended = session.scalars(select(DeskJob)).one().arguments["ended"]
    assert (ended["how"], ended["by"]) == ("arrived", "helena")
