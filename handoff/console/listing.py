"""The rows of the list: what is read for them, and what is the same for all who may see the same."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff.access import Attendant
from handoff.console.life import sleep_line
from handoff.console.list_statements import LIMIT, count_statement, row_statement
from handoff.console.ports import House
from handoff.console.wanted import Wanted
from handoff.console.wording import KINDS, TEXT_KINDS, moment, waited, without_documents
from handoff.queues import DEFAULT_QUEUE
from handoff.sla.standing import Standing, colours
from models.contact import Contact
from models.conversation import Conversation
from models.customer import Customer
from models.reading_mark import ReadingMark

HANDLER = {"bot": "atendimento automático", "queue": "esperando", "closed": "encerrada"}


@dataclass(frozen=True)
class Row:
    """A conversation in the list. `waiting` is how long somebody waits for a person, empty when nobody does; `sla` the
    most urgent promise, where there is one; `news` the ids of the customer's newest messages, the newest first."""

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
    tags: tuple[str, ...]
    news: tuple[int, ...]


@dataclass(frozen=True)
class Rows:
    """The most urgent of a list, and whether there are more. `drawn` keeps what was made of them, for all who see the
    same."""

    rows: tuple[Row, ...]
    more: bool
    drawn: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)


class Held(NamedTuple):
    """A conversation that a person has, and when its customer last wrote."""

    conversation_id: int
    agent_id: int
    queue: str
    name: str
    last_inbound_at: datetime | None
    snoozed: bool = False


Marks = Mapping[int, Mapping[int, int]]
"""By agent and conversation: up to which message they have read."""


def read_rows(session: Session, who: Attendant, asked: Wanted, place: House, now: datetime) -> Rows:
    """What `who` may see of a list, the most urgent first, at most LIMIT rows."""
    found = session.execute(row_statement(who.sight, asked), {"now": now, "viewer": who.id}).all()
    standings = colours(session, [row.id for row in found[:LIMIT]], now)
    shown = tuple(_row(row, standings.get(row.id), place, now) for row in found[:LIMIT])
    return Rows(shown, more=len(found) > LIMIT)


def read_counts(session: Session, who: Attendant, now: datetime) -> dict[str, int]:
    """How many stand in each tab but their own, by its name."""
    return dict(session.execute(count_statement(who.sight), {"now": now, "viewer": who.id}).one()._mapping)


def read_held(session: Session) -> dict[int, tuple[Held, ...]]:
    """Everything that any person has now, by the agent's id."""
    rows = session.execute(
        select(
            Conversation.id,
            func.coalesce(Conversation.agent_id, 0),
            func.coalesce(Conversation.queue, DEFAULT_QUEUE),
            func.coalesce(Customer.name, Contact.profile_name),
            Conversation.last_inbound_at,
            Conversation.snoozed_until.is_not(None),
        )
        .join(Contact, Contact.id == Conversation.contact_id)
        .outerjoin(Customer, Customer.ref == Contact.customer_ref)
        .where(Conversation.handler == "agent")
        .order_by(Conversation.id)
    )
    held: dict[int, tuple[Held, ...]] = {}
    for row in rows:
        held[row[1]] = (*held.get(row[1], ()), Held(*row))
    return held


def read_marks(session: Session, rows: Rows) -> Marks:
    """How far anybody has read these conversations."""
    marks: dict[int, dict[int, int]] = {}
    ids = [row.id for row in rows.rows]
    for mark in session.scalars(select(ReadingMark).where(ReadingMark.conversation_id.in_(ids))):
        marks.setdefault(mark.agent_id, {})[mark.conversation_id] = mark.message_id
    return marks


def _row(found: Any, sla: Standing | None, place: House, now: datetime) -> Row:
    since = _waits_since(found)
    return Row(
        id=found.id,
        name=found.customer or found.profile_name or "Contato sem nome",
        protocol=found.protocol,
        place=_place(found),
        reason=sleep_line(found.snoozed_until, found.snooze_reason, place, now) or found.handed_off_for or "",
        preview=_preview(found),
        at=moment(found.received_at or found.opened_at, now, place.zone),
        waiting=waited(since, now) if since else "",
        late=since is not None and now - since > timedelta(minutes=10),
        alert=_alert(found),
        sla=sla,
        tags=tuple(found.tags),
        news=tuple(found.news or ()),
    )


def _alert(found: Any) -> str:
    if found.needs_person:
        return without_documents(found.needs_person)
    if found.neglected:
        return "mensagem sem resposta"
    return "mensagem não entregue" if found.undelivered else ""


def _waits_since(found: Any) -> datetime | None:
    unanswered: datetime | None = found.unanswered
    if found.handler == "queue" and found.snoozed_until is None:
        return found.waiting_since or unanswered
    return unanswered if found.handler == "agent" else None


def _place(found: Any) -> str:
    if found.handler == "agent":
        return f"{found.queue} · {found.agent}"
    if found.handler == "queue":
        return str(found.queue)
    return HANDLER[found.handler]


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
