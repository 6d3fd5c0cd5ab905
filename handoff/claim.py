"""Taking a conversation: of two people who click at once, one gets it and the other is told who."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from handoff import audit
from handoff.access import Attendant
from handoff.events import add_event
from handoff.outcome import AlreadyTaken, Gone, Taken
from handoff.queues import DEFAULT_QUEUE
from handoff.sla import clocks
from models import utc_now
from models.agent import Agent
from models.conversation import Conversation


@dataclass(frozen=True)
class _Owner:
    id: int
    name: str


def take(session: Session, conversation_id: int, agent: Attendant) -> Taken | AlreadyTaken | Gone:
    """Makes `agent` the owner of a conversation that waits or that the bot has.

    May be called again by its owner. Whether the agent may see it is for the caller to check (handoff.access).
    """
    if not _claim(session, conversation_id, agent, Conversation.handler.in_(("bot", "queue"))):
        return _as_outcome(_owner(session, conversation_id), agent)
    _tell(session, conversation_id, agent, "taken", f"{agent.name} assumiu a conversa")
    audit.record(session, agent.login, "conversation.taken", f"conversation:{conversation_id}")
    return Taken()


def take_over(session: Session, conversation_id: int, agent: Attendant) -> Taken | AlreadyTaken | Gone:
    """A supervisor takes a conversation away from whoever has it; for anybody else this is `take`. It is logged."""
    owner = _owner(session, conversation_id)
    if not agent.supervises or owner is None or owner.id == agent.id:
        return take(session, conversation_id, agent)
    # Only from the owner that was seen: of two supervisors at once one wins, and the log names the right person.
    theirs = (Conversation.handler == "agent") & (Conversation.agent_id == owner.id)
    if not _claim(session, conversation_id, agent, theirs):
        return _as_outcome(_owner(session, conversation_id), agent)
    _tell(
        session, conversation_id, agent, "taken_over", f"{agent.name} assumiu a conversa, que estava com {owner.name}"
    )
    subject = f"conversation:{conversation_id}"
    audit.record(session, agent.login, "conversation.taken_over", subject, from_agent_id=owner.id)
    return Taken()


def _claim(session: Session, conversation_id: int, agent: Attendant, free: ColumnElement[bool]) -> bool:
    """Whether the conversation became the agent's. One UPDATE decides: the row itself is the lock."""
    claimed = session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, free)
        .values(
            handler="agent",
            agent_id=agent.id,
            queue=func.coalesce(Conversation.queue, DEFAULT_QUEUE),
            waiting_since=None,
            needs_person=None,
            version=Conversation.version + 1,
        )
        .returning(Conversation.id)
    )
    if claimed.scalar_one_or_none() is None:
        return False
    clocks.taken(session, session.get_one(Conversation, conversation_id, populate_existing=True), utc_now())
    return True


def _tell(session: Session, conversation_id: int, agent: Attendant, event: str, text: str) -> None:
    channel = session.scalars(select(Conversation.channel).where(Conversation.id == conversation_id)).one()
    add_event(session, conversation_id, channel, event, text, author=agent.author)


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
