"""Every form of a conversation, in any order and with what nobody types: none leaves what breaks another."""

from __future__ import annotations

import random
import re

import pytest
from flask import Flask

from core.db import Database
from handoff.calendars import ensure_calendars
from handoff.queues import ensure_organogram
from handoff.sla.terms import ensure_policies
from models.agent import Agent
from models.calendar import CalendarRow
from models.sla import SlaPolicy
from tests.integration.console import LIVE, Person, console_app
from tests.integration.desk import a_conversation, a_provider, conversation, the_cast
from tests.integration.template_rows import a_template

PEOPLE = ("helena", "karina", "admin")
LISTED = ["identified", "contract", "tests", "evidence"]
PRESSES = 30
FIELDS = (
    *(
        "text",
        "note",
        "reason",
        "override",
        "caption",
        "subject",
        "comment",
        "item",
        "queue",
        "agent",
        "tag",
        "priority",
    ),
    *("when", "at", "day", "period", "emoji", "message", "quoted", "canned", "file_of", "macro", "purpose", "template"),
    *("scheduled", "visit", "how", "merge", "protocol", "wanted", "only_if_silent", "decision", "intent", "ssid"),
)
ODD = (
    *("", "x", "1", "2", "0", "-1", "9" * 5000, "2147483647", "2147483648", "\x00", "a\x00b", "²", "%s {0}", "\u202e"),
    *("N1", "N2", "N3", "Transbordo", "Fila nova", "imediata", "customer", "scheduled", "hour", "monday", "typed"),
    *("yes", "granted", "arrived", "off", "tests", "2026-12-05T10:00", "9999-12-31T23:59", "0001-01-01T00:00"),
    *("á" * 4096, "z" * 5000, "😀" * 2000, "@helena @ninguem", "\r\n \r\n"),
)


@pytest.fixture
def app(db: Database) -> Flask:
    """The console, with conversation 1 that Helena has, and people who see every queue."""
    a_provider(db)
    owner = the_cast(db, *PEOPLE)["helena"]
    a_template(db)
    with db.transaction() as session:
        ensure_organogram(session)
        ensure_policies(session)
        ensure_calendars(session)
        session.query(Agent).filter_by(login="helena").one().queues = ["N1", "N2", "N3", "Transbordo"]
    assert a_conversation(db, handler="agent", owner=owner) == 1
    a_conversation(db)
    return console_app(db)


@pytest.mark.parametrize("seed", [1])
def test_conversation_goes_up_or_says_why_not_after_forms_in_any_order(app: Flask, seed: int) -> None:
    some = random.Random(seed)
    people = {name: Person(app, name) for name in PEOPLE}
    tokens = {name: person.csrf for name, person in people.items()}
    acts = [rule.rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ()) and "/c/<int" in rule.rule]

    def press(name: str, act: str, form: dict[str, object]) -> None:
        data = {"csrf": tokens[name], "token": str(some.random()), "sure": "yes", **form}
        answer = people[name].client.post(f"/console/c/1/{act}", data=data, headers=LIVE)
        assert answer.status_code < 500, (seed, name, act, form)

    for _ in range(PRESSES):
        _, act = some.choice(acts).split("<int:conversation_id>/")
        act = re.sub(r"<[^>]+>", "1", act)
        press(some.choice(PEOPLE), act, {name: some.choice(ODD) for name in FIELDS if some.random() < 0.7})
        if some.random() < 0.4:
            name = some.choice(PEOPLE)
            press(name, "take-over", {})
            press(name, "escalate", {"item": LISTED, "note": some.choice(ODD), "override": some.choice(ODD)})


def test_conversation_goes_up_whatever_calendar_the_next_level_has(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        rare = {"date": "2026-12-24", "yearly": True, "hours": [["08:00", "08:01"]]}
        session.add(CalendarRow(name="raro", terms={"week": [[]] * 7, "days": [rare]}))
        policy = session.query(SlaPolicy).filter_by(queue="N2", sla_class="").one()
        policy.calendar, policy.resolution_minutes = "raro", 60 * 24 * 90
    answer = Person(app, "helena").post("/console/c/1/escalate", {"item": LISTED, "note": "ver OLT"})
    assert answer.status_code == 303
    assert conversation(db, 1).queue == "N2"
