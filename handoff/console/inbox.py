"""The list of conversations: who waits, mine, all open ones, and those a person should look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, make_response, render_template, request
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import LateralFromClause
from werkzeug.wrappers import Response

from handoff.access import Attendant, visible_to
from handoff.console.alerts import gravest, neglected, own_promise, undelivered, understands_less
from handoff.console.live import as_regions, live_response
from handoff.console.ports import House, Ports, attendant, house, visit
from handoff.console.wording import KINDS, TEXT_KINDS, moment, waited, without_documents
from handoff.sla.standing import Standing, colours
from models.agent import Agent
from models.contact import Contact
from models.conversation import Conversation
from models.customer import Customer
from models.message import Message

TABS = {"waiting": "Esperando", "mine": "Minhas", "open": "Abertas", "alert": "Com alerta"}
FULL_NAMES = {**TABS, "open": "Todas abertas"}
EMPTY = {
    "waiting": "Ninguém esperando. Bom trabalho!",
    "mine": "Você não tem conversas. Assuma uma da lista “Esperando”.",
    "open": "Nenhuma conversa aberta nas suas filas.",
    "alert": "Nenhum alerta. Tudo o que saiu foi entregue.",
}
LIMIT = 100
ALERT_DAYS = 7
HANDLER = {"bot": "atendimento automático", "queue": "esperando", "closed": "encerrada"}


@dataclass(frozen=True)
class Row:
    """A conversation in the list. `waiting` is how long somebody waits for a person, empty when nobody does; `sla` the
    most urgent promise, where there is one."""

    id: int
    name: str
    protocol: str
    place: str
    reason: str
    preview: str
    at: str
    waiting: str
    late: bool
    alert: str
    sla: Standing | None


@dataclass(frozen=True)
class Listing:
    """One tab of the list, with the counts of all of them, and an alarm that concerns no single conversation."""

    tab: str
    rows: list[Row]
    counts: dict[str, int]
    more: bool
    alarm: str


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the list and its live part."""
    blueprint.add_url_rule("/", "inbox", partial(_page, ports))
    blueprint.add_url_rule("/live", "inbox_live", partial(_live, ports))


def wanted_tab() -> str:
    """The tab that the address names; who waits, otherwise."""
    tab = request.args.get("tab", "waiting")
    return tab if tab in TABS else "waiting"


def list_region(listing: Listing, open_id: int | None = None) -> str:
    """The list as HTML, the same on the page and in what the page fetches later."""
    return render_template(
        "console/list.html",
        listing=listing,
        tabs=TABS,
        full_names=FULL_NAMES,
        empty=EMPTY,
        open_id=open_id,
        supervises=attendant().supervises,
    )


def _page(ports: Ports) -> Response:
    with ports.db.transaction() as session:
        place = house(session)
        listing = read_listing(session, attendant(), wanted_tab(), place, ports.now())
    page = render_template(
        "console/inbox.html",
        house=place,
        who=attendant(),
        csrf=visit().csrf,
        listing=listing,
        tab=listing.tab,
        regions=as_regions({"list": list_region(listing)}),
    )
    return make_response(page)


def _live(ports: Ports) -> Response:
    with ports.db.transaction() as session:
        listing = read_listing(session, attendant(), wanted_tab(), house(session), ports.now())
    return live_response({"list": list_region(listing)})


def read_listing(session: Session, who: Attendant, tab: str, place: House, now: datetime) -> Listing:
    """What `who` may see of one tab, the most urgent first, at most LIMIT rows."""
    conditions = _conditions(who, now)
    counts = session.execute(
        select(*(func.count().filter(condition).label(name) for name, condition in conditions.items()))
        .select_from(Conversation)
        .where(visible_to(who), _recent(now))
    ).one()
    found = session.execute(_rows(who, conditions[tab], tab, now).limit(LIMIT + 1)).all()
    standings = colours(session, [row.Conversation.id for row in found[:LIMIT]], now)
    rows = [_row(row, standings.get(row.Conversation.id), place, now) for row in found[:LIMIT]]
    alarms = (gravest(session), understands_less(session, now)) if who.supervises else (own_promise(session, who.id),)
    alarm = " ".join(filter(None, alarms))
    return Listing(tab, rows, dict(counts._mapping), more=len(found) > LIMIT, alarm=alarm)


