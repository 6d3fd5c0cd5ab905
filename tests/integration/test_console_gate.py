"""Who comes into the console, and what each role may reach."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from core.db import Database
from handoff.access import Attendant
from models.agent import Agent
from tests.integration.console import LIVE, Person, console_app
from tests.integration.desk import PASSWORD, a_conversation, conversation, messages, the_cast


@pytest.fixture
def cast(db: Database) -> dict[str, Attendant]:
    """Everybody's accounts."""
    return the_cast(db)


@pytest.fixture
def app(db: Database, cast: dict[str, Attendant]) -> Flask:
    """The console with everybody's accounts."""
    return console_app(db)


def routes(app: Flask) -> list[tuple[str, str]]:
    """Every (method, address) of the console, with number 1 where an id goes."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("console.") and rule.endpoint != "console.static":
            path = re.sub(r"<path:\w+>", "nada/aqui", re.sub(r"<int[^>]*>", "1", rule.rule))
            found += [(method, path) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found


OPEN = {("GET", "/console/login"), ("POST", "/console/login"), ("GET", "/console/sso"), ("GET", "/console/sso/back")}


def test_every_route_asks_strangers_to_sign_in(app: Flask, db: Database) -> None:
    a_conversation(db)
    stranger = Person(app)
    token = stranger.csrf
    for method, path in routes(app):
        if (method, path) in OPEN:
            continue
        answer = stranger.client.open(path, method=method, data={"csrf": token} if method == "POST" else None)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/console/login"), (method, path)


OWN = ("/console/logout", "/console/account", "/console/login/code")
FOR_TECHNICIANS = {
    ("GET", "/console/network/onus"),
    ("GET", "/console/network/onus/live"),
    ("POST", "/console/network/onus/look"),
    ("POST", "/console/network/onus/ask"),
}


def test_every_route_but_installing_is_closed_to_technicians(app: Flask, db: Database) -> None:
    a_conversation(db)
    lucas = Person(app)
    lucas.post("/console/login", {"login": "lucas", "password": PASSWORD})
    token = re.search(r'name="csrf" value="([^"]+)"', lucas.get("/console/").text)
    assert token
    for method, path in routes(app):
        if (method, path) in OPEN or path.startswith(OWN) or (method, path) in FOR_TECHNICIANS:
            continue
        answer = lucas.client.open(path, method=method, data={"csrf": token[1]} if method == "POST" else None)
        assert answer.status_code == 403, (method, path)
        assert "Sem acesso" in answer.text
    assert lucas.client.post("/console/logout", data={"csrf": token[1]}).status_code == 303


def test_every_conversation_route_is_closed_to_agents_of_other_queues(app: Flask, db: Database) -> None:
    id_ = a_conversation(db, queue="N1")
    joana = Person(app, "joana")
    token = joana.csrf
    paths = [(method, path) for method, path in routes(app) if "/c/1" in path]
    assert len(paths) >= 11
    for method, path in paths:
        form = {"csrf": token, "text": "oi", "token": "t", "queue": "N2"}
        answer = joana.client.open(path, method=method, data=form if method == "POST" else None)
        assert answer.status_code == 403, (method, path)
    assert conversation(db, id_).version == 1
    assert len(messages(db, id_)) == 1


@pytest.mark.parametrize(
    ("login", "queue", "handler", "seen"),
    [
        ("helena", "N1", "queue", True),
        ("helena", "N2", "queue", False),
        ("helena", None, "bot", True),
        ("igor", None, "bot", False),
        ("igor", "N2", "closed", True),
        ("joana", "Cobrança", "queue", True),
        ("karina", "Comercial", "queue", True),
        ("admin", "Empresas", "closed", True),
    ],
)
def test_conversations_are_seen_by_queue_and_role(
    app: Flask, db: Database, login: str, queue: str | None, handler: str, seen: bool
) -> None:
    id_ = a_conversation(db, queue=queue, handler=handler, name="Ana Visível")
    person = Person(app, login)
    assert person.get(f"/console/c/{id_}").status_code == (200 if seen else 403)
    tab = "waiting" if handler == "queue" else "open"
    assert ("Ana Visível" in person.get(f"/console/?tab={tab}").text) is (seen and handler != "closed")


def test_an_agent_sees_what_they_own_in_any_queue(app: Flask, db: Database, cast: dict[str, Attendant]) -> None:
    id_ = a_conversation(db, queue="N2", handler="agent", owner=cast["helena"])
    assert Person(app, "helena").get(f"/console/c/{id_}").status_code == 200


@pytest.mark.parametrize(("login", "status"), [("helena", 403), ("karina", 200), ("admin", 200)])
def test_system_page_is_for_supervisors(app: Flask, login: str, status: int) -> None:
    person = Person(app, login)
    assert person.get("/console/system").status_code == status
    assert person.get("/console/system/live").status_code == status
    assert ('href="/console/system"' in person.get("/console/").text) is (status == 200)


@pytest.mark.parametrize("csrf", [None, "", "outro", "ç"])
def test_a_form_without_the_sessions_token_is_refused(app: Flask, db: Database, csrf: str | None) -> None:
    id_ = a_conversation(db)
    helena = Person(app, "helena")
    form = {} if csrf is None else {"csrf": csrf}
    for path in (f"/console/c/{id_}/take", "/console/logout", "/console/login"):
        answer = helena.client.post(path, data=form)
        assert answer.status_code == 400
        assert "perdeu a validade" in answer.text
    assert conversation(db, id_).handler == "queue"


def test_a_page_that_is_too_old_says_so_and_gives_back_what_was_typed(app: Flask, db: Database) -> None:
    id_ = a_conversation(db)
    helena = Person(app, "helena")
    old = {"csrf": "da página de ontem", "token": "t", "text": "Já verifiquei <a> linha"}
    page = helena.client.post(f"/console/c/{id_}/note", data=old)
    assert page.status_code == 400
    assert "ficou aberta tempo demais" in page.text
    assert ">Já verifiquei &lt;a&gt; linha</textarea>" in page.text
    told = helena.client.post(f"/console/c/{id_}/note", data=old, headers=LIVE)
    assert (told.status_code, told.get_json()["stale"]) == (400, True)
    assert "ficou aberta tempo demais" in told.get_json()["problem"]


def test_a_form_token_of_somebody_else_is_refused(app: Flask, db: Database) -> None:
    id_ = a_conversation(db)
    helena, karina = Person(app, "helena"), Person(app, "karina")
    assert helena.client.post(f"/console/c/{id_}/take", data={"csrf": karina.csrf}).status_code == 400


def test_signing_in_begins_a_new_session(app: Flask) -> None:
    person = Person(app)
    before = person.csrf
    person.post("/console/login", {"login": "helena", "password": PASSWORD})
    assert person.csrf != before


@pytest.mark.parametrize(("login", "password"), [("helena", "errada"), ("ninguem", PASSWORD), ("", "")])
def test_a_wrong_login_is_told_without_saying_what_is_wrong(app: Flask, login: str, password: str) -> None:
    answer = Person(app).post("/console/login", {"login": login, "password": password})
    assert answer.status_code == 403
    assert "Usuário ou senha incorretos." in answer.text


def test_guessing_is_stopped_with_the_time_to_come_back(app: Flask) -> None:
    person = Person(app)
    for _ in range(5):
        person.post("/console/login", {"login": "helena", "password": "errada"})
    answer = person.post("/console/login", {"login": "helena", "password": PASSWORD})
    assert answer.status_code == 429
    assert re.search(r"depois das \d\d:\d\d", answer.text)


@pytest.mark.parametrize(
    ("url", "secure"), [("https://suporte.example.com.br", True), ("http://127.0.0.1:8000", False)]
)
def test_the_cookie_is_kept_from_scripts_and_other_sites(
    db: Database, cast: dict[str, Attendant], url: str, secure: bool
) -> None:
    cookie = console_app(db, public_url=url).test_client().get("/console/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/console" in cookie
    assert ("Secure" in cookie) is secure


def test_a_forged_cookie_is_nobody(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("religa_console", "WyJhIiwxLCJiIl0.abc.def", path="/console")
    assert client.get("/console/").status_code == 303


def test_signing_out_ends_the_session(app: Flask) -> None:
    helena = Person(app, "helena")
    copied = helena.client.get_cookie("religa_console", path="/console")
    assert copied
    helena.post("/console/logout")
    assert helena.get("/console/").status_code == 303
    helena.client.set_cookie("religa_console", copied.value, path="/console")
    assert helena.get("/console/").status_code == 303, "a copy of the cookie is worth nothing any more"


def test_a_switched_off_account_is_out_at_once(app: Flask, db: Database) -> None:
    helena = Person(app, "helena")
    with db.transaction() as session:
        session.scalars(select(Agent).where(Agent.login == "helena")).one().active = False
    assert helena.get("/console/").status_code == 303
    assert helena.get("/console/live", headers=LIVE).status_code == 401


def test_pages_carry_the_headers_that_browsers_enforce(app: Flask, db: Database) -> None:
    id_ = a_conversation(db)
    helena = Person(app, "helena")
    for path in ("/console/", f"/console/c/{id_}", "/console/nada", "/console/login", "/console/static/console.js"):
        headers = helena.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
    assert helena.get(f"/console/c/{id_}").headers["Cache-Control"] == "no-store"


def test_pages_have_no_inline_script_or_style(app: Flask, db: Database) -> None:
    id_ = a_conversation(db)
    karina = Person(app, "karina")
    for path in ("/console/", f"/console/c/{id_}", "/console/system", "/console/search?q=1", "/console/login"):
        page = karina.get(path).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page), path
        assert all(" src=" in tag for tag in re.findall(r"<script[^>]*>", page)), path


@pytest.mark.parametrize(
    "path", ["/console/c/424242", "/console/c/99999999999999999999", "/console/c/x", "/console/nada"]
)
def test_an_unknown_address_is_explained_in_portuguese(app: Flask, path: str) -> None:
    answer = Person(app, "karina").get(path)
    assert answer.status_code == 404
    assert "Não encontramos esta página" in answer.text
    assert 'lang="pt-BR"' in answer.text
