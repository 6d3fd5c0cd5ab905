"""Single sign-on against an OpenID provider of our own: who comes in, and every lie that is not believed."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from flask import Flask
from joserfc.jwk import RSAKey
from sqlalchemy import select

from core.db import Database
from handoff.login.single_sign_on import SingleSignOn
from models.agent import Agent
from models.provider import Provider
from tests.integration.console import Person, console_app
from tests.integration.desk import PASSWORD, a_provider, audited, the_cast
from tests.integration.openid_server import CLIENT, SECRET, OpenIdServer

BACK = "http://127.0.0.1:8000/console/sso/back"


@pytest.fixture
def server() -> Iterator[OpenIdServer]:
    """The provider of identities."""
    made = OpenIdServer()
    yield made
    made.close()


@pytest.fixture
def app(db: Database, server: OpenIdServer) -> Flask:
    """The console with single sign-on, where an administrator let Helena in by her e-mail."""
    a_provider(db)
    the_cast(db)
    lets_in(db, "helena", "helena@provedor.example")
    return console_app(db, sso=SingleSignOn(server.issuer, CLIENT, SECRET, BACK))


def lets_in(db: Database, login: str, name: str | None) -> None:
    with db.transaction() as session:
        session.scalars(select(Agent).where(Agent.login == login)).one().sso_name = name


def subject_of(db: Database, login: str) -> str | None:
    with db.transaction() as session:
        return session.scalars(select(Agent.sso_subject).where(Agent.login == login)).one()


def comes(app: Flask, server: OpenIdServer, **changed: str) -> tuple[Person, int]:
    """Somebody who goes to the provider, signs in there and comes back; and how they are received."""
    person = Person(app)
    sent = person.get("/console/sso")
    assert sent.status_code == 303
    back = {**server.signs_in(sent.location), **changed}
    return person, person.get("/console/sso/back", query_string=back).status_code


def test_person_whom_an_administrator_let_in_comes_in_and_is_known_from_then_on(
    app: Flask, db: Database, server: OpenIdServer
) -> None:
    helena, status = comes(app, server)
    assert (status, helena.get("/console/").status_code) == (303, 200)
    assert subject_of(db, "helena") == f"{server.issuer}|u-1"
    server.person["email"] = "casada@provedor.example"
    assert comes(app, server)[1] == 303
    server.person.update(sub="u-2", email="helena@provedor.example")
    assert comes(app, server)[1] == 403
    assert len(audited(db, "sso.bound")) == 1


@pytest.mark.parametrize("person", [
    {"email": "outra@provedor.example"}, {"email_verified": False}, {"email_verified": "true"}, {"email": None},
])  # fmt: skip
def test_person_whom_nobody_let_in_stays_out(app: Flask, server: OpenIdServer, person: dict[str, object]) -> None:
    server.person.update(person)
    assert comes(app, server)[1] == 403


def test_user_name_lets_in_where_an_administrator_wrote_it(app: Flask, db: Database, server: OpenIdServer) -> None:
    lets_in(db, "igor", "igor.melo")
    server.person = {"sub": "u-9", "preferred_username": "Igor.Melo"}
    assert comes(app, server)[1] == 303
    assert subject_of(db, "igor") == f"{server.issuer}|u-9"


LIES: dict[str, dict[str, object]] = {
    "nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "audience": {"aud": "somebody-else"},
    "two audiences": {"aud": [CLIENT, "somebody-else"], "azp": "somebody-else"},
    "issuer": {"iss": "http://127.0.0.1:1"},
    "expired": {"exp": int(time.time()) - 3600, "iat": int(time.time()) - 7200},
    "no expiry": {"exp": None},
    "not yet": {"nbf": int(time.time()) + 3600},
    "nobody": {"sub": None},
}


@pytest.mark.parametrize("lie", LIES)
def test_token_with_a_lie_opens_nothing(app: Flask, db: Database, server: OpenIdServer, lie: str) -> None:
    server.claims = LIES[lie]
    stranger, status = comes(app, server)
    assert (status, stranger.get("/console/").location) == (403, "/console/login")
    assert subject_of(db, "helena") is None


def test_token_with_another_signature_opens_nothing(app: Flask, server: OpenIdServer) -> None:
    server.signs_with = RSAKey.generate_key(2048, {"kid": "1"})
    assert comes(app, server)[1] == 403


@pytest.mark.parametrize("changed", [{"state": "x"}, {"state": ""}, {"code": "stolen"}, {"code": ""}, {"iss": "x"}])
def test_what_did_not_go_out_like_this_is_not_taken_back(
    app: Flask, server: OpenIdServer, changed: dict[str, str]
) -> None:
    assert comes(app, server, **changed)[1] == 403


def test_answer_of_another_browser_is_not_taken(app: Flask, server: OpenIdServer) -> None:
    back = server.signs_in(Person(app).get("/console/sso").location)
    victim = Person(app)
    assert victim.get("/console/sso/back", query_string=back).status_code == 403
    victim.get("/console/sso")
    assert victim.get("/console/sso/back", query_string=back).status_code == 403


def test_provider_that_changed_its_keys_is_asked_for_them_again(app: Flask, server: OpenIdServer) -> None:
    assert comes(app, server)[1] == 303
    server.renew_key()
    assert comes(app, server)[1] == 303


def test_switched_off_account_stays_out(app: Flask, db: Database, server: OpenIdServer) -> None:
    assert comes(app, server)[1] == 303
    with db.transaction() as session:
        session.scalars(select(Agent).where(Agent.login == "helena")).one().active = False
    assert comes(app, server)[1] == 403


def test_away_provider_is_said_so_and_a_password_still_opens(app: Flask, server: OpenIdServer) -> None:
    server.close()
    helena = Person(app)
    answer = helena.get("/console/sso")
    assert (answer.status_code, "não respondeu" in answer.text) == (503, True)
    assert helena.post("/console/login", {"login": "helena", "password": PASSWORD}).status_code == 303


def test_policy_keeps_passwords_for_administrators_only(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        session.scalars(select(Provider)).one().policies = {"access": {"password_login": "admins"}}
    answer = Person(app).post("/console/login", {"login": "helena", "password": PASSWORD})
    assert (answer.status_code, "acesso único" in answer.text) == (403, True)
    assert Person(app, "admin").get("/console/").status_code == 200
    assert "acesso único" in Person(app).get("/console/login").text


def test_console_without_single_sign_on_has_no_such_pages(db: Database) -> None:
    a_provider(db)
    person = Person(console_app(db))
    assert {person.get(f"/console/sso{path}").status_code for path in ("", "/back")} == {404}
    assert "acesso único" not in person.get("/console/login").text
