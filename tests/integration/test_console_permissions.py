"""Every role at every page and button of the console: let in or 403 as the table says, and none forgotten."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from core.db import Database
from handoff.access import Attendant
from handoff.console.entrances import BY_DEED, DEED_OF, FOR_EVERYBODY, FOR_STRANGERS
from handoff.permits import TEMPLATE, may
from models.agent import Agent
from tests.integration.console import Person, console_app
from tests.integration.desk import a_provider, the_cast

COMMON = FOR_EVERYBODY | FOR_STRANGERS
ENTRANCES = COMMON | set(DEED_OF)
Route = tuple[str, str, str]
ROLES = (
    *((role.name, ()) for role in TEMPLATE),
    *(("agent", (queue,)) for queue in ("N1", "N2", "Cobrança", "Financeiro")),
    ("technician", ("N2", "Financeiro")),
    ("gone", ("N1",)),
)


@pytest.fixture
def app(db: Database) -> Flask:
    """The console with Helena, who gets each role in turn."""
    a_provider(db)
    the_cast(db, "helena")
    return console_app(db)


def routes(app: Flask) -> list[Route]:
    """Every (endpoint, method, address), with a number that nothing has where an id goes."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("console.") and rule.endpoint != "console.static":
            path = re.sub(r"<(path|string|\w+):?\w*>", "999999", rule.rule)
            found += [(rule.endpoint, method, path) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found


def becomes(db: Database, role: str, queues: tuple[str, ...]) -> Attendant:
    """Helena, with another role from now on."""
    with db.transaction() as session:
        agent = session.query(Agent).one()
        agent.role, agent.queues = role, list(queues)
        return Attendant(agent.id, agent.login, agent.name, role, frozenset(queues))


def turned_away(app: Flask, helena: Person, token: str, route: Route) -> bool:
    """Whether the gate refused, and not the page behind it (whose views are replaced: nothing is done)."""
    _, method, path = route
    answer = helena.client.open(path, method=method, data={"csrf": token} if method == "POST" else None)
    assert answer.status_code in (204, 403), (route, answer.status_code)
    return answer.status_code == 403


def test_every_route_says_what_opens_it_and_every_entry_is_a_route(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("console.")}
    assert endpoints == ENTRANCES
    listed = [name for names in BY_DEED.values() for name in names]
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize(("role", "queues"), ROLES)
def test_every_route_opens_for_whom_the_table_says(
    app: Flask, db: Database, role: str, queues: tuple[str, ...]
) -> None:
    helena = Person(app, "helena")
    token = helena.csrf
    who = becomes(db, role, queues)
    for name in ENTRANCES:
        app.view_functions[name] = lambda **_: ("", 204)
    for route in routes(app):
        allowed = route[0] in COMMON or may(who, DEED_OF[route[0]])
        assert turned_away(app, helena, token, route) == (not allowed), (role, queues, route)


def test_route_without_an_entry_stays_closed_to_everybody(app: Flask, db: Database) -> None:
    app.add_url_rule("/console/novo", "console.forgotten", lambda: "segredo")
    admin = Person(app, "helena")
    becomes(db, "admin", ())
    assert admin.get("/console/novo").status_code == 403
