"""People: the list, a person's form, and the buttons that switch them off or let them in again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff import audit
from handoff.console.admin.page import frame, typed_count, typed_list, written_down
from handoff.console.framing import typed
from handoff.console.ports import LARGEST_ID, House, Ports, attendant, house
from handoff.console.wording import clock, moment
from handoff.login.brake import resting_people
from handoff.login.second_factor import is_enrolled
from handoff.permits import API
from handoff.queues import organogram
from handoff.roles import roles
from handoff.staff import (
    NotAllowed,
    Person,
    add_person,
    change_person,
    forget_codes,
    new_password,
    switch_person,
    unlock_person,
)
from models.agent import Agent
from models.agent_session import AgentSession, SecondFactor
from models.calendar import CalendarRow

MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Line:
    """A person in the list."""

    id: int
    name: str
    login: str
    role: str
    queues: str
    active: bool
    codes: bool
    seen: str
    locked: str


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds them."""
    blueprint.add_url_rule("/admin/people", "people", partial(_list, ports))
    blueprint.add_url_rule("/admin/people/new", "person_new", partial(_form, ports, None))
    blueprint.add_url_rule("/admin/people/new", "person_add", partial(_add, ports), methods=["POST"])
    blueprint.add_url_rule("/admin/people/<int:agent_id>", "person", partial(_form, ports))
    blueprint.add_url_rule("/admin/people/<int:agent_id>", "person_change", partial(_change, ports), methods=["POST"])
    for name in ("switch", "password", "codes", "unlock"):
        where = f"/admin/people/<int:agent_id>/{name}"
        blueprint.add_url_rule(where, f"person_{name}", partial(_act, ports, name), methods=["POST"])


def _list(ports: Ports) -> Response:
    with ports.db.reading() as session:
        place = house(session)
        titles = {role.name: role.title for role in roles(session)}
        seen = select(AgentSession.agent_id, func.max(AgentSession.seen_at).label("at")).group_by("agent_id").subquery()
        found = session.execute(
            select(Agent, SecondFactor.confirmed_at, seen.c.at)
            .outerjoin(SecondFactor, SecondFactor.agent_id == Agent.id)
            .outerjoin(seen, seen.c.agent_id == Agent.id)
            .where(Agent.role != API.name)
            .order_by(Agent.active.desc(), Agent.name)
        ).all()
        now = ports.now()
        resting = resting_people(session, [row.login for row, *_ in found], now)
        lines = [_line(row, confirmed, at, titles, place, now, resting.get(row.login)) for row, confirmed, at in found]
    return frame("people", "people", place, people=lines)


def _line(
    row: Agent,
    confirmed: datetime | None,
    seen: datetime | None,
    titles: dict[str, str],
    place: House,
    now: datetime,
    resting: datetime | None,
) -> Line:
    return Line(
        id=row.id,
        name=row.name,
        login=row.login,
        role=titles.get(row.role, row.role),
        queues=", ".join(row.queues),
        active=row.active,
        codes=confirmed is not None,
        seen=moment(seen, now, place.zone) if seen else "nunca entrou",
        locked=clock(resting, place.zone) if resting else "",
    )


def _form(ports: Ports, agent_id: int | None) -> Response:
    return _page(ports, agent_id)


def _page(
    ports: Ports,
    agent_id: int | None,
    *,
    problem: str = "",
    given: Person | None = None,
    login: str = "",
    told: str = "",
) -> Response:
    with ports.db.transaction() as session:
        place = house(session)
        agent = _found(session, agent_id) if agent_id is not None else None
        known = organogram(session)
        until = resting_people(session, [agent.login], ports.now()).get(agent.login) if agent else None
        more = {
            "locked": clock(until, place.zone) if until else "",
            "agent": agent,
            "login": agent.login if agent else login,
            "person": given or (Person.of(agent) if agent else Person("", "agent")),
            "codes": agent is not None and is_enrolled(session, agent.id),
            "roles": roles(session),
            "queues": [queue.name for queue in (*known.queues, *known.closed)],
            "calendars": list(session.scalars(select(CalendarRow.name).order_by(CalendarRow.name))),
        }
        return frame("person", "people", place, status=409 if problem else 200, problem=problem, told=told, **more)


def _typed_person() -> Person:
    capacity = typed_count("capacity", 0, MOST_AT_ONCE)
    if capacity is None:
        raise NotAllowed(f"A capacidade é um número de 0 a {MOST_AT_ONCE}.")
    return Person(
        name=typed("name", 120),
        role=typed("role", 40),
        queues=tuple(request.form.getlist("queue")),
        capacity=capacity,
        skills=tuple(typed_list("skills")),
        languages=tuple(typed_list("languages")) or ("pt_BR",),
        territories=tuple(typed_list("territories")),
        shift=typed("shift", 80),
        sso_name=typed("sso_name").lower(),
    )


def _add(ports: Ports) -> Response:
    login = typed("login", 80).lower()
    person = None
    try:
        person = _typed_person()
        with ports.db.transaction() as session:
            agent, password = add_person(session, attendant(), login, person)
            written_down(session, "person.added", f"agent:{agent.id}", {}, {"login": login, **person.told()})
            agent_id = agent.id
    except NotAllowed as problem:
        return _page(ports, None, problem=str(problem), given=person, login=login)
    return _page(ports, agent_id, told=password)


def _change(ports: Ports, agent_id: int) -> Response:
    person = None
    try:
        person = _typed_person()
        with ports.db.transaction() as session:
            before = change_person(session, attendant(), _found(session, agent_id), person)
            written_down(session, "person.changed", f"agent:{agent_id}", before.told(), person.told())
    except NotAllowed as problem:
        return _page(ports, agent_id, problem=str(problem), given=person)
    return redirect(url_for("console.people"), 303)


def _act(ports: Ports, name: str, agent_id: int) -> Response:
    told, subject, on = "", f"agent:{agent_id}", typed("on") == "1"
    try:
        with ports.db.transaction() as session:
            agent, now = _found(session, agent_id), ports.now()
            if name == "switch":
                if switch_person(session, attendant(), agent, now, on=on):
                    written_down(session, "person.switched", subject, {"active": not on}, {"active": on})
            elif name == "unlock":
                unlock_person(session, attendant(), agent, now)
            elif name == "password":
                told = new_password(session, attendant(), agent, now)
                audit.record(session, attendant().login, "password.reset", subject)
            elif forget_codes(session, attendant(), agent, now):
                audit.record(session, attendant().login, "second_factor.reset", subject)
    except NotAllowed as problem:
        return _page(ports, agent_id, problem=str(problem))
    return _page(ports, agent_id, told=told) if told else redirect(url_for("console.person", agent_id=agent_id), 303)


def _found(session: Session, agent_id: int) -> Agent:
    row = session.get(Agent, agent_id, with_for_update=True) if agent_id <= LARGEST_ID else None
    # The account of another system is nobody who signs in: it goes by its token.
    if row is None or row.role == API.name:
        abort(404, "Esta pessoa não existe.")
    return row