def _recent(now: datetime) -> ColumnElement[bool]:
    return or_(Conversation.handler != "closed", Conversation.closed_at > now - timedelta(days=ALERT_DAYS))


def _conditions(who: Attendant, now: datetime) -> dict[str, ColumnElement[bool]]:
    return {
        "waiting": Conversation.handler == "queue",
        "mine": and_(Conversation.handler == "agent", Conversation.agent_id == who.id),
        "open": Conversation.handler != "closed",
        "alert": and_(_recent(now), or_(Conversation.needs_person.is_not(None), undelivered(), neglected(now))),
    }


def _last_message() -> LateralFromClause:
    """The newest thing that was said in a conversation."""
    return (
        select(Message.text, Message.kind, Message.direction, Message.author, Message.received_at, Message.revoked_at)
        .where(Message.conversation_id == Conversation.id, Message.direction.in_(("in", "out")))
        .order_by(Message.id.desc())
        .limit(1)
        .lateral("last")
    )


def _rows(who: Attendant, condition: ColumnElement[bool], tab: str, now: datetime) -> Select[Any]:
    last = _last_message()
    unanswered = (
        select(func.min(Message.received_at))
        .where(Message.conversation_id == Conversation.id, Message.direction == "in", Message.handled_at.is_(None))
        .scalar_subquery()
        .label("unanswered")
    )
    urgent = func.coalesce(Conversation.waiting_since, unanswered)
    order = (
        (last.c.received_at.desc().nulls_last(), Conversation.id)
        if tab in ("open", "alert")
        else (urgent.asc().nulls_last(), last.c.received_at.desc().nulls_last(), Conversation.id)
    )
    return (
        select(
            Conversation,
            Contact.profile_name,
            Customer.name.label("customer"),
            Agent.name.label("agent"),
            last.c.text,
            last.c.kind,
            last.c.direction,
            last.c.received_at,
            last.c.revoked_at,
            unanswered,
            undelivered().label("undelivered"),
            neglected(now).label("neglected"),
        )
        .join(Contact, Contact.id == Conversation.contact_id)
        .outerjoin(Customer, Customer.ref == Contact.customer_ref)
        .outerjoin(Agent, Agent.id == Conversation.agent_id)
        .outerjoin(last, true())
        .where(condition, visible_to(who))
        .order_by(*order)
    )


def _row(found: Any, sla: Standing | None, place: House, now: datetime) -> Row:
    conversation: Conversation = found.Conversation
    since = _waits_since(conversation, found.unanswered)
    return Row(
        id=conversation.id,
        name=found.customer or found.profile_name or "Contato sem nome",
        protocol=conversation.protocol,
        place=_place(conversation, found.agent),
        reason=conversation.handed_off_for or "",
        preview=_preview(found),
        at=moment(found.received_at or conversation.opened_at, now, place.zone),
        waiting=waited(since, now) if since else "",
        late=since is not None and now - since > timedelta(minutes=10),
        alert=_alert(found),
        sla=sla,
    )


def _alert(found: Any) -> str:
    conversation: Conversation = found.Conversation
    if conversation.needs_person:
        return conversation.needs_person
    if found.neglected:
        return "mensagem sem resposta"
    return "mensagem não entregue" if found.undelivered else ""


def _waits_since(conversation: Conversation, unanswered: datetime | None) -> datetime | None:
    if conversation.handler == "queue":
        return conversation.waiting_since or unanswered
    return unanswered if conversation.handler == "agent" else None


def _place(conversation: Conversation, agent: str | None) -> str:
    if conversation.handler == "agent":
        return f"{conversation.queue} · {agent}"
    if conversation.handler == "queue":
        return str(conversation.queue)
    return HANDLER[conversation.handler]


def _preview(found: Any) -> str:
    if found.kind is None:
        return ""
    if found.revoked_at is not None:
        return "Mensagem apagada"
    text = found.text or KINDS.get(found.kind, "")
    if found.text and found.kind not in TEXT_KINDS:
        text = f"{KINDS.get(found.kind, 'Arquivo')}: {found.text}"
    line = " ".join(text.split())[:140]
    return without_documents(line) if found.direction == "in" else f"↩ {line}"
