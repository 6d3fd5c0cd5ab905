"""The buttons of a conversation: who has it, what is written, its time, its consent, and the document."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Blueprint, abort, jsonify, make_response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.document import parse_document
from handoff import audit, desk
from handoff.access import may_see
from handoff.console.customer import customer_of
from handoff.console.framing import form_token, typed
from handoff.console.offers import values
from handoff.console.ports import Ports, attendant, row_id
from handoff.console.thread import conversation_page, seen
from handoff.console.whereabouts import back_to
from handoff.console.writing.acts import writing_acts
from handoff.outcome import AlreadyTaken, Denied, Done, Gone, Taken
from handoff.sla.holding import go_on, hold
from models.contact import Contact
from models.conversation import Conversation

Result = Done | Denied | Taken | AlreadyTaken | Gone
Act = Callable[[Session, int], Result]
CLOSED = "Esta conversa não está mais aberta."


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the acts; every one is a POST with the session's form token."""
    where = "/c/<int:conversation_id>"
    for name, act in {**_talking(ports), **writing_acts(ports), **_passing_on(ports)}.items():
        endpoint = f"act_{name.replace('-', '_')}"
        blueprint.add_url_rule(f"{where}/{name}", endpoint, partial(perform, ports, act), methods=["POST"])
    blueprint.add_url_rule(f"{where}/reveal", "act_reveal", partial(_reveal, ports), methods=["POST"])


def _talking(ports: Ports) -> dict[str, Act]:
    """What a person does with a conversation of theirs, by the end of its address."""
    return {
        "take": lambda session, id_: desk.take(session, id_, attendant(), now=ports.now()),
        "take-over": lambda session, id_: desk.take_over(session, id_, attendant(), now=ports.now()),
        "template": lambda session, id_: desk.reply_with_template(
            session, id_, attendant(), typed("purpose"), values(), form_token(), language=ports.language
        ),
        "consent": lambda session, id_: desk.record_by_agent(
            session, id_, attendant(), request.form.get("decision", ""), request.form.get("reason", ""), form_token()
        ),
        "give-back": lambda session, id_: desk.give_back(session, id_, attendant()),
        "close": lambda session, id_: desk.close(session, id_, attendant(), now=ports.now(), language=ports.language),
        "pause": lambda session, id_: hold(
            session,
            id_,
            attendant(),
            request.form.get("reason", ""),
            request.form.get("note", ""),
            now=ports.now(),
        ),
        "resume": lambda session, id_: go_on(session, id_, attendant(), now=ports.now()),
    }


def _passing_on(ports: Ports) -> dict[str, Act]:
    """How it goes on with others."""
    return {
        "transfer": lambda session, id_: desk.transfer(
            session,
            id_,
            attendant(),
            request.form.get("queue", ""),
            request.form.get("note", ""),
            override=request.form.get("override", ""),
            now=ports.now(),
        ),
        "hand-to": lambda session, id_: desk.hand_to(
            session,
            id_,
            attendant(),
            _person(),
            request.form.get("note", ""),
            reason=request.form.get("reason", ""),
            now=ports.now(),
        ),
    }


def perform(ports: Ports, act: Act, conversation_id: int) -> Response:
    """Does one act of the person who is signed in, if they may see the conversation, and answers with what came of it:
    the page again, or a few words for the page's script."""
    with ports.db.transaction() as session:
        seen(session, conversation_id, attendant())
        result = act(session, conversation_id)
        session.flush()
        session.expire_all()
        still_visible = may_see(attendant(), session.get_one(Conversation, conversation_id))
    problem = _problem(result)
    if request.headers.get("X-Console") == "live":
        return make_response(jsonify(ok=not problem, problem=problem), 409 if problem else 200)
    if not still_visible:
        return redirect(url_for("console.inbox"), 303)
    if problem:
        return conversation_page(ports, conversation_id, problem=problem, draft=_text(), status=409)
    return back_to(conversation_id)


def _reveal(ports: Ports, conversation_id: int) -> Response:
    with ports.db.transaction() as session:
        conversation = seen(session, conversation_id, attendant())
        customer = customer_of(session, session.get_one(Contact, conversation.contact_id))
        if customer is None:
            abort(404, "O cliente desta conversa ainda não foi identificado.")
        audit.record(
            session,
            attendant().login,
            "document.revealed",
            f"customer:{customer.ref}",
            conversation_id=conversation_id,
        )
        document = parse_document(customer.document)
        shown = document.formatted if document else customer.document
    if request.headers.get("X-Console") == "live":
        return make_response(jsonify(ok=True, document=shown))
    return conversation_page(ports, conversation_id, revealed=shown)


def _problem(result: Result) -> str:
    if isinstance(result, Denied):
        return result.reason
    if isinstance(result, AlreadyTaken):
        return f"{result.by} já assumiu esta conversa."
    return CLOSED if isinstance(result, Gone) else ""


def _text() -> str:
    return request.form.get("text", "")


def _person() -> int:
    return row_id(request.form.get("agent", ""))
