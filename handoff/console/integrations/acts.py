"""The buttons about other systems: make and revoke tokens, add and switch addresses, change secrets, send again."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from handoff.console.framing import typed
from handoff.console.integrations.pages import delivery_log, overview
from handoff.console.ports import LARGEST_ID, Ports, permitted
from handoff.integrations.endpoints import add_endpoint, new_secret_for, send_again, switch
from handoff.integrations.tokens import new_token, revoke
from handoff.outcome import Denied
from models.webhook_endpoint import WebhookDelivery

DAYS = {"30": 30, "90": 90, "365": 365}
LARGEST = 2**63 - 1


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds them; each is a POST with the session's form token."""
    one = "/integrations/endpoints/<int:number>"
    for where, name, view in (
        ("/integrations/tokens", "token_new", _new_token),
        ("/integrations/tokens/<int:number>/revoke", "token_revoke", _revoke),
        ("/integrations/endpoints", "endpoint_new", _add),
        (f"{one}/secret", "endpoint_secret", _new_secret),
        (f"{one}/switch", "endpoint_switch", _switch),
        ("/integrations/deliveries/<int:number>/again", "delivery_again", _again),
    ):
        blueprint.add_url_rule(where, name, partial(view, ports), methods=["POST"])


def _new_token(ports: Ports) -> Response:
    who, days = permitted("api.manage"), DAYS.get(request.form.get("days", ""))
    expires_at = ports.now() + timedelta(days=days) if days else None
    name = typed("name", 500)
    with ports.db.transaction() as session:
        made = new_token(session, name=name, scopes=request.form.getlist("scope"), by=who, expires_at=expires_at)
    if isinstance(made, Denied):
        return overview(ports, problem=made.reason, status=409)
    return overview(ports, secret=made.secret, of=f"Token de {name}")


def _revoke(ports: Ports, number: int) -> Response:
    who = permitted("api.manage")
    _sane(number)
    with ports.db.transaction() as session:
        outcome = revoke(session, number, who)
    if isinstance(outcome, Denied):
        return overview(ports, problem=outcome.reason, status=409)
    return redirect(url_for("console.integrations"), 303)


def _add(ports: Ports) -> Response:
    who = permitted("api.manage")
    events = request.form.get("events", "")[:500].replace(",", " ").split()
    with ports.db.transaction() as session:
        made = add_endpoint(
            session,
            ports.vault,
            url=typed("url", 500),
            events=events,
            about=typed("about", 500)[:120],
            by=who,
            loopback=ports.loopback_hooks,
        )
    if isinstance(made, Denied):
        return overview(ports, problem=made.reason, status=409)
    return overview(ports, secret=made[1], of="Segredo do endereço")


def _new_secret(ports: Ports, number: int) -> Response:
    who = permitted("api.manage")
    _sane(number)
    with ports.db.transaction() as session:
        made = new_secret_for(session, ports.vault, number, who)
    if isinstance(made, Denied):
        return overview(ports, problem=made.reason, status=409)
    return overview(ports, secret=made, of="Novo segredo (o anterior ainda assina por um dia)")


def _switch(ports: Ports, number: int) -> Response:
    who = permitted("api.manage")
    _sane(number)
    with ports.db.transaction() as session:
        outcome = switch(session, number, who, on=request.form.get("on") == "1")
    if isinstance(outcome, Denied):
        return overview(ports, problem=outcome.reason, status=409)
    return redirect(url_for("console.endpoint", endpoint_id=number), 303)


def _again(ports: Ports, number: int) -> Response:
    who = permitted("system.see")
    with ports.db.transaction() as session:
        row = session.get(WebhookDelivery, number) if number <= LARGEST else None
        if row is None:
            abort(404, "Esta entrega não existe mais.")
        endpoint_id = row.endpoint_id
        outcome = send_again(session, number, who)
    if isinstance(outcome, Denied):
        return delivery_log(ports, endpoint_id, problem=outcome.reason, status=409)
    return redirect(url_for("console.endpoint", endpoint_id=endpoint_id), 303)


def _sane(number: int) -> None:
    if number > LARGEST_ID:
        abort(404)
