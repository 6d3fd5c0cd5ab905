"""A conversation's page: everything that was said, who has it now, and what may be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from flask import Blueprint, abort, make_response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff import audit
from handoff.access import Attendant, may_see
from handoff.console.bubbles import Bubble, read_bubbles
from handoff.console.customer import Card, read_card
from handoff.console.desk_card import DeskCard, read_desk
from handoff.console.hints import Hints, read_hints
from handoff.console.inbox import list_region, read_listing, wanted_tab
from handoff.console.line_card import LineCard, read_line
from handoff.console.live import TOKEN_MARK, as_regions, live_response
from handoff.console.offers import Offer, read_offers
from handoff.console.ports import LARGEST_ID, House, Ports, attendant, house, visit
from handoff.console.wording import clock, moment, waited
from handoff.knowledge.finding import may_read
from handoff.queues import Queue, organogram
from handoff.reply import MAX_LENGTH
from models.agent import Agent
from models.article import Article
from models.conversation import WINDOW, WINDOW_MARGIN, Conversation
from nlu.intent_names import intent_names

SHOWN = 200
"""PostgreSQL takes a larger number for an error, not for a row that is not there."""
WINDOW_ENDS_SOON = timedelta(hours=3)
VIEWED_AGAIN = timedelta(hours=1)


@dataclass(frozen=True)
class Standing:
    """Who has the conversation and what this person may do with it. Empty text means: not so."""

    state: str
    who_has_it: str
    protocol: str
    opened: str
    mine: bool
    may_take: bool
    may_take_over: bool
    may_transfer: bool
    window: str
    window_open: bool
    window_ends_soon: bool
    why_no_reply: str
    queue: str
    alert: str


@dataclass(frozen=True)
class Sheet:
    """All that the conversation's page shows."""

    id: int
    place: House
    standing: Standing
    bubbles: list[Bubble]
    hidden: int
    card: Card
    offers: list[Offer]
    line: LineCard | None
    queues: tuple[Queue, ...]
    desk: DeskCard
    hints: Hints | None


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the page and its live part."""
    where = "/c/<int:conversation_id>"
    blueprint.add_url_rule(where, "conversation", partial(_page, ports))
    blueprint.add_url_rule(f"{where}/live", "conversation_live", partial(_live, ports))


def seen(session: Session, conversation_id: int, who: Attendant) -> Conversation:
    """The conversation, if `who` may see it. Ends the request with 404 or 403 otherwise."""
    conversation = session.get(Conversation, conversation_id) if conversation_id <= LARGEST_ID else None
    if conversation is None:
        abort(404, "Esta conversa não existe.")
    if not may_see(who, conversation):
        abort(403, "Esta conversa não está nas suas filas. Se precisar ver, fale com a supervisão.")
    return conversation


def conversation_page(
    ports: Ports, conversation_id: int, *, problem: str = "", draft: str = "", revealed: str = "", status: int = 200
) -> Response:
    """The whole page, with a problem to tell and the text that was not sent, if any. Writes down that it was seen."""
    who, now = attendant(), ports.now()
    with ports.db.transaction() as session:
        conversation = seen(session, conversation_id, who)
        audit.record(session, who.login, "conversation.viewed", f"conversation:{conversation_id}")
        sheet = _read(session, conversation, who, ports)
        draft = draft or _from_article(session)
        listing = read_listing(session, who, wanted_tab(), sheet.place, now)
    parts = {"list": list_region(listing, conversation_id), **_parts(sheet, draft=draft, revealed=revealed)}
    page = render_template(
        "console/conversation.html",
        house=sheet.place,
        who=who,
        csrf=visit().csrf,
        sheet=sheet,
        tab=listing.tab,
        side=request.args.get("ver") == "cliente",
        listing=listing,
        problem=problem,
        regions=as_regions(parts),
    )
    return make_response(page, status)


def _from_article(session: Session) -> str:
    """The answer of the article that was just taken as a draft."""
    wanted = request.args.get("artigo", "")
    found = session.get(Article, int(wanted)) if wanted.isdecimal() and int(wanted) <= LARGEST_ID else None
    return found.answer if found and found.state == "published" and may_read(attendant(), found) else ""


def _page(ports: Ports, conversation_id: int) -> Response:
    return conversation_page(ports, conversation_id)


def _live(ports: Ports, conversation_id: int) -> Response:
    who, now = attendant(), ports.now()
    with ports.db.transaction() as session:
        conversation = seen(session, conversation_id, who)
        # Whoever fetches this without having opened the page has seen the conversation all the same.
        audit.record_once(
            session, who.login, "conversation.viewed", f"conversation:{conversation_id}", within=VIEWED_AGAIN
        )
        sheet = _read(session, conversation, who, ports)
        listing = read_listing(session, who, wanted_tab(), sheet.place, now)
    return live_response({"list": list_region(listing, conversation_id), **_parts(sheet)})


def _parts(sheet: Sheet, *, draft: str = "", revealed: str = "") -> dict[str, str]:
    csrf = visit().csrf
    return {
        "bar": render_template("console/bar.html", sheet=sheet, csrf=csrf, queues=sheet.queues),
        "thread": render_template("console/thread.html", sheet=sheet, csrf=csrf, intents=intent_names()),
        "composer": render_template(
            "console/composer.html", sheet=sheet, csrf=csrf, token=TOKEN_MARK, draft=draft, longest=MAX_LENGTH
        ),
        "card": render_template(
            "console/card.html",
            sheet=sheet,
            card=sheet.card,
            who=attendant(),
            csrf=csrf,
            revealed=revealed,
            token=TOKEN_MARK,
        ),
    }


def _read(session: Session, conversation: Conversation, who: Attendant, ports: Ports) -> Sheet:
    place, now = house(session), ports.now()
    everything = request.args.get("tudo") == "1"
    bubbles, hidden = read_bubbles(session, conversation.id, now, place.zone, limit=None if everything else SHOWN)
    standing = _standing(session, conversation, who, place, now)
    card = read_card(session, conversation, who, place, now)
    line = read_line(session, conversation, who, place, now) if card.proved else None
    return Sheet(
        id=conversation.id,
        place=place,
        standing=standing,
        bubbles=bubbles,
        hidden=hidden,
        card=card,
        offers=read_offers(session, conversation, place, ports.language) if standing.mine else [],
        line=line,
        queues=organogram(session).queues,
        desk=read_desk(session, conversation, who, place, now, vault=ports.vault is not None),
        hints=read_hints(session, conversation, who, card.contracts, line),
    )


def _standing(session: Session, conversation: Conversation, who: Attendant, place: House, now: datetime) -> Standing:
    owner = session.get(Agent, conversation.agent_id) if conversation.agent_id else None
    state = conversation.handler
    mine = state == "agent" and conversation.agent_id == who.id
    window_open = conversation.window_open(now)
    return Standing(
        state=state,
        who_has_it=_who_has_it(conversation, owner, mine, place, now),
        protocol=conversation.protocol,
        opened=moment(conversation.opened_at, now, place.zone),
        mine=mine,
        may_take=state in ("bot", "queue"),
        may_take_over=state == "agent" and not mine and who.supervises,
        may_transfer=mine or (who.supervises and state != "closed"),
        window=_window(conversation, window_open, place, now),
        window_open=window_open,
        window_ends_soon=window_open and not conversation.window_open(now + WINDOW_ENDS_SOON),
        why_no_reply=_why_no_reply(state, mine, window_open, owner),
        queue=conversation.queue or "",
        alert=conversation.needs_person or "",
    )


def _who_has_it(conversation: Conversation, owner: Agent | None, mine: bool, place: House, now: datetime) -> str:
    name = owner.name if owner else "outra pessoa"
    if conversation.handler == "agent":
        return "Com você" if mine else f"Com {name}"
    if conversation.handler == "queue":
        since = f" há {waited(conversation.waiting_since, now)}" if conversation.waiting_since else ""
        return f"Esperando em {conversation.queue}{since}".replace("há agora", "agora")
    if conversation.handler == "closed":
        return "Encerrada" + (f" {moment(conversation.closed_at, now, place.zone)}" if conversation.closed_at else "")
    return "Com o atendimento automático"


def _window(conversation: Conversation, window_open: bool, place: House, now: datetime) -> str:
    if conversation.last_inbound_at is None or not window_open:
        return "Janela de 24 h fechada"
    ends = conversation.last_inbound_at + WINDOW - WINDOW_MARGIN
    left = ends - now
    # By whole hours while there are many, so that the page is not drawn anew each minute.
    whole = f"{left // timedelta(hours=1)} h" if left >= WINDOW_ENDS_SOON else waited(now, ends)
    return f"A janela fecha em {whole}, às {clock(ends, place.zone)}".replace("em agora", "em menos de 1 min")


def _why_no_reply(state: str, mine: bool, window_open: bool, owner: Agent | None) -> str:
    if state == "closed":
        return "A conversa foi encerrada. Se o cliente escrever, começa outra."
    if state == "agent" and not mine:
        return f"Quem responde agora é {owner.name if owner else 'outra pessoa'}."
    if not mine:
        return "Para responder, assuma a conversa."
    return "" if window_open else "A janela de 24 horas fechou: mande um modelo aprovado, ou espere o cliente escrever."
