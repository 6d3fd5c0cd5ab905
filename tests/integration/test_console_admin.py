"""The administration's pages: people and roles, within what the administrator may, each change written down."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core.db import Database
from handoff.login.brake import MAX_FAILURES
from handoff.permits import TEMPLATE, template_role
from handoff.roles import ensure_roles
from models.agent import Agent
from models.agent_session import SecondFactor
from models.audit import Audit
from models.role import RoleRow
from tests.integration.console import Person, console_app
from tests.integration.desk import PASSWORD, a_provider, audited, the_cast
from tests.integration.other_systems import a_token

LISTS = ("people", "roles", "queues", "calendars", "promises", "policies", "audit")
GONE = {"role": "agent", "name": "Nina Prado", "capacity": "5"}


@pytest.fixture
def app(db: Database) -> Flask:
    """The console with everybody's accounts."""
    a_provider(db)
    the_cast(db)
    return console_app(db)


@pytest.fixture
def admin(app: Flask) -> Person:
    """The administrator."""
    return Person(app, "admin")


def agent(db: Database, login: str) -> Agent:
    with db.transaction() as session:
        return session.scalars(select(Agent).where(Agent.login == login)).one()


def detail(db: Database, action: str) -> dict[str, Any]:
    with db.transaction() as session:
        return (
            session.scalars(select(Audit.detail).where(Audit.action == action).order_by(Audit.id.desc())).first() or {}
        )


def a_manager(db: Database, app: Flask) -> Person:
    """Karina, who may change people and roles and else what a supervisor may."""
    with db.transaction() as session:
        ensure_roles(session)
        row = session.get_one(RoleRow, "supervisor")
        row.deeds = [*row.deeds, "admin.people", "admin.roles"]
    return Person(app, "karina")


def form_of(role: str, **more: object) -> dict[str, object]:
    """What the form of a role of the template sends when nothing is changed."""
    kept = template_role(role)
    ticks = [f"{queue}|{deed}" for queue, deeds in kept.by_queue.items() for deed in deeds]
    return {"title": kept.title, "sees": kept.sees, "deed": sorted(kept.deeds), "in": ticks, **more}


def test_every_page_opens_for_administrators_and_for_nobody_else(app: Flask, admin: Person) -> None:
    assert {admin.get(f"/console/admin/{name}").status_code for name in LISTS} == {200}
    assert "Administração</a>" in admin.get("/console/").text
    for login in ("karina", "helena"):
        person = Person(app, login)
        assert {person.get(f"/console/admin/{name}").status_code for name in LISTS} == {403}
        assert "Administração</a>" not in person.get("/console/").text


def test_added_person_comes_in_with_the_password_that_is_told_once(app: Flask, db: Database, admin: Person) -> None:
    form = {**GONE, "login": "Nina", "queue": ["N1", "N2"], "skills": "fibra, voip", "territories": ""}
    told = admin.post("/console/admin/people/new", form)
    password = re.search(r'big mono">([^<]+)<', told.text)
    assert password
    nina = agent(db, "nina")
    assert (nina.name, nina.queues, nina.skills, nina.one_time_password) == (
        "Nina Prado",
        ["N1", "N2"],
        ["fibra", "voip"],
        True,
    )
    person = Person(app)
    assert person.post("/console/login", {"login": "nina", "password": password[1]}).status_code == 303
    assert person.get("/console/").location == "/console/account/password"
    assert password[1] not in str(detail(db, "person.added"))
    assert password[1] not in admin.get(f"/console/admin/people/{nina.id}").text


@pytest.mark.parametrize("wrong", [
    {"login": ""}, {"login": "a b"}, {"login": "helena"}, {"name": ""}, {"role": "chefe"}, {"queue": "N9"},
    {"capacity": "muita"}, {"capacity": "-1"},
])  # fmt: skip
def test_person_without_sense_is_not_added(admin: Person, db: Database, wrong: dict[str, str]) -> None:
    answer = admin.post("/console/admin/people/new", {**GONE, "login": "nina", **wrong})
    assert (answer.status_code, 'role="alert"' in answer.text) == (409, True)
    assert audited(db, "person.added") == []


