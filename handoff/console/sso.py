"""Signing in by the provider's own sign-on: to it, and back from it."""

from __future__ import annotations

import json
import logging
from dataclasses import astuple
from functools import partial

from flask import Blueprint, abort, make_response, redirect, request
from werkzeug.wrappers import Response

from core.errors import Failure, Misconfigured
from handoff.console.login import come_in, login_page
from handoff.console.ports import Ports
from handoff.login.bound import account_of
from handoff.login.single_sign_on import Errand, SingleSignOn

COOKIE = "religa_sso"
LASTS_SECONDS = 600
PATH = "/console/sso"
AWAY = "O acesso único não respondeu. Tente de novo, ou entre com a senha."
NOT_PROVED = "O acesso único não confirmou quem você é. Comece de novo."
NOT_LET_IN = "Sua conta ainda não foi liberada aqui. Peça à administração."

log = logging.getLogger("console")


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds both ways."""
    blueprint.add_url_rule("/sso", "sso", partial(_go, ports))
    blueprint.add_url_rule("/sso/back", "sso_back", partial(_back, ports))


def _sign_on(ports: Ports) -> SingleSignOn:
    if ports.sso is None:
        abort(404)
    return ports.sso


def _go(ports: Ports) -> Response:
    sign_on = _sign_on(ports)
    try:
        where, errand = sign_on.set_out()
    except Failure as failure:
        log.warning("single sign-on: %s", failure)
        return login_page(ports, AWAY, status=503)
    response = make_response(redirect(where, 303))
    kept = ports.seal.close(json.dumps(astuple(errand)))
    response.set_cookie(
        COOKIE,
        kept,
        max_age=LASTS_SECONDS,
        path=PATH,
        httponly=True,
        samesite="Lax",
        secure=ports.sessions.secure,
    )
    return response


def _back(ports: Ports) -> Response:
    sign_on, errand = _sign_on(ports), _errand(ports)
    if errand is None:
        return login_page(ports, NOT_PROVED, status=403)
    try:
        subject = sign_on.come_back(request.args.to_dict(), errand)
    except Failure as failure:
        log.warning("single sign-on: %s", failure)
        return login_page(ports, NOT_PROVED if failure.permanent else AWAY, status=403 if failure.permanent else 503)
    with ports.db.transaction() as session:
        who = account_of(session, sign_on.issuer, subject, ports.now())
        response = come_in(ports, session, who, "sso") if who else None
    if response is None:
        return login_page(ports, NOT_LET_IN, status=403)
    response.delete_cookie(COOKIE, path=PATH)
    return response


def _errand(ports: Ports) -> Errand | None:
    """What was kept when they set out; None for nothing, for what is not ours, and after ten minutes."""
    try:
        return Errand(*json.loads(ports.seal.open(request.cookies.get(COOKIE, ""), seconds=LASTS_SECONDS)))
    except Misconfigured:
        return None
