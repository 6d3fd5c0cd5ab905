"""From a protocol number to its conversation."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from handoff.access import visible_to
from handoff.console.ports import Ports, attendant, house, visit
from models.conversation import Conversation, check_digit

MISTYPED = "Este número não confere: algum dígito está trocado ou faltando. Peça para o cliente repetir."
UNKNOWN = "Não há conversa com este protocolo nas suas filas."
NOT_A_NUMBER = "Digite o número do protocolo, só com dígitos."


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the search."""
    blueprint.add_url_rule("/search", "search", partial(_search, ports))


def _search(ports: Ports) -> Response:
    asked = request.args.get("q", "")
    protocol = "".join(char for char in asked if char.isascii() and char.isdigit())
    with ports.db.transaction() as session:
        place = house(session)
        found = session.scalar(
            select(Conversation.id).where(Conversation.protocol == protocol, visible_to(attendant()))
        )
    if found is not None:
        return redirect(url_for("console.conversation", conversation_id=found), 303)
    page = render_template(
        "console/search.html",
        house=place,
        who=attendant(),
        csrf=visit().csrf,
        asked=asked,
        problem=_why_not(protocol),
    )
    return make_response(page, 404)


def _why_not(protocol: str) -> str:
    if not protocol:
        return NOT_A_NUMBER
    right = len(protocol) > 1 and check_digit(protocol[:-1]) == protocol[-1]
    return UNKNOWN if right else MISTYPED
