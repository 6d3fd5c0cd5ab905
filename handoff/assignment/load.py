"""How much a person has, in the weights of the queues, and whether there is room for one more."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from handoff.assignment.owning import awake
from handoff.queues import organogram
from models.agent import Agent
from models.conversation import Conversation


@dataclass(frozen=True)
class Load:
    """What somebody has of what they may have. With a capacity of 0 nothing is pushed to them, and they pull freely."""

    weight: int
    capacity: int

    def fits(self, weight: int) -> bool:
        """Whether somebody may take one more of that weight by their own hand."""
        return self.capacity == 0 or self.weight + weight <= self.capacity


def counts_now(now: datetime) -> ColumnElement[bool]:
    """Whether a conversation counts in its owner's load: open, and not put off until later."""
    return (Conversation.handler == "agent") & awake(now)


def weights_of(session: Session, agent_ids: Collection[int], now: datetime) -> dict[int, int]:
    """The load of each of the agents; every id has one."""
    plan = organogram(session)
    rows = session.execute(
        select(Conversation.agent_id, Conversation.queue, func.count())
        .where(counts_now(now), Conversation.agent_id.in_(agent_ids))
        .group_by(Conversation.agent_id, Conversation.queue)
    )
    found = dict.fromkeys(agent_ids, 0)
    for agent_id, queue, count in rows:
        found[agent_id or 0] += count * plan.queue(queue).weight
    return found


def held_load(session: Session, agent_id: int, now: datetime) -> Load:
    """An agent's load, which nobody else makes larger until this transaction ends.

    Their row is locked: take it before the row of a conversation, as everybody does who needs both.
    """
    capacity = session.scalars(select(Agent.capacity).where(Agent.id == agent_id).with_for_update(key_share=True)).one()
    return Load(weights_of(session, [agent_id], now)[agent_id], capacity)
