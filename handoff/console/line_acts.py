"""The buttons of a conversation's line: diagnose, release, block and restart, each a job that is asked for once."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff import audit
from handoff.console.framing import form_token
from handoff.console.line_card import LINE_ACTS, LineAct
from handoff.console.ports import Ports, permitted
from handoff.console.thread import conversation_page, seen
from handoff.console.whereabouts import back_to
from handoff.outcome import Denied
from handoff.subject import NO_CONTRACT, proved_subject, subject_of
from models.contract import Contract
from models.conversation import Conversation
from provisioning.request import ask, target_of

LONGEST = 300


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the buttons; each is a POST with the session's form token and its own."""
    for act in LINE_ACTS:
        where = f"/c/<int:conversation_id>/line/{act.name}"
        blueprint.add_url_rule(where, f"line_{act.name}", partial(_act, ports, act), methods=["POST"])


def _act(ports: Ports, act: LineAct, conversation_id: int) -> Response:
    """The form's token is the cause: a second click is the same job."""
    who, token = permitted(act.deed), form_token()
    reason = request.form.get("reason", "").replace("\x00", "").strip()[:LONGEST]
    with ports.db.transaction() as session:
        conversation = seen(session, conversation_id, who)
        contract = _subject(session, conversation, act)
        problem = contract.reason if isinstance(contract, Denied) else _missing(act, reason)
        if not problem and not isinstance(contract, Denied):
            job = ask(
                session,
                act.action,
                target=target_of(session, contract.ref),
                reason=reason or "conversation",
                asked_by=who.author,
                cause=f"console:{token}",
                conversation_id=conversation_id,
            )
            audit.record(session, who.login, f"line.{act.name}", f"contract:{contract.ref}", job=job.id)
    if problem:
        return conversation_page(ports, conversation_id, problem=problem, status=409)
    return back_to(conversation_id)


def _subject(session: Session, conversation: Conversation, act: LineAct) -> Contract | Denied:
    return proved_subject(session, conversation) if act.proof else subject_of(session, conversation) or NO_CONTRACT


def _missing(act: LineAct, reason: str) -> str:
    if act.asks and not reason:
        return "Escreva o motivo."
    return "Confirme antes de reiniciar." if act.sure and request.form.get("sure") != "yes" else ""
