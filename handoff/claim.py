"""Taking a conversation: of two people who click at once, one gets it and the other is told who."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from handoff import audit
from handoff.access import Attendant
from handoff.assignment.load import Load, held_load
from handoff.assignment.owning import awake, own
from handoff.assignment.ring import ring
from handoff.events import add_event
from handoff.outcome import AlreadyTaken, Denied, Gone, Taken
from handoff.queues import organogram
from handoff.routing.order import waiting_order
from handoff.routing.overflowed import has_overflowed_from
from models import utc_now
from models.agent import Agent
from models.conversation import Conversation


@dataclass(frozen=True)
class _Owner:
    id: int
    name: str


def take(
    session: Session, conversation_id: int, agent: Attendant, *, reason: str = "", now: datetime | None = None
) -> Taken | AlreadyTaken | Gone | Denied:
    """Makes `agent` the owner of a conversation that waits or that the bot has.

    May be called again by its owner. Denied when they have all they may have; a supervisor goes over that with a
    `reason`, which is logged. Whether the agent may see it is for the caller to check (handoff.access).
    """
    owner = _owner(session, conversation_id)
    if owner:
        return _as_outcome(owner, agent)
    moment = now or utc_now()
    full = _too_much(session, conversation_id, agent, moment)
    if full and not _overrides(agent, reason):
        return full
    free = Conversation.handler.in_(("bot", "queue"))
    if not own(session, agent.id, (Conversation.id == conversation_id) & free, moment):
        return _as_outcome(_owner(session, conversation_id), agent)
    text = f"{agent.name} assumiu a conversa" + _over(full, reason)
    _tell(session, conversation_id, agent, "taken", text)
    _record(session, conversation_id, agent, "taken", full)
    return Taken()


def take_over(
    session: Session, conversation_id: int, agent: Attendant, *, reason: str = "", now: datetime | None = None
) -> Taken | AlreadyTaken | Gone | Denied:
    """A supervisor takes a conversation away from whoever has it; for anybody else this is `take`. It is logged.

    Denied as in `take`.
    """
    owner = _owner(session, conversation_id)
    if not agent.supervises or owner is None or owner.id == agent.id:
        return take(session, conversation_id, agent, reason=reason, now=now)
    moment = now or utc_now()
    full = _too_much(session, conversation_id, agent, moment)
    if full and not _overrides(agent, reason):
        return full
    # Only from the owner that was seen: of two supervisors at once one wins, and the log names the right person.
    theirs = (Conversation.handler == "agent") & (Conversation.agent_id == owner.id)
    if not own(session, agent.id, (Conversation.id == conversation_id) & theirs, moment):
        return _as_outcome(_owner(session, conversation_id), agent)
    text = f"{agent.name} assumiu a conversa, que estava com {owner.name}" + _over(full, reason)
    _tell(session, conversation_id, agent, "taken_over", text)
    _record(session, conversation_id, agent, "taken_over", full, from_agent_id=owner.id)
    ring(session)
    return Taken()


def take_next(session: Session, agent: Attendant, *, now: datetime | None = None) -> int | Denied | None:
    """Gives `agent` the first that waits in their queues or overflowed from there, in the order of all. Its id.

    None when nothing waits there; Denied when they have all they may have. Two people at once get two conversations.
    """
    moment = now or utc_now()
    load = held_load(session, agent.id, moment)
    queues = sorted(agent.queues)
    theirs = or_(Conversation.queue.in_(queues), has_overflowed_from(queues))
    first = session.execute(
        select(Conversation.id, Conversation.queue)
        .where(Conversation.handler == "queue", theirs, awake(moment))
        .order_by(*waiting_order(moment))
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if first is None:
        return None
    if not load.fits(organogram(session).queue(first.queue).weight):
        return _full(load)
    taken = take(session, first.id, agent, now=moment)
    return first.id if isinstance(taken, Taken) else None


def _too_much(session: Session, conversation_id: int, agent: Attendant, now: datetime) -> Denied | None:
    """Why it would be more than they may have. Their load stays as it is until the transaction ends."""
    load = held_load(session, agent.id, now)
    queue = session.scalar(select(Conversation.queue).where(Conversation.id == conversation_id))
    return None if load.fits(organogram(session).queue(queue).weight) else _full(load)


def _full(load: Load) -> Denied:
    return Denied(
        f"Você já está com {load.weight} de {load.capacity} do seu limite de atendimentos. "
        "Encerre ou transfira um antes de assumir outro."
    )


def _overrides(agent: Attendant, reason: str) -> bool:
    return agent.supervises and bool(reason.strip())


def _over(full: Denied | None, reason: str) -> str:
    return f", acima do limite: {reason.strip()}" if full else ""


def _tell(session: Session, conversation_id: int, agent: Attendant, event: str, text: str) -> None:
    channel = session.scalars(select(Conversation.channel).where(Conversation.id == conversation_id)).one()
    add_event(session, conversation_id, channel, event, text, author=agent.author)


def _record(
    session: Session, conversation_id: int, agent: Attendant, event: str, full: Denied | None, **detail: int
) -> None:
    if full:
        detail["over_capacity"] = True
    audit.record(session, agent.login, f"conversation.{event}", f"conversation:{conversation_id}", **detail)


def _owner(session: Session, conversation_id: int) -> _Owner | None:
    row = session.execute(
        select(Agent.id, Agent.name)
        .join(Conversation, Conversation.agent_id == Agent.id)
        .where(Conversation.id == conversation_id, Conversation.handler == "agent")
    ).one_or_none()
    return _Owner(row.id, row.name) if row else None


def _as_outcome(owner: _Owner | None, agent: Attendant) -> Taken | AlreadyTaken | Gone:
    if owner is None:
        return Gone()
    return Taken() if owner.id == agent.id else AlreadyTaken(by=owner.name)
