"""The tap that corrects what the bot understood, in the conversation."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, jsonify, make_response, request
from werkzeug.wrappers import Response

from handoff.console.ports import LARGEST_ID, Ports, attendant
from handoff.console.thread import conversation_page, seen
from handoff.console.whereabouts import back_to
from handoff.outcome import Denied
from handoff.readings import GONE, correct


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the correction: a POST with the session's form token."""
    where = "/c/<int:conversation_id>/readings/<int:reading_id>"
    blueprint.add_url_rule(where, "act_correct", partial(_correct, ports), methods=["POST"])


def wanted_intent() -> str:
    """The intent that the form names: one of its buttons, else its list."""
    return request.form.get("intent") or request.form.get("other", "")


def _correct(ports: Ports, conversation_id: int, reading_id: int) -> Response:
    with ports.db.transaction() as session:
        seen(session, conversation_id, attendant())
        known = reading_id <= LARGEST_ID
        result = correct(session, conversation_id, reading_id, attendant(), wanted_intent()) if known else GONE
    problem = result.reason if isinstance(result, Denied) else ""
    if request.headers.get("X-Console") == "live":
        return make_response(jsonify(ok=not problem, problem=problem), 409 if problem else 200)
    if problem:
        return conversation_page(ports, conversation_id, problem=problem, status=409)
    return back_to(conversation_id, anchor=f"u{reading_id}")
