"""How a conversation becomes a person's, by whatever way: one conditional UPDATE."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from handoff.queues import DEFAULT_QUEUE
from handoff.sla import clocks
from models import utc_now
from models.conversation import Conversation


def own(session: Session, agent_id: int, which: ColumnElement[bool]) -> Conversation | None:
    """Makes the agent the owner of the one conversation that `which` is true of, and returns it as it is then.

    None, and no change, when it is true of none any more: the row itself is the lock that decides between several.
    Where it may have been the bot's, the caller starts its clocks (handoff.sla.clocks.taken).
    """
    asleep = session.scalar(select(Conversation.snoozed_until.is_not(None)).where(which))
    taken = session.scalars(
        update(Conversation)
        .where(which)
        .values(
            handler="agent",
            agent_id=agent_id,
            last_agent_id=agent_id,
            queue=func.coalesce(Conversation.queue, DEFAULT_QUEUE),
            waiting_since=None,
            # Whoever takes it does not put it off any longer.
            snoozed_until=None,
            needs_person=None,
            version=Conversation.version + 1,
        )
        .returning(Conversation)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).one_or_none()
    if taken is not None and asleep:
        clocks.resume(session, taken.id, utc_now(), (clocks.SCHEDULED,))
    return taken


def awake(now: datetime) -> ColumnElement[bool]:
    """Whether a conversation is not put off until later: asleep, it is given to nobody and weighs nothing."""
    return or_(Conversation.snoozed_until.is_(None), Conversation.snoozed_until <= now)
