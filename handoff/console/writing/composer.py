"""What the composer asks for beside its form: ready answers with what is known, macros, people to name, drafts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial

from flask import Blueprint, abort, jsonify, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff.access import attendant_of, may_see
from handoff.console.ports import Ports, attendant
from handoff.console.thread import seen
from handoff.writing.canned import canned_for
from handoff.writing.drafts import MODES, drafts_of, save_draft
from handoff.writing.files import LARGEST, SENDABLE
from handoff.writing.macros import macros_for
from handoff.writing.values import LABELS, known_values
from models.agent import Agent
from models.conversation import Conversation


@dataclass(frozen=True)
class Person:
    """Somebody who can be named in a note."""

    login: str
    name: str


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds what the composer's scripts fetch, and the keeping of drafts."""
    where = "/c/<int:conversation_id>"
    blueprint.add_url_rule(f"{where}/writing", "writing", partial(_writing, ports))
    blueprint.add_url_rule(f"{where}/draft", "save_draft", partial(_save_draft, ports), methods=["POST"])


def _writing(ports: Ports, conversation_id: int) -> Response:
    who = attendant()
    with ports.db.transaction() as session:
        conversation = seen(session, conversation_id, who)
        found = {
            "replies": [asdict(canned) for canned in canned_for(session, conversation.queue)],
            "known": known_values(session, conversation, who),
            "macros": [asdict(macro) for macro in macros_for(session, conversation.queue)],
            "people": [asdict(person) for person in _people(session, conversation)],
            "drafts": drafts_of(session, conversation_id, who),
        }
    limits = {mime_type: largest for mime_type, (_, largest) in SENDABLE.items()}
    return jsonify(found | {"labels": LABELS, "limits": limits, "largest": LARGEST})


def _people(session: Session, conversation: Conversation) -> list[Person]:
    """Those who may see the conversation, but oneself."""
    rows = session.scalars(select(Agent).where(Agent.active, Agent.id != attendant().id).order_by(Agent.name))
    return [Person(row.login, row.name) for row in rows if may_see(attendant_of(row), conversation)]


def _save_draft(ports: Ports, conversation_id: int) -> Response:
    mode = request.form.get("mode", "")
    with ports.db.transaction() as session:
        seen(session, conversation_id, attendant())
        if mode not in MODES:
            abort(400, "O rascunho chegou incompleto.")
        save_draft(session, conversation_id, attendant(), mode, request.form.get("text", ""))
    return jsonify(ok=True)
