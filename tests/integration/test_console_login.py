"""Signing in with a second factor, sessions on several devices, and passwords that people and administrators change."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from core.db import Database
from handoff.accounts import reset_password
from models import utc_now
from models.agent import Agent
from models.agent_session import AgentSession, SecondFactor
from models.audit import Audit
from models.provider import Provider
from tests.integration.console import LIVE, Person, console_app
from tests.integration.desk import PASSWORD, a_provider, audited, the_cast
from tests.integration.doors import rows

NEW = "outra frase bem longa"


class Watch:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = utc_now()

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def watch() -> Watch:
    """The console's clock."""
    return Watch()


@pytest.fixture
def app(db: Database, watch: Watch) -> Flask:
    """The console with Helena, an agent, and Karina, a supervisor."""
    a_provider(db)
    the_cast(db, "helena", "karina")
    return console_app(db, now=watch)


def policy(db: Database, **access: object) -> None:
    with db.transaction() as session:
        session.scalars(select(Provider)).one().policies = {"access": access}


def enrol(person: Person, watch: Watch) -> tuple[pyotp.TOTP, list[str]]:
    """Sets up codes; the app on the phone, and the recovery codes."""
    page = person.get("/console/account/totp").text
    totp = pyotp.TOTP(re.search(r'class="mono">([A-Z2-7 ]+)<', page)[1].replace(" ", ""))  # type: ignore[index]
    told = person.client.post("/console/account/totp", data={"csrf": csrf_of(page), "code": totp.at(watch.now)})
    return totp, re.findall(r"<li>([0-9a-f]{6}-[0-9a-f]{6})</li>", told.text)


def factors(db: Database) -> list[SecondFactor]:
    with db.transaction() as session:
        return list(session.scalars(select(SecondFactor)))


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def half_in(app: Flask, login: str = "helena", password: str = PASSWORD) -> Person:
    """Somebody whose password was right."""
    person = Person(app)
    assert person.post("/console/login", {"login": login, "password": password}).status_code == 303
    return person


def code(person: Person, given: str) -> int:
    form = {"csrf": csrf_of(person.get("/console/login/code").text), "code": given}
    return person.client.post("/console/login/code", data=form).status_code


def test_second_factor_is_asked_after_the_password_and_opens_nothing_before(app: Flask, watch: Watch) -> None:
    totp, recovery = enrol(Person(app, "helena"), watch)
    assert len(set(recovery)) == 10
    watch.turn(minutes=1)
    helena = half_in(app)
    for path in ("/console/", "/console/account", "/console/account/totp", "/console/account/password"):
        assert helena.get(path).location == "/console/login/code", path
    assert helena.get("/console/live", headers=LIVE).status_code == 401
    assert code(helena, "000000") == 403
    assert code(helena, totp.at(watch.now)) == 303
    assert helena.get("/console/").status_code == 200


def test_code_is_taken_once_and_from_the_step_before_but_not_older(app: Flask, watch: Watch) -> None:
    totp, _ = enrol(Person(app, "helena"), watch)
    assert code(half_in(app), totp.at(watch.now)) == 403
    watch.turn(minutes=5)
    assert code(half_in(app), totp.at(watch.now - timedelta(seconds=90))) == 403
    assert code(half_in(app), totp.at(watch.now - timedelta(seconds=30))) == 303
    assert code(half_in(app), totp.at(watch.now - timedelta(seconds=30))) == 403


def test_recovery_code_works_once_and_only_its_hash_is_kept(app: Flask, db: Database, watch: Watch) -> None:
    _, recovery = enrol(Person(app, "helena"), watch)
    kept = factors(db)[0]
    assert not set(recovery) & set(kept.recovery)
    assert code(half_in(app), recovery[3].upper()) == 303
    assert code(half_in(app), recovery[3]) == 403
    assert len(factors(db)[0].recovery) == 9


def test_codes_rest_after_five_wrong_ones_though_the_password_is_right_each_time(app: Flask, watch: Watch) -> None:
    totp, _ = enrol(Person(app, "helena"), watch)
    watch.turn(minutes=2)
    assert [code(half_in(app), "123456") for _ in range(5)] == [403] * 5
    assert code(half_in(app), totp.at(watch.now)) == 429
    watch.turn(minutes=16)
    assert code(half_in(app), totp.at(watch.now)) == 303


def test_secret_is_sealed_and_shown_no_more_once_confirmed(app: Flask, db: Database, watch: Watch) -> None:
    helena = Person(app, "helena")
    picture = helena.get("/console/account/totp.svg")
    assert (picture.mimetype, picture.status_code) == ("image/svg+xml", 200)
    totp, _ = enrol(helena, watch)
    assert totp.secret not in factors(db)[0].secret
    assert helena.get("/console/account/totp.svg").status_code == 404
    assert helena.get("/console/account/totp").location == "/console/account"
    assert totp.secret not in str([row.detail for row in rows(db, Audit)])


