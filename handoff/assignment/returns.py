"""What somebody had who is gone: back to its queue, at the front, so that no customer waits for nobody."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from handoff.assignment.load import counts_now
from handoff.assignment.presence import OFFLINE
from handoff.assignment.ring import ring
from handoff.assignment.terms import DeskTerms, desk_terms
from handoff.events import add_event
from handoff.queues import DEFAULT_QUEUE
from handoff.release import send_to_queue
from models.agent import Agent
from models.api_token import ApiToken
from models.conversation import Conversation
from models.presence import Presence

AT_ONCE = 3
"""The highest priority: their customers have waited in vain already."""

AT_A_TIME = 200


def return_abandoned(session: Session, now: datetime) -> int:
    """Puts back what people have who are offline, and whose console gave no sign, for `back_minutes`, and all of those
    who were switched off, systems whose token ended among them; returns how many. May be called again. A pause keeps
    everything, and so does a snooze.
    """
    rows = session.execute(
        select(Conversation, Agent.name)
        .join(Agent, Agent.id == Conversation.agent_id)
        .outerjoin(Presence, Presence.agent_id == Agent.id)
        .where(counts_now(now), or_(~Agent.active & ~_comes_in(now), _gone(now, desk_terms(session))))
        .order_by(Conversation.id)
        .limit(AT_A_TIME)
        .with_for_update(of=Conversation, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for conversation, name in rows:
        _put_back(session, conversation, name, now)
    if rows:
        ring(session)
    return len(rows)


def _gone(now: datetime, terms: DeskTerms) -> ColumnElement[bool]:
    return and_(Presence.state == OFFLINE, func.greatest(Presence.since, Presence.seen_at) <= now - terms.back)


def _comes_in(now: datetime) -> ColumnElement[bool]:
    """Whether it is another system's account, which nobody signs in with, and its token still opens the API."""
    holds = or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now)
    return exists().where(ApiToken.agent_id == Agent.id, ApiToken.revoked_at.is_(None), holds)


def _put_back(session: Session, conversation: Conversation, name: str, now: datetime) -> None:
    send_to_queue(session, conversation, conversation.queue or DEFAULT_QUEUE, now)
    conversation.priority = max(conversation.priority, AT_ONCE)
    text = f"{name} saiu do atendimento: a conversa voltou para a frente da fila {conversation.queue}"
    add_event(session, conversation.id, conversation.channel, "returned", text, author="system")
