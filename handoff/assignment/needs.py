"""What waits in queues that are pushed, and who is there to get it: the rows that a round is decided from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.access import attendant_of
from handoff.assignment.load import weights_of
from handoff.assignment.match import Person, Waiting
from handoff.assignment.owning import awake
from handoff.assignment.presence import is_there
from handoff.assignment.shifts import in_shift
from handoff.assignment.terms import DeskTerms
from handoff.queues import Queue
from handoff.routing.order import waiting_order
from handoff.routing.overflowed import overflowed_from
from handoff.routing.terms import routing_terms
from models.agent import Agent
from models.contract import Contract
from models.conversation import Conversation
from models.presence import Presence

A_ROUND = 500
"""How many of those who wait are looked at in one round: more than everybody together gets at once."""


def those_there(session: Session, now: datetime, terms: DeskTerms) -> list[Person]:
    """Everybody who may be given something, whoever waits longest for it first.

    Their rows are locked until the transaction ends: meanwhile nobody of them leaves, and nobody takes more.
    """
    rows = session.execute(
        select(Agent, Presence.assigned_at)
        .join(Presence, Presence.agent_id == Agent.id)
        .where(Agent.active, Agent.capacity > 0, is_there(now, terms))
        .order_by(Agent.id)
        .with_for_update(of=(Agent, Presence), key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    open_shifts = {shift: in_shift(session, shift, now) for shift in {row.Agent.shift for row in rows}}
    # A role may have lost its conversations while the console still gives signs.
    there = [row for row in rows if open_shifts[row.Agent.shift] and attendant_of(row.Agent).uses_console]
    weights = weights_of(session, [row.Agent.id for row in there], now)
    turns = sorted(there, key=lambda row: (row.assigned_at is not None, row.assigned_at, row.Agent.id))
    return [_person(row.Agent, weights) for row in turns]


def those_waiting(session: Session, queues: Mapping[str, Queue], now: datetime) -> list[Waiting]:
    """What waits in those queues, the next one first; what is put off until later is left out."""
    rows = session.execute(
        select(
            Conversation.id,
            Conversation.queue,
            Conversation.waiting_since,
            Conversation.opened_at,
            Conversation.last_agent_id,
            Conversation.told,
            Contract.area,
            Contract.address,
        )
        .outerjoin(Contract, Contract.ref == Conversation.contract_ref)
        .where(Conversation.handler == "queue", Conversation.queue.in_(queues), awake(now))
        .order_by(*waiting_order(now))
        .limit(A_ROUND)
    )
    spoken = _spoken(session)
    return [_waiting(row, queues[row.queue], spoken) for row in rows]


def _spoken(session: Session) -> dict[str, str]:
    """The language that people of a queue need where the provider routes one of its own there."""
    pairs = (pair.partition("=") for pair in routing_terms(session).languages)
    return {queue.strip(): language.strip() for language, _, queue in pairs}


def _person(agent: Agent, weights: Mapping[int, int]) -> Person:
    return Person(
        id=agent.id,
        name=agent.name,
        queues=frozenset(agent.queues),
        room=agent.capacity - weights[agent.id],
        skills=frozenset(agent.skills),
        languages=frozenset(agent.languages),
        territories=tuple(agent.territories),
    )


def _waiting(row: Any, queue: Queue, spoken: Mapping[str, str]) -> Waiting:
    return Waiting(
        id=row.id,
        queues=frozenset({queue.name, *overflowed_from(row)}),
        weight=queue.weight,
        since=row.waiting_since or row.opened_at,
        skills=frozenset(queue.skills),
        language=spoken.get(queue.name, ""),
        place=" ".join(filter(None, (row.area, row.address))),
        last=row.last_agent_id,
    )
