"""Signing in with a password and a code, and out."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff import audit
from handoff.access import Attendant
from handoff.accounts import LockedOut, SignedIn, check_code, sign_in
from handoff.assignment.presence import leave
from handoff.console.ports import Ports, attendant, guest, house, visit
from handoff.console.wording import clock
from handoff.login import visits
from handoff.login.devices import device_of, masked_address
from handoff.login.terms import ADMINS, access_terms
from handoff.permits import may

WRONG = "Usuário ou senha incorretos."
WRONG_CODE = "Este código não está certo, ou já foi usado. Espere o próximo e tente de novo."
USE_SSO = "Entre pelo acesso único. A senha fica para quem administra, para quando ele não responder."


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the sign-in pages."""
    blueprint.add_url_rule("/login", "login", partial(_form, ports))
    blueprint.add_url_rule("/login", "sign_in", partial(_sign_in, ports), methods=["POST"])
    blueprint.add_url_rule("/login/code", "code", partial(_code_form, ports))
    blueprint.add_url_rule("/login/code", "code_check", partial(_check, ports), methods=["POST"])
    blueprint.add_url_rule("/logout", "logout", partial(_logout, ports), methods=["POST"])


def login_page(ports: Ports, problem: str = "", login: str = "", status: int = 200) -> Response:
    """The form, with what went wrong."""
    with ports.db.transaction() as session:
        place = house(session)
    page = render_template(
        "console/login.html",
        house=place,
        csrf=visit().csrf,
        problem=problem,
        login=login,
        sso=ports.sso is not None,
    )
    response = make_response(page, status)
    ports.sessions.write(response, visit())
    return response


def come_in(ports: Ports, session: Session, who: Attendant, by: visits.BeganBy) -> Response:
    """Begins their session and sends them to their first page; the gate sees to what is still missing."""
    key = visits.begin(
        session,
        who.id,
        ports.now(),
        device=device_of(request.headers.get("User-Agent", "")),
        address=masked_address(request.remote_addr),
        by=by,
    )
    response = make_response(redirect(url_for(first_page(who)), 303))
    ports.sessions.write(response, ports.sessions.begin(key))
    return response


def first_page(who: Attendant) -> str:
    """The endpoint that they begin with."""
    if who.uses_console:
        return "console.inbox"
    return "console.onus" if may(who, "onu.ask") else "console.account"


def _form(ports: Ports) -> Response:
    return login_page(ports)


def _sign_in(ports: Ports) -> Response:
    login, password = request.form.get("login", ""), request.form.get("password", "")
    now = ports.now()
    with ports.db.transaction() as session:
        result = sign_in(session, login, password, now=now)
        zone = house(session).zone
        if isinstance(result, SignedIn) and _may_use_password(ports, session, result.who):
            return come_in(ports, session, result.who, "password")
    if isinstance(result, LockedOut):
        until = clock(result.until, zone)
        return login_page(ports, f"Muitas tentativas com este usuário. Tente de novo depois das {until}.", login, 429)
    return login_page(ports, USE_SSO if isinstance(result, SignedIn) else WRONG, login, 403)


def _may_use_password(ports: Ports, session: Session, who: Attendant) -> bool:
    only_admins = ports.sso is not None and access_terms(session).password_login == ADMINS
    return not only_admins or may(who, "admin.people")


def _code_form(ports: Ports) -> Response:
    return _code_page(ports)


def _code_page(ports: Ports, problem: str = "", status: int = 200) -> Response:
    if guest().step != "code":
        return redirect(url_for(first_page(attendant())), 303)
    with ports.db.transaction() as session:
        place = house(session)
    return make_response(
        render_template("console/code.html", house=place, csrf=visit().csrf, problem=problem, name=attendant().name),
        status,
    )


def _check(ports: Ports) -> Response:
    who, now = attendant(), ports.now()
    with ports.db.transaction() as session:
        result = check_code(session, who.id, who.login, request.form.get("code", ""), ports.seal, now)
        zone = house(session).zone
        if isinstance(result, str):
            visits.prove(session, guest().session_id)
    if isinstance(result, LockedOut):
        return _code_page(ports, f"Muitas tentativas. Tente de novo depois das {clock(result.until, zone)}.", 429)
    if not isinstance(result, str):
        return _code_page(ports, WRONG_CODE, 403)
    return redirect(url_for(first_page(who)), 303)


def _logout(ports: Ports) -> Response:
    with ports.db.transaction() as session:
        visits.end_one(session, attendant().id, guest().session_id, ports.now())
        leave(session, attendant().id, ports.now())
        audit.record(session, attendant().login, "logout", f"agent:{attendant().id}")
    response = make_response(redirect(url_for("console.login"), 303))
    ports.sessions.end(response)
    return response
