"""How long it will take until a person comes: from how fast people took conversations lately. Honest, or silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor, sqrt

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from handoff.assignment.presence import is_there
from handoff.assignment.terms import desk_terms
from models.agent import Agent
from models.conversation_span import ConversationSpan
from models.presence import Presence, PresenceSpan

LATELY = timedelta(hours=3)
WEEKS = 4
AROUND = timedelta(minutes=90)
"""Measured over the last hours, and around the same hour of the same weekday in the weeks before."""

FEWEST_TAKEN = 5
LEAST_SPREAD = 0.3
LONGEST_MINUTES = 240
STEPS = ((10, 1), (60, 5), (LONGEST_MINUTES, 15))
"""Below so many minutes, limits are told in steps of so many."""


@dataclass(frozen=True)
class Pace:
    """How a queue is worked on: `taken` conversations in `person_minutes` of people who were there, and how many of
    them are there now."""

    taken: int
    person_minutes: float
    people: int


@dataclass(frozen=True)
class Minutes:
    """A waiting time as it is told: from `low` to `high` minutes."""

    low: int
    high: int


def waiting_time(place: int, pace: Pace) -> Minutes | None:
    """The time until the one at `place` (from 1) is taken; None where it cannot be told: nobody is there, too little
    was measured, or it is so long that a number would be a guess."""
    if not pace.people or pace.taken < FEWEST_TAKEN or pace.person_minutes <= 0:
        return None
    expected = place * pace.person_minutes / pace.taken / pace.people
    # What was measured few times may well be otherwise: the less there is, the wider the range.
    spread = max(LEAST_SPREAD, 1 / sqrt(pace.taken))
    low, high = expected * (1 - spread), expected * (1 + spread)
    if high > LONGEST_MINUTES:
        return None
    step = next(step for below, step in STEPS if high <= below)
    lowest = max(1, floor(low / step) * step)
    return Minutes(lowest, max(lowest + step, ceil(high / step) * step))


def pace_of(session: Session, queue: str, now: datetime) -> Pace:
    """The pace of a queue as it was measured, and who is there now."""
    windows = [(now - LATELY, now)]
    windows += [(at - AROUND, at + AROUND) for at in (now - timedelta(weeks=week) for week in range(1, WEEKS + 1))]
    return Pace(
        taken=_taken(session, queue, windows),
        person_minutes=sum(_person_minutes(session, queue, since, until) for since, until in windows),
        people=_people(session, queue, now),
    )


def _taken(session: Session, queue: str, windows: list[tuple[datetime, datetime]]) -> int:
    """How many conversations that waited in the queue a person took then."""
    had, waited = ConversationSpan, aliased(ConversationSpan)
    # The span before it ended in the moment in which this one began, as the database's clock tells moments.
    from_queue = exists().where(
        waited.conversation_id == had.conversation_id,
        waited.handler == "queue",
        waited.queue == queue,
        waited.ended_at.between(had.started_at - timedelta(seconds=1), had.started_at),
    )
    then = or_(*(had.started_at.between(since, until) for since, until in windows))
    return session.scalar(select(func.count()).where(had.handler == "agent", then, from_queue)) or 0


def _person_minutes(session: Session, queue: str, since: datetime, until: datetime) -> float:
    begins = func.greatest(PresenceSpan.started_at, since)
    ends = func.least(func.coalesce(PresenceSpan.ended_at, until), until)
    seconds = session.scalar(
        select(func.coalesce(func.sum(func.extract("epoch", ends - begins)), 0))
        .join(Agent, Agent.id == PresenceSpan.agent_id)
        .where(
            and_(PresenceSpan.state == "online", works_in(queue)),
            PresenceSpan.started_at < until,
            func.coalesce(PresenceSpan.ended_at, until) > since,
        )
    )
    return float(seconds or 0) / 60


def _people(session: Session, queue: str, now: datetime) -> int:
    there = select(func.count()).select_from(Presence).join(Agent, Agent.id == Presence.agent_id)
    return session.scalar(there.where(is_there(now, desk_terms(session)), Agent.active, works_in(queue))) or 0


def works_in(queue: str) -> ColumnElement[bool]:
    """Whether an agent takes conversations of that queue, as a condition on Agent."""
    return Agent.queues.contains([queue])