def test_policy_makes_supervisors_set_up_codes_first(app: Flask, db: Database, watch: Watch) -> None:
    policy(db, totp_roles=["supervisor", "admin"])
    assert Person(app, "helena").get("/console/").status_code == 200
    karina = half_in(app, "karina")
    assert karina.get("/console/").location == "/console/account/totp"
    enrol(karina, watch)
    assert karina.get("/console/").status_code == 200


def test_taking_codes_away_needs_a_code(app: Flask, db: Database, watch: Watch) -> None:
    helena = Person(app, "helena")
    totp, _ = enrol(helena, watch)
    watch.turn(minutes=1)
    assert helena.post("/console/account/totp/remove", {"code": "000000"}).status_code == 409
    assert len(factors(db)) == 1
    assert helena.post("/console/account/totp/remove", {"code": totp.at(watch.now)}).status_code == 303
    assert factors(db) == []
    assert [who for who, _ in audited(db, "second_factor.removed")] == ["helena"]


def test_sessions_are_listed_and_ended_one_or_all_and_only_ones_own(app: Flask, db: Database) -> None:
    phone, desk, other = Person(app, "helena"), Person(app, "helena"), Person(app, "karina")
    page = desk.get("/console/account").text
    assert page.count("127.0.*.*") == 2
    theirs = re.findall(r"/account/sessions/(\d+)/end", page)
    assert len(theirs) == 1
    assert other.post(f"/console/account/sessions/{theirs[0]}/end").status_code == 404
    assert desk.post(f"/console/account/sessions/{theirs[0]}/end").status_code == 303
    assert phone.get("/console/").location == "/console/login"
    tablet = Person(app, "helena")
    assert desk.post("/console/account/sessions/end").status_code == 303
    assert (tablet.get("/console/").status_code, desk.get("/console/").status_code) == (303, 200)
    assert other.get("/console/").status_code == 200
    assert "religa_console" not in str([row.key_hash for row in rows(db, AgentSession)])


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app: Flask) -> None:
    helena = Person(app, "helena")
    cookie = helena.client.get_cookie("religa_console", path="/console")
    assert cookie
    helena.post("/console/logout")
    thief = Person(app)
    thief.client.set_cookie("religa_console", cookie.value, path="/console")
    assert thief.get("/console/").location == "/console/login"


def test_session_ends_without_clicks_and_at_the_latest_after_its_time(app: Flask, watch: Watch) -> None:
    idle, busy = Person(app, "helena"), Person(app, "helena")
    for _ in range(5):
        watch.turn(minutes=55)
        idle.get("/console/live", headers=LIVE)
        assert busy.get("/console/").status_code == 200
    assert idle.get("/console/").status_code == 303
    for _ in range(9):
        watch.turn(minutes=55)
        busy.get("/console/")
    assert busy.get("/console/").status_code == 303


def test_new_password_follows_the_rules_and_ends_the_other_sessions(app: Flask, db: Database) -> None:
    phone, desk = Person(app, "helena"), Person(app, "helena")
    where = "/console/account/password"
    for old, new, again in ((PASSWORD, "curta", "curta"), (PASSWORD, NEW, "outra"), ("errada", NEW, NEW)):
        assert desk.post(where, {"old": old, "new": new, "again": again}).status_code == 409
    assert desk.post(where, {"old": PASSWORD, "new": NEW, "again": NEW}).status_code == 303
    assert (desk.get("/console/").status_code, phone.get("/console/").status_code) == (200, 303)
    assert half_in(app, password=NEW).get("/console/").status_code == 200
    assert audited(db, "password.changed") == [("helena", f"agent:{rows(db, Agent)[0].id}")]


def test_one_time_password_has_to_be_changed_before_anything_else(app: Flask, db: Database, watch: Watch) -> None:
    before = Person(app, "helena")
    with db.transaction() as session:
        agent = session.scalars(select(Agent).where(Agent.login == "helena")).one()
        told = reset_password(session, agent, watch.now)
    assert before.get("/console/").location == "/console/login"
    helena = half_in(app, password=told)
    assert helena.get("/console/").location == "/console/account/password"
    form = {"csrf": csrf_of(helena.get("/console/account/password").text), "old": told}
    for new, status in ((told, 409), (NEW, 303)):
        answer = helena.client.post("/console/account/password", data={**form, "new": new, "again": new})
        assert answer.status_code == status
    assert helena.get("/console/").status_code == 200
