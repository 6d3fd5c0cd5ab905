"""The button that gives the next who waits, by the order of all."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from handoff import desk
from handoff.console.inbox import inbox_page
from handoff.console.ports import Ports, attendant
from handoff.outcome import Denied

NOBODY_WAITS = "Ninguém espera nas suas filas agora."


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the button's act."""
    blueprint.add_url_rule("/next", "next", partial(_next, ports), methods=["POST"])


def _next(ports: Ports) -> Response:
    with ports.db.transaction() as session:
        got = desk.take_next(session, attendant(), now=ports.now())
    if isinstance(got, int):
        return redirect(url_for("console.conversation", conversation_id=got, tab="mine"), 303)
    return inbox_page(ports, problem=got.reason if isinstance(got, Denied) else NOBODY_WAITS, status=409)
