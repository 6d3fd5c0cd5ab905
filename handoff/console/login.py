"""Signing in and out."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from handoff import audit
from handoff.accounts import LockedOut, SignedIn, sign_in, sign_out
from handoff.assignment.presence import leave
from handoff.console.ports import Ports, attendant, house, visit
from handoff.console.wording import clock

WRONG = "Usuário ou senha incorretos."


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the sign-in pages."""
    blueprint.add_url_rule("/login", "login", partial(_form, ports))
    blueprint.add_url_rule("/login", "sign_in", partial(_sign_in, ports), methods=["POST"])
    blueprint.add_url_rule("/logout", "logout", partial(_logout, ports), methods=["POST"])


def _form(ports: Ports) -> Response:
    return _page(ports, "", "", 200)


def _page(ports: Ports, problem: str, login: str, status: int) -> Response:
    with ports.db.transaction() as session:
        place = house(session)
    page = render_template("console/login.html", house=place, csrf=visit().csrf, problem=problem, login=login)
    response = make_response(page, status)
    ports.sessions.write(response, visit())
    return response


def _sign_in(ports: Ports) -> Response:
    login, password = request.form.get("login", ""), request.form.get("password", "")
    now = ports.now()
    with ports.db.transaction() as session:
        result = sign_in(session, login, password, now=now)
        zone = house(session).zone
    if isinstance(result, LockedOut):
        until = clock(result.until, zone)
        return _page(ports, f"Muitas tentativas com este usuário. Tente de novo depois das {until}.", login, 429)
    if not isinstance(result, SignedIn):
        return _page(ports, WRONG, login, 403)
    first = "console.inbox" if result.who.uses_console else "console.onus"
    response = make_response(redirect(url_for(first), 303))
    ports.sessions.write(response, ports.sessions.begin(result.who.id, result.stamp))
    return response


def _logout(ports: Ports) -> Response:
    with ports.db.transaction() as session:
        sign_out(session, attendant().id)
        leave(session, attendant().id, ports.now())
        audit.record(session, attendant().login, "logout", f"agent:{attendant().id}")
    response = make_response(redirect(url_for("console.login"), 303))
    ports.sessions.end(response)
    return response