def test_change_of_a_person_is_written_down_with_what_was_and_what_is(admin: Person, db: Database) -> None:
    helena = agent(db, "helena")
    form = {
        "name": helena.name,
        "role": "agent",
        "queue": ["N1", "Comercial"],
        "capacity": "8",
        "languages": "pt_BR, es",
    }
    for _ in range(2):
        assert admin.post(f"/console/admin/people/{helena.id}", form).status_code == 303
    assert audited(db, "person.changed") == [("admin", f"agent:{helena.id}")]
    assert detail(db, "person.changed") == {
        "before": {"queues": ["N1"], "capacity": 5, "languages": ["pt_BR"]},
        "after": {"queues": ["N1", "Comercial"], "capacity": 8, "languages": ["pt_BR", "es"]},
    }


def test_switched_off_person_is_out_at_once_and_may_come_back(app: Flask, db: Database, admin: Person) -> None:
    helena, where = Person(app, "helena"), f"/console/admin/people/{agent(db, 'helena').id}/switch"
    assert admin.post(where, {"on": ""}).status_code == 303
    assert helena.get("/console/").location == "/console/login"
    assert Person(app).post("/console/login", {"login": "helena", "password": PASSWORD}).status_code == 403
    admin.post(where, {"on": "1"})
    assert Person(app, "helena").get("/console/").status_code == 200
    assert len(audited(db, "person.switched")) == 2


def test_reset_gives_a_password_for_once_and_takes_codes_away(app: Flask, db: Database, admin: Person) -> None:
    helena, where = Person(app, "helena"), f"/console/admin/people/{agent(db, 'helena').id}"
    helena.get("/console/account/totp")
    told = re.search(r'big mono">([^<]+)<', admin.post(f"{where}/password").text)
    assert told
    assert helena.get("/console/").status_code == 303
    admin.post(f"{where}/codes")
    admin.post(f"{where}/unlock")
    with db.transaction() as session:
        assert session.scalars(select(SecondFactor)).all() == []
    assert Person(app).post("/console/login", {"login": "helena", "password": told[1]}).status_code == 303
    assert [len(audited(db, deed)) for deed in ("password.reset", "second_factor.reset")] == [1, 1]


def test_locked_out_person_is_shown_until_when_and_let_in_by_a_button(app: Flask, db: Database, admin: Person) -> None:
    where = f"/console/admin/people/{agent(db, 'helena').id}"
    assert "Destravar" not in admin.get(where).text
    stranger = Person(app)
    wrong, right = ({"login": "helena", "password": password} for password in ("errada", PASSWORD))
    tries = [stranger.post("/console/login", wrong).status_code for _ in range(MAX_FAILURES + 1)]
    assert tries == [403] * MAX_FAILURES + [429]
    assert stranger.post("/console/login", right).status_code == 429
    until = re.search(r"travada até (\d\d:\d\d)<", admin.get("/console/admin/people").text)
    assert until
    assert f"travada até {until[1]}<" in admin.get(where).text
    assert Person(app, "karina").post(f"{where}/unlock").status_code == 403
    assert admin.post(f"{where}/unlock").status_code == admin.post(f"{where}/unlock").status_code == 303
    assert audited(db, "login.unlocked") == [("admin", "login:helena")]
    assert "travada" not in admin.get("/console/admin/people").text
    assert stranger.post("/console/login", right).status_code == 303


def test_last_administrator_cannot_be_switched_off_demoted_or_made_powerless(admin: Person, db: Database) -> None:
    where = f"/console/admin/people/{agent(db, 'admin').id}"
    assert admin.post(f"{where}/switch", {"on": ""}).status_code == 409
    assert admin.post(where, {"name": "Administração", "role": "agent", "capacity": "5"}).status_code == 409
    form = form_of("admin")
    form["deed"] = [deed for deed in template_role("admin").deeds if deed != "admin.people"]
    assert admin.post("/console/admin/roles/admin", form).status_code == 409
    assert admin.post("/console/admin/roles/admin/remove").status_code == 409
    assert admin.get("/console/admin/people").status_code == 200


def test_second_administrator_may_take_the_first_ones_place(admin: Person, app: Flask, db: Database) -> None:
    karina, first = agent(db, "karina"), agent(db, "admin")
    form = {"name": karina.name, "role": "admin", "queue": karina.queues, "capacity": "5"}
    assert admin.post(f"/console/admin/people/{karina.id}", form).status_code == 303
    assert Person(app, "karina").post(f"/console/admin/people/{first.id}/switch", {"on": ""}).status_code == 303
    assert admin.get("/console/").status_code == 303


