"""Which list the address asks for: the tab, and what it is narrowed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import request
from sqlalchemy import ColumnElement, Integer, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from handoff.access import Attendant, visible_to
from handoff.console.alerts import NOW, neglected, undelivered
from handoff.console.ports import row_id
from handoff.queues import organogram
from models.agent import Agent
from models.conversation import Conversation
from models.message import Message
from models.reading_mark import ReadingMark
from models.sla import SlaClock

TABS = {"waiting": "Esperando", "mine": "Minhas", "open": "Abertas", "snoozed": "Adiadas", "alert": "Com alerta"}
ALERT_DAYS = 7
VIEWER: ColumnElement[int] = bindparam("viewer", type_=Integer())
"""Whose list it is, in statements that are made once for all who may see the same."""
NAMES = ("tab", "fila", "pessoa", "etiqueta", "novas", "atraso")
"""What the fields of Wanted are called in an address, in their order."""


@dataclass(frozen=True)
class Wanted:
    """A tab, narrowed to a queue, an agent's id, a tag, to what was not read, and to what is late; empty: not so."""

    tab: str = "waiting"
    queue: str = ""
    agent: int = 0
    tag: str = ""
    unread: bool = False
    late: bool = False

    @property
    def narrowed(self) -> bool:
        """Whether the list shows less than its tab."""
        return self != Wanted(self.tab)

    @property
    def personal(self) -> bool:
        """Whether two people who may see the same would not be shown the same."""
        return self.tab == "mine" or self.unread

    @property
    def settled(self) -> bool:
        """Whether a message alone, or time, brings no conversation into the list that was not in it."""
        return self.tab in ("waiting", "mine", "snoozed") and not self.unread and not self.late

    def address(self, **changed: str) -> dict[str, str]:
        """The same for an address, for `url_for`."""
        unread, late = ("1" if narrowed else "" for narrowed in (self.unread, self.late))
        told = (self.tab, self.queue, str(self.agent or ""), self.tag, unread, late)
        values = dict(zip(NAMES, told, strict=True))
        return {name: value for name, value in (values | changed).items() if value}

    def everything(self) -> Wanted:
        """The tab, not narrowed."""
        return Wanted(self.tab)


def wanted() -> Wanted:
    """What this request asks for; who waits, otherwise."""
    tab, queue, agent, tag, unread, late = (request.args.get(name, "")[:80].replace("\x00", "") for name in NAMES)
    return Wanted(tab if tab in TABS else "waiting", queue, row_id(agent), tag, unread == "1", late == "1")


def recent() -> ColumnElement[bool]:
    """Open, or closed so lately that an alert of it still matters."""
    return or_(Conversation.handler != "closed", Conversation.closed_at > NOW - timedelta(days=ALERT_DAYS))


def tab_conditions() -> dict[str, ColumnElement[bool]]:
    """What stands in the tabs that are the same for all who may see it."""
    awake = Conversation.snoozed_until.is_(None)
    return {
        "waiting": and_(Conversation.handler == "queue", awake),
        "open": Conversation.handler != "closed",
        "snoozed": and_(Conversation.handler != "closed", ~awake),
        "alert": and_(recent(), or_(Conversation.needs_person.is_not(None), undelivered(), neglected())),
    }


def held_by_viewer() -> ColumnElement[bool]:
    """What stands in the tab of their own."""
    return and_(Conversation.handler == "agent", Conversation.agent_id == VIEWER, Conversation.snoozed_until.is_(None))


def narrowed_to(asked: Wanted) -> ColumnElement[bool]:
    """The condition of tab and filters together."""
    parts = [held_by_viewer() if asked.tab == "mine" else tab_conditions()[asked.tab]]
    if asked.queue:
        parts.append(Conversation.queue == asked.queue)
    if asked.agent:
        parts.append(Conversation.agent_id == asked.agent)
    if asked.tag:
        parts.append(Conversation.tags.any_() == asked.tag)
    if asked.unread:
        parts.append(_has_news())
    if asked.late:
        parts.append(
            exists().where(
                SlaClock.conversation_id == Conversation.id, SlaClock.stopped_at.is_(None), SlaClock.due_at < NOW
            )
        )
    return and_(*parts)


def _has_news() -> ColumnElement[bool]:
    read = (
        select(ReadingMark.message_id)
        .where(ReadingMark.agent_id == VIEWER, ReadingMark.conversation_id == Conversation.id)
        .correlate(Conversation)
        .scalar_subquery()
    )
    return exists().where(
        Message.conversation_id == Conversation.id, Message.direction == "in", Message.id > func.coalesce(read, 0)
    )


@dataclass(frozen=True)
class Choices:
    """What a list can be narrowed to: names of queues, (id, name) of people, and tags."""

    queues: tuple[str, ...]
    people: tuple[tuple[int, str], ...]
    tags: tuple[str, ...]


def choices(session: Session, who: Attendant) -> Choices:
    """The provider's queues, the people who share one with them (all, for who supervises), and the tags of what is
    open and theirs to see."""
    colleagues = select(Agent.id, Agent.name).where(Agent.active, Agent.role != "technician").order_by(Agent.name)
    if not who.supervises:
        colleagues = colleagues.where(Agent.queues.overlap(sorted(who.queues)))
    people = session.execute(colleagues).all()
    tag = func.unnest(Conversation.tags).label("tag")
    tags = session.scalars(
        select(tag).where(Conversation.handler != "closed", visible_to(who)).distinct().order_by(tag)
    )
    return Choices(
        tuple(queue.name for queue in organogram(session).queues),
        tuple((row.id, row.name) for row in people),
        tuple(tags),
    )
