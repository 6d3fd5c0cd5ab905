"""The administration's pages of the desk: queues, calendars, promises, and the audit of all of it."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from sqlalchemy import select

from core.db import Database
from handoff.access import attendant_of
from handoff.calendars import calendar_named
from handoff.console.admin.fields import as_json, boxes_of, fields_of
from handoff.queues import TEMPLATE, Queue, organogram
from handoff.sla import clocks
from handoff.sla.terms import TEMPLATE as PROMISES
from handoff.sla.terms import terms_for
from models import utc_now
from models.agent import Agent
from models.audit import Audit
from models.conversation import Conversation
from models.sla import SlaPolicy
from tests.integration.console import Person, console_app
from tests.integration.desk import a_conversation, a_provider, audited, conversation, messages, the_cast
from tests.integration.sla_rows import a_policy
from tests.integration.sla_rows import clocks as all_clocks

ADMIN = "/console/admin"
WEEK = {"day-0": "08:00-12:00, 13:00-18:00", "day-4": "22:00-06:00"}


@pytest.fixture
def admin(db: Database) -> Person:
    """The administrator of the demo provider."""
    a_provider(db)
    the_cast(db)
    return Person(console_app(db), "admin")


def form_of(queue: Queue, **changed: str) -> dict[str, str]:
    """What the form of a queue sends when nothing else is changed."""
    shown = fields_of(queue, as_json(queue), leave=("name",))
    return {**boxes_of(shown), **changed}


def queue_now(db: Database, name: str) -> Queue:
    with db.transaction() as session:
        return organogram(session).queue(name)


def detail(db: Database, action: str) -> dict[str, Any]:
    with db.transaction() as session:
        return (
            session.scalars(select(Audit.detail).where(Audit.action == action).order_by(Audit.id.desc())).first() or {}
        )


@pytest.mark.parametrize("queue", TEMPLATE, ids=lambda queue: queue.name)
def test_saving_a_queue_unchanged_changes_nothing(admin: Person, db: Database, queue: Queue) -> None:
    assert admin.post(f"{ADMIN}/queues/{queue.name}", form_of(queue)).status_code == 303
    assert audited(db, "queue.changed") == []
    assert queue_now(db, queue.name) == queue


def test_queue_takes_new_terms_which_hold_at_once(admin: Person, db: Database) -> None:
    form = form_of(TEMPLATE[1], **{"field-push": "1", "field-weight": "1", "field-skills": "fibra, voip"})
    assert admin.post(f"{ADMIN}/queues/N2", form).status_code == 303
    now = queue_now(db, "N2")
    assert (now.push, now.weight, now.skills) == (True, 1, ("fibra", "voip"))
    assert detail(db, "queue.changed")["before"] == {"push": False, "weight": 2, "skills": []}


@pytest.mark.parametrize(("field", "value"), [
    ("weight", "0"), ("weight", "muito"), ("level", "4"), ("overflow_to", "N9"), ("remind_minutes", "-1"),
])  # fmt: skip
def test_queue_without_sense_is_not_saved(admin: Person, db: Database, field: str, value: str) -> None:
    answer = admin.post(f"{ADMIN}/queues/N1", form_of(TEMPLATE[0], **{f"field-{field}": value}))
    assert (answer.status_code, 'role="alert"' in answer.text) == (409, True)
    assert queue_now(db, "N1") == TEMPLATE[0]


def test_new_queue_comes_last_and_moves_up(admin: Person, db: Database) -> None:
    form = {"name": "Retenção", **form_of(Queue("Retenção", "Quem quer cancelar"))}
    assert admin.post(f"{ADMIN}/queues/new", form).status_code == 303
    assert admin.post(f"{ADMIN}/queues/new", form).status_code == 409
    admin.post(f"{ADMIN}/queues/Retenção/move", {"up": "1"})
    with db.transaction() as session:
        names = [queue.name for queue in organogram(session).queues]
    assert names == [*(queue.name for queue in TEMPLATE[:-1]), "Retenção", "Empresas"]


def test_queue_closes_only_empty_or_with_another_for_what_waits(admin: Person, db: Database) -> None:
    talk = a_conversation(db, queue="Comercial")
    where = f"{ADMIN}/queues/Comercial/switch"
    for wrong in ("", "Comercial", "N9"):
        assert admin.post(where, {"on": "", "move_to": wrong}).status_code == 409, wrong
    assert admin.post(where, {"on": "", "move_to": "N1"}).status_code == 303
    assert conversation(db, talk).queue == "N1"
    assert detail(db, "queue.switched")["after"] == {"active": False, "moved": 1, "to": "N1"}
    assert admin.post(where, {"on": "1"}).status_code == 303
    for needed in ("N1", "Transbordo"):
        assert admin.post(f"{ADMIN}/queues/{needed}/switch", {"on": ""}).status_code == 409


def test_what_a_closed_queue_gives_up_is_measured_by_its_new_one(admin: Person, db: Database) -> None:
    a_policy(db)
    with db.transaction() as session:
        helena = attendant_of(session.scalars(select(Agent).where(Agent.login == "helena")).one())
    a_policy(db, queue="N1", level_minutes=30)
    talks = [
        a_conversation(db, queue="Comercial"),
        a_conversation(db, name="Bruno", queue="Comercial", handler="agent", owner=helena),
    ]
    with db.transaction() as session:
        for talk in talks:
            clocks.taken(session, session.get_one(Conversation, talk), utc_now())
    assert admin.post(f"{ADMIN}/queues/Comercial/switch", {"on": "", "move_to": "N1"}).status_code == 303
    levels = [row for row in all_clocks(db) if row.kind == "level"]
    assert [(row.queue, row.stopped_at is None) for row in levels] == [
        *(("Comercial", False) for _ in talks),
        *(("N1", True) for _ in talks),
    ]
    assert {row.target_minutes for row in levels if row.stopped_at is None} == {30}
    assert conversation(db, talks[1]).agent_id == helena.id
    for talk in talks:
        assert "segue em N1" in messages(db, talk, "event")[-1].text


def test_calendar_takes_shifts_over_midnight_holidays_and_special_days(admin: Person, db: Database) -> None:
    special = "2026-07-27 anual: aniversário da cidade\n2026-12-24: véspera [08:00-12:00]"
    form = {**WEEK, "name": "plantão", "holiday": ["national"], "days": special}
    assert admin.post(f"{ADMIN}/calendars/new", form).status_code == 303
    page = admin.get(f"{ADMIN}/calendars/plantão").text
    assert "27/07: aniversário da cidade" in page
    assert "24/12/2026: véspera [08:00-12:00]" in page
    assert 'value="22:00-06:00"' in page
    with db.transaction() as session:
        assert calendar_named(session, "plantão").week[4] == ((1320, 1800),)
    assert admin.post(f"{ADMIN}/calendars/plantão", {**form, "name": ""}).status_code == 303
    assert len(audited(db, "calendar.changed")) == 1
    assert admin.post(f"{ADMIN}/calendars/plantão/remove").status_code == 303
    assert admin.post(f"{ADMIN}/calendars/comercial/remove").status_code == 409


@pytest.mark.parametrize(
    "wrong", [{"day-0": "8h às 12h"}, {"day-0": "08:00"}, {"days": "Natal"}, {"days": "2026-02-30"}]
)
def test_calendar_without_sense_is_not_saved(admin: Person, db: Database, wrong: dict[str, str]) -> None:
    answer = admin.post(f"{ADMIN}/calendars/comercial", {**WEEK, **wrong})
    assert (answer.status_code, 'role="alert"' in answer.text) == (409, True)
    assert audited(db, "calendar.changed") == []


def test_promises_are_changed_added_and_taken_away(admin: Person, db: Database) -> None:
    admin.get(f"{ADMIN}/promises")
    with db.transaction() as session:
        rows = session.scalars(select(SlaPolicy)).all()
        first = next(row.id for row in rows if not row.queue and not row.sla_class)
        assert len(rows) == len(PROMISES)
    form = {"calendar": "comercial", "warn_percent": "75", "first_minutes": "10", "percent-0": "100", "to-0": "owner"}
    more = {"percent-1": "150", "to-1": "queue:N2"}
    assert admin.post(f"{ADMIN}/promises/{first}", {**form, **more}).status_code == 303
    with db.transaction() as session:
        terms = terms_for(session, "Comercial", "")
    assert terms is not None
    assert (dict(terms.minutes), terms.warn_percent) == ({"first": 10}, 75)
    assert [(step.percent, step.tell, step.queue) for step in terms.chain] == [(100, "owner", ""), (150, "", "N2")]
    assert admin.post(f"{ADMIN}/promises/new", {**form, "queue": "Comercial", "sla_class": "ouro"}).status_code == 303
    wrongs: tuple[dict[str, str], ...] = (
        {},
        {"sla_class": "x", "warn_percent": "0"},
        {"sla_class": "x", "first_minutes": "já"},
        {"sla_class": "x", "percent-0": "50"},
        {"sla_class": "x", "queue": "N9"},
        {"sla_class": "x", "to-0": "queue:N9"},
    )
    for wrong in wrongs:
        assert admin.post(f"{ADMIN}/promises/new", {**form, **wrong}).status_code == 409, wrong
    assert admin.post(f"{ADMIN}/promises/{first}/remove").status_code == 303
    assert [len(audited(db, f"promise.{done}")) for done in ("changed", "added", "removed")] == [1, 1, 1]


def test_audit_is_found_by_person_deed_subject_and_day_and_taken_as_csv(admin: Person, db: Database) -> None:
    with db.transaction() as session:
        session.add(Audit(actor="helena", action="conversation.viewed", subject="conversation:7", detail={}))
        session.add(Audit(actor="igor", action="=cmd()", subject="conversation:8", detail={"phone": "12981110001"}))
    assert "conversation:7" in admin.get(f"{ADMIN}/audit?actor=helena").text
    for query in ("actor=igor", "action=person.", "subject=conversation:8", "since=2099-01-01", "until=2001-01-01"):
        assert "conversation:7" not in admin.get(f"{ADMIN}/audit?{query}").text, query
    assert admin.get(f"{ADMIN}/audit?since=ontem&before=x").status_code == 200
    page = admin.get(f"{ADMIN}/audit?actor=igor").text
    assert "12981110001" not in page
    file = admin.get(f"{ADMIN}/audit.csv?actor=igor")
    rows = list(csv.reader(io.StringIO(file.text.lstrip("\ufeff")), delimiter=";"))
    assert [row[1:4] for row in rows] == [["quem", "o que", "sobre"], ["igor", "'=cmd()", "conversation:8"]]
    assert audited(db, "audit.exported") == [("admin", "audit")]