def test_nobody_gives_more_than_they_have_nor_touches_who_has_more(app: Flask, db: Database) -> None:
    karina, admin_id = a_manager(db, app), agent(db, "admin").id
    helena = agent(db, "helena")
    raised = {"name": helena.name, "role": "admin", "queue": ["N1"], "capacity": "5"}
    assert karina.post(f"/console/admin/people/{helena.id}", raised).status_code == 409
    assert karina.post("/console/admin/people/new", {**GONE, "login": "nina", "role": "admin"}).status_code == 409
    for act in ("password", "codes", "switch"):
        assert karina.post(f"/console/admin/people/{admin_id}/{act}", {"on": ""}).status_code == 409, act
    more = {"title": "Chefe", "sees": "all", "deed": ["device.change"]}
    assert karina.post("/console/admin/roles/new", {**more, "name": "chefe"}).status_code == 409
    hidden = {"title": "Chefe", "sees": "queues", "in": ["N1|admin.policies"]}
    assert karina.post("/console/admin/roles/new", {**hidden, "name": "chefe"}).status_code == 409
    assert karina.post("/console/admin/roles/admin", form_of("agent")).status_code == 409
    assert karina.post(f"/console/admin/people/{helena.id}", {**raised, "role": "supervisor"}).status_code == 303
    assert agent(db, "admin").active


def test_new_role_holds_at_once_for_its_people_and_goes_when_nobody_has_it(
    app: Flask, db: Database, admin: Person
) -> None:
    form = {"name": "campo", "title": "Equipe de campo", "sees": "queues", "deed": ["onu.ask", "network.see", "nada"]}
    assert admin.post("/console/admin/roles/new", form).status_code == 303
    helena, person = agent(db, "helena"), Person(app, "helena")
    admin.post(f"/console/admin/people/{helena.id}", {"name": helena.name, "role": "campo", "capacity": "5"})
    assert [person.get(path).status_code for path in ("/console/", "/console/network")] == [403, 200]
    assert admin.post("/console/admin/roles/campo/remove").status_code == 409
    admin.post("/console/admin/roles/campo", {**form, "deed": ["onu.ask"]})
    assert person.get("/console/network").status_code == 403
    assert detail(db, "role.changed") == {
        "before": {"deeds": ["network.see", "onu.ask"]},
        "after": {"deeds": ["onu.ask"]},
    }
    admin.post(f"/console/admin/people/{helena.id}", {"name": helena.name, "role": "agent", "capacity": "5"})
    assert admin.post("/console/admin/roles/campo/remove").status_code == 303


@pytest.mark.parametrize("name", [role.name for role in TEMPLATE])
def test_saving_a_role_unchanged_changes_nothing(admin: Person, db: Database, name: str) -> None:
    assert admin.post(f"/console/admin/roles/{name}", form_of(name)).status_code == 303
    assert audited(db, "role.changed") == []
    page = admin.get(f"/console/admin/roles/{name}").text
    ticked = set(re.findall(r'name="deed" value="([^"]+)" checked', page))
    assert ticked == template_role(name).deeds


def test_what_does_not_exist_is_said_so(admin: Person) -> None:
    for path in ("people/999", "roles/nada", "queues/nada", "calendars/nada", "promises/999", "policies/nada"):
        assert admin.get(f"/console/admin/{path}").status_code == 404, path
    for path in ("people/99999999999", "promises/99999999999"):
        assert admin.get(f"/console/admin/{path}").status_code == 404, path


def test_who_sees_some_queues_gives_nobody_the_sight_of_all(app: Flask, db: Database) -> None:
    karina = a_manager(db, app)
    with db.transaction() as session:
        session.get_one(RoleRow, "supervisor").sees = "queues"
    assert karina.post("/console/admin/roles/supervisor", {**form_of("supervisor"), "sees": "all"}).status_code == 409
    more = {"title": "Chefe", "name": "chefe", "sees": "all", "deed": ["conversation.answer"]}
    assert karina.post("/console/admin/roles/new", more).status_code == 409


def test_account_of_another_system_is_nobody_to_let_in(admin: Person, db: Database) -> None:
    a_token(db)
    where = f"/console/admin/people/{agent(db, 'api:crm').id}"
    form = {"name": "CRM", "role": "admin", "capacity": "5"}
    assert admin.get(where).status_code == 404
    assert admin.post(where, form).status_code == 404
    for act in ("switch", "password", "codes"):
        assert admin.post(f"{where}/{act}", {"on": "1"}).status_code == 404
    assert (agent(db, "api:crm").active, agent(db, "api:crm").password_hash) == (False, "!")
