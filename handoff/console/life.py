"""The life of a conversation as its page shows it: the way up, its sleep, what is sent later, and who was merged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.dates import format_when
from handoff.access import Attendant
from handoff.console.network.moments import as_typed
from handoff.console.offers import Offer
from handoff.console.ports import House
from handoff.console.wording import moment
from handoff.life.escalation import Step, queue_below, step_up
from handoff.life.scheduled import read_scheduled
from handoff.permits import may
from handoff.queues import organogram
from handoff.reply import speaks
from models.agent import name_of
from models.contact_merge import ContactMerge
from models.conversation import Conversation
from models.message import Message

WAKES = {
    "hour": "Em 1 hora",
    "three": "Em 3 horas",
    "tomorrow": "Amanhã às 9h",
    "monday": "Segunda-feira às 9h",
}
"""The quick choices of a snooze; handoff.console.life_acts says when each of them is."""


@dataclass(frozen=True)
class Handed:
    """One step between queues: what was said and known."""

    title: str
    note: str
    known: tuple[str, ...]


@dataclass(frozen=True)
class Later:
    """A message that waits for its moment. `typed` is that moment as the form's field wants it."""

    id: int
    when: str
    typed: str
    text: str
    template: str
    author: str
    only_if_silent: bool


@dataclass(frozen=True)
class Merged:
    """A merge of this contact that can be undone."""

    id: int
    text: str


@dataclass(frozen=True)
class Life:
    """What the bar and the card need. `step` is the level above, `below` the one below; `sleeps_until` is empty while
    it is awake. `mute`: its queue does not talk to customers. `usable` are the templates that need nothing typed."""

    step: Step | None
    below: str
    sleeps_until: str
    sleeps_for: str
    later: tuple[Later, ...]
    usable: tuple[tuple[str, str], ...]
    reminds: bool
    mute: bool
    handed: tuple[Handed, ...]
    may_merge: bool
    merges: tuple[Merged, ...]


def read_life(
    session: Session,
    conversation: Conversation,
    who: Attendant,
    offers: list[Offer],
    place: House,
    now: datetime,
) -> Life:
    """The conversation's life, with what `who` may do about it."""
    mine = conversation.handler == "agent" and conversation.agent_id == who.id
    until = conversation.snoozed_until
    return Life(
        step=step_up(session, conversation, now) if mine else None,
        below=queue_below(organogram(session), conversation.queue) if mine else "",
        sleeps_until=format_when(until, now, place.zone) if until else "",
        sleeps_for=conversation.snooze_reason,
        later=_later(session, conversation, place, now),
        usable=tuple((offer.purpose, offer.title) for offer in offers if all(blank.value for blank in offer.blanks)),
        reminds=conversation.reminds,
        mute=not speaks(session, conversation),
        handed=_handed(session, conversation, place, now),
        may_merge=may(who, "contact.merge"),
        merges=_merges(session, conversation, place, now) if may(who, "contact.merge") else (),
    )


def sleep_line(until: datetime | None, reason: str, place: House, now: datetime) -> str:
    """What the list says of a conversation that was put off until then; empty of one that is awake."""
    return f"adiada: volta {format_when(until, now, place.zone)} ({reason})" if until else ""


def _later(session: Session, conversation: Conversation, place: House, now: datetime) -> tuple[Later, ...]:
    return tuple(
        Later(
            id=row.id,
            when=format_when(row.send_at, now, place.zone),
            typed=as_typed(row.send_at, place.zone),
            text=row.text,
            template=row.template,
            author=author,
            only_if_silent=row.only_if_silent,
        )
        for row, author in read_scheduled(session, conversation.id)
    )


def _handed(session: Session, conversation: Conversation, place: House, now: datetime) -> tuple[Handed, ...]:
    rows = session.execute(
        select(Message.author, Message.payload, Message.received_at)
        .where(Message.conversation_id == conversation.id, Message.direction == "event", Message.kind == "transferred")
        .order_by(Message.id)
    )
    return tuple(
        Handed(
            title=f"{row.payload.get('from_queue') or 'atendimento'} → {row.payload.get('to_queue')}: "
            f"{_who(session, row.author)}, {moment(row.received_at, now, place.zone)}",
            note=str(row.payload.get("note") or ""),
            known=tuple(str(line) for line in row.payload.get("known") or ()),
        )
        for row in rows
    )


def _who(session: Session, author: str) -> str:
    kind, _, login = author.partition(":")
    return name_of(session, login) if kind == "agent" else "pelo prazo"


def _merges(session: Session, conversation: Conversation, place: House, now: datetime) -> tuple[Merged, ...]:
    rows = session.scalars(
        select(ContactMerge)
        .where(
            or_(
                ContactMerge.kept_id == conversation.contact_id,
                ContactMerge.gone_id == conversation.contact_id,
            ),
            ContactMerge.undone_at.is_(None),
        )
        .order_by(ContactMerge.id.desc())
    )
    return tuple(
        Merged(row.id, f"{name_of(session, row.by)}, {moment(row.at, now, place.zone)}: {row.reason}") for row in rows
    )
