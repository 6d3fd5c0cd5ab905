"""Who a conversation can be given to, as the transfer menu lists them: how they are there, and what they have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from handoff.access import Attendant, attendant_of
from handoff.assignment.load import weights_of
from handoff.assignment.presence import OFFLINE, ONLINE, PAUSED, is_there
from handoff.assignment.terms import desk_terms
from handoff.queues import DEFAULT_QUEUE
from models.agent import Agent
from models.conversation import Conversation
from models.presence import Presence

STATES = {ONLINE: "disponível", OFFLINE: "fora"}


@dataclass(frozen=True)
class Colleague:
    """A person in the list. `there`: may be given something without a reason, as far as their presence goes."""

    id: int
    name: str
    state: str
    load: str
    there: bool


def read_colleagues(
    session: Session, conversation: Conversation, who: Attendant, now: datetime
) -> tuple[Colleague, ...]:
    """Those of its queue (everybody, for a supervisor) but the owner; who is there and has least first."""
    queue = conversation.queue or DEFAULT_QUEUE
    wanted = select(
        Agent,
        case((is_there(now, desk_terms(session)), ONLINE), (Presence.state == PAUSED, PAUSED), else_=OFFLINE),
        func.coalesce(Presence.reason, ""),
    )
    wanted = wanted.outerjoin(Presence, Presence.agent_id == Agent.id).where(
        Agent.active,
        Agent.id != (conversation.agent_id or 0),
    )
    rows = [row for row in session.execute(wanted.order_by(Agent.name)).all() if _is_meant(row[0], queue, who)]
    weights = weights_of(session, [agent.id for agent, _, _ in rows], now)
    found = [
        (state != ONLINE, weights[agent.id], _colleague(agent, state, reason, weights[agent.id]))
        for agent, state, reason in rows
    ]
    return tuple(one for _, _, one in sorted(found, key=lambda row: row[:2]))


def _is_meant(agent: Agent, queue: str, who: Attendant) -> bool:
    they = attendant_of(agent)
    return they.uses_console and (who.supervises or they.supervises or queue in they.queues)


def _colleague(agent: Agent, state: str, reason: str, weight: int) -> Colleague:
    said = STATES.get(state) or f"em pausa: {reason}"
    load = f"{weight} de {agent.capacity}" if agent.capacity else f"{weight}, sem limite"
    return Colleague(agent.id, agent.name, said, load, state == ONLINE)
