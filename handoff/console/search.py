"""The search: from a number, a name or a word that was said to the customer and the conversation."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff import audit
from handoff.access import Attendant
from handoff.console.ports import Ports, attendant, house, row_id, visit
from handoff.console.wording import moment, without_documents
from handoff.search.people import Person, find_people
from handoff.search.snippet import Piece, snippet
from handoff.search.talk import Cursor, Found, Hit, by_protocol, by_words
from handoff.search.wanted import Wanted, read_wanted

MISTYPED = "Este protocolo não confere: algum dígito está trocado ou faltando. Peça para o cliente repetir."
UNKNOWN = "Não há conversa com este protocolo nas suas filas."
NOTHING = "Nada encontrado no que você pode ver."
EMPTY = "Digite um protocolo, CPF ou CNPJ, telefone, contrato, serial de ONU, nome ou palavras da conversa."
NOT_YET = "Nada nas mensagens mais novas. As mais antigas ainda não foram procuradas: acrescente uma palavra, ou siga."
SEEN_AGAIN = timedelta(hours=1)
WHO_WROTE = {"in": "cliente", "out": "atendimento", "note": "nota interna"}


@dataclass(frozen=True)
class Line:
    """A hit as the page shows it."""

    hit: Hit
    who: str
    when: str
    pieces: list[Piece]


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the search. It is a POST: what is looked for is a customer's data, and addresses are kept in many places."""
    blueprint.add_url_rule("/search", "search", partial(_page, ports))
    blueprint.add_url_rule("/search", "search_ask", partial(_ask, ports), methods=["POST"])


def _page(ports: Ports) -> Response:
    return _show(ports, read_wanted(""), [], Found(()))


def _ask(ports: Ports) -> Response:
    who, wanted = attendant(), read_wanted(request.form.get("q", ""))
    cursor = _cursor()
    with ports.db.transaction() as session:
        _note(session, ports, who, wanted)
        exact = by_protocol(session, wanted.protocol, who) if wanted.protocol else None
        people = [] if exact or cursor else find_people(session, wanted, who)
        for person in people:
            if person.ref:
                audit.record_once(session, who.login, "customer.found", f"customer:{person.ref}", within=SEEN_AGAIN)
    if exact is not None:
        return redirect(url_for("console.conversation", conversation_id=exact), 303)
    found = by_words(ports.db, wanted.query, who, cursor=cursor) if _by_words(wanted) else Found(())
    return _show(ports, wanted, people, found)


def _by_words(wanted: Wanted) -> bool:
    """A document or a phone is somebody's name, not what was said: who wrote it is found as a person."""
    return bool(wanted.query) and not (wanted.protocol or wanted.mistyped or wanted.document)


def _note(session: Session, ports: Ports, who: Attendant, wanted: Wanted) -> None:
    """Who looked for what: a keyed hash, so that the record tells of a number only to whoever asks with it again."""
    if wanted.empty:
        return
    said = wanted.document.number if wanted.document else (wanted.phones or (wanted.asked.casefold(),))[0]
    digest = hmac.new(ports.search_key, said.encode(), hashlib.sha256).hexdigest()[:32]
    audit.record(session, who.login, "search.asked", f"search:{digest}", kind=wanted.kind)


def _show(ports: Ports, wanted: Wanted, people: list[Person], found: Found) -> Response:
    now = ports.now()
    with ports.db.transaction() as session:
        place = house(session)
    lines = [
        Line(
            hit,
            WHO_WROTE.get(hit.direction, ""),
            moment(hit.at, now, place.zone),
            snippet(without_documents(hit.said), wanted.words),
        )
        for hit in found.hits
    ]
    problem = "" if people or lines else _why_not(wanted, found)
    page = render_template(
        "console/search.html",
        house=place,
        who=attendant(),
        csrf=visit().csrf,
        asked=wanted.asked,
        people=people,
        lines=lines,
        goes_on=found.goes_on,
        problem=problem,
    )
    return make_response(page, 404 if problem and not (wanted.empty or found.goes_on) else 200)


def _why_not(wanted: Wanted, found: Found) -> str:
    if wanted.empty:
        return EMPTY
    if found.goes_on:
        return NOT_YET
    if wanted.mistyped:
        return MISTYPED
    return UNKNOWN if wanted.protocol else NOTHING


def _cursor() -> Cursor | None:
    newest, before = (row_id(request.form.get(name, "")) for name in ("newest", "before"))
    return Cursor(newest, before) if newest and before else None
