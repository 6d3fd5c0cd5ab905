"""What the board shows, read from rows: queues with their waits, and people with what they have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.dates import local_date
from handoff.access import Attendant, attendant_of, visible_to
from handoff.assignment.presence import is_there
from handoff.assignment.terms import desk_terms
from handoff.console.wording import moment, waited
from handoff.queues import organogram
from handoff.sla.standing import Standing, colours
from models.agent import Agent
from models.contact import Contact
from models.conversation import Conversation
from models.presence import Presence

LONGEST_WAITS = 12
ELSEWHERE = "Conversa de outra fila"
"""Instead of the name, for somebody who may not open the conversation."""
STATES = {"online": "Disponível", "paused": "Em pausa", "offline": "Fora"}


@dataclass(frozen=True)
class QueueLine:
    """A queue now. `late` are its open conversations with a broken promise, `answered` those that people had today."""

    name: str
    waiting: int
    oldest: str
    late: int
    there: int
    served: int
    answered: int


@dataclass(frozen=True)
class Held:
    """A conversation on the board: whose, in which queue, since when, and how its promises stand."""

    id: int
    name: str
    queue: str
    since: str
    standing: Standing | None


@dataclass(frozen=True)
class PersonLine:
    """A person now: state in words and since when, load of their capacity, what they have, and their last answer."""

    login: str
    name: str
    state: str
    state_text: str
    since: str
    load: int
    capacity: int
    queues: str
    held: tuple[Held, ...]
    last_answer: str


_LATE = text(
    "SELECT coalesce(c.queue, 'N1'), count(DISTINCT c.id) FROM sla_clock k JOIN conversation c ON c.id ="
    " k.conversation_id WHERE k.stopped_at IS NULL AND k.due_at < :now AND c.handler IN ('queue', 'agent') GROUP BY 1"
)
_ANSWERED = text(
    "SELECT queue, count(DISTINCT conversation_id) FROM conversation_span WHERE started_at >= :today"
    " AND started_at <= :now AND handler = 'agent' GROUP BY queue"
)
# Only in what they have now: what is over is in the reports.
_LAST = text(
    "SELECT a.id, max(m.received_at) FROM agent a JOIN conversation c ON c.agent_id = a.id AND c.handler = 'agent'"
    " JOIN message m ON m.conversation_id = c.id AND m.direction = 'out' AND m.author = 'agent:' || a.login"
    " GROUP BY a.id"
)


def read_queues(session: Session, now: datetime, zone: str) -> list[QueueLine]:
    """The queues in the provider's order; one that was closed while something is in it, too."""
    plan = organogram(session)
    waiting = {
        row.queue: row
        for row in session.execute(
            select(
                Conversation.queue, func.count().label("number"), func.min(Conversation.waiting_since).label("oldest")
            )
            .where(Conversation.handler == "queue")
            .group_by(Conversation.queue)
        )
    }
    served = _counts(session, select(Conversation.queue, func.count()).where(Conversation.handler == "agent"))
    late = {row[0]: row[1] for row in session.execute(_LATE, {"now": now})}
    today = datetime.combine(local_date(now, zone), time(), ZoneInfo(zone))
    answered = {row[0]: row[1] for row in session.execute(_ANSWERED, {"today": today, "now": now})}
    there = _there(session, now)
    names = [queue.name for queue in plan.queues]
    names += [queue.name for queue in plan.closed if queue.name in waiting or queue.name in served]
    return [
        QueueLine(
            name=name,
            waiting=waiting[name].number if name in waiting else 0,
            oldest=waited(waiting[name].oldest, now) if name in waiting and waiting[name].oldest else "",
            late=late.get(name, 0),
            there=there.get(name, 0),
            served=served.get(name, 0),
            answered=answered.get(name, 0),
        )
        for name in names
    ]


def read_people(session: Session, who: Attendant, now: datetime, zone: str) -> list[PersonLine]:
    """Everybody who uses the console, those who are there first, for `who` looks at it."""
    rows = session.execute(
        select(Agent, Presence, is_there(now, desk_terms(session)).label("there"))
        .outerjoin(Presence, Presence.agent_id == Agent.id)
        .where(Agent.active)
    ).all()
    held = _held(session, who, now)
    last = {row[0]: row[1] for row in session.execute(_LAST)}
    weights = {queue.name: queue.weight for queue in organogram(session).queues}
    people = [
        _person(row.Agent, row.Presence, bool(row.there), held[row.Agent.id], last, weights, now, zone)
        for row in rows
        if attendant_of(row.Agent).uses_console
    ]
    ranks = tuple(STATES)
    return sorted(people, key=lambda one: (ranks.index(one.state), -len(one.held), one.name))


def read_waiting(session: Session, who: Attendant, now: datetime) -> list[Held]:
    """Those who wait longest, of all queues, for `who` looks at it."""
    rows = session.execute(
        _conversations(who)
        .where(Conversation.handler == "queue")
        .order_by(Conversation.waiting_since)
        .limit(LONGEST_WAITS)
    ).all()
    standing = colours(session, [row.id for row in rows], now)
    return [_one(row, standing, now) for row in rows]


def _person(
    agent: Agent,
    presence: Presence | None,
    there: bool,
    held: list[Held],
    last: Mapping[int, datetime],
    weights: Mapping[str, int],
    now: datetime,
    zone: str,
) -> PersonLine:
    gone = presence is None or (presence.state == "online" and not there)
    state = "offline" if presence is None or gone else presence.state
    reason = "sem sinal da tela" if presence is not None and gone else presence.reason if presence else ""
    return PersonLine(
        login=agent.login,
        name=agent.name,
        state=state,
        state_text=STATES[state] + (f": {reason}" if reason else ""),
        since=waited(presence.since, now).replace("agora", "menos de 1 min") if presence else "",
        load=sum(weights.get(one.queue, 1) for one in held),
        capacity=agent.capacity,
        queues=", ".join(agent.queues),
        held=tuple(held),
        last_answer=moment(last[agent.id], now, zone) if agent.id in last else "",
    )


def _held(session: Session, who: Attendant, now: datetime) -> dict[int, list[Held]]:
    rows = session.execute(
        _conversations(who).where(Conversation.handler == "agent").order_by(Conversation.opened_at, Conversation.id)
    ).all()
    standing = colours(session, [row.id for row in rows], now)
    found: dict[int, list[Held]] = defaultdict(list)
    for row in rows:
        found[row.agent_id].append(_one(row, standing, now))
    return found


def _conversations(who: Attendant) -> Any:
    return select(
        Conversation.id,
        Conversation.queue,
        Conversation.agent_id,
        func.coalesce(Conversation.waiting_since, Conversation.opened_at).label("since"),
        Contact.profile_name,
        visible_to(who).label("shown"),
    ).join(Contact, Contact.id == Conversation.contact_id)


def _one(row: Any, standing: Mapping[int, Standing], now: datetime) -> Held:
    name = (row.profile_name or "Contato sem nome") if row.shown else ELSEWHERE
    return Held(row.id, name, row.queue or "", waited(row.since, now), standing.get(row.id))


def _counts(session: Session, wanted: Any) -> dict[str, int]:
    return {row[0]: row[1] for row in session.execute(wanted.group_by(Conversation.queue))}


def _there(session: Session, now: datetime) -> dict[str, int]:
    """People who are there, by queue."""
    queue = func.unnest(Agent.queues).label("queue")
    rows = session.execute(
        select(queue, func.count())
        .join(Presence, Presence.agent_id == Agent.id)
        .where(Agent.active, is_there(now, desk_terms(session)))
        .group_by(queue)
    )
    return {row[0]: row[1] for row in rows}
