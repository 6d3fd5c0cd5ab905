"""Who is next: the one order of those who wait, for the list, for assignment, and for the place that is told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import Session

from handoff.routing.terms import Routing
from models import utc_now
from models.conversation import Conversation

# Read where rows are ordered, not by each caller: two orders with different terms would be two orders.
_AGE_MINUTES = text(
    "(SELECT CASE WHEN jsonb_typeof(policies #> '{routing,age_minutes}') = 'number'"
    " THEN CAST(policies #>> '{routing,age_minutes}' AS numeric) END FROM provider ORDER BY id LIMIT 1)"
)


def waiting_order(now: datetime | ColumnElement[datetime]) -> tuple[ColumnElement[Any], ...]:
    """What conversations that wait are ordered by, the next one first; for `order_by`, on rows of Conversation.

    A step of priority is worth a head start of `Routing.age_minutes`: so whoever waits that long has made up for one
    step, and nobody is overtaken for ever. Those who asked for another time come last until it is there. Equal ones
    keep the order of their ids: two callers never disagree.
    """
    return (func.coalesce(Conversation.snoozed_until > now, False), _counts_from(), Conversation.id.asc())


def position(session: Session, conversation: Conversation, now: datetime | None = None) -> int:
    """The place of a conversation among all that wait in its queue, from 1; 0 for one that does not wait."""
    return places(session, now or utc_now(), queue=conversation.queue).get(conversation.id, 0)


def places(session: Session, now: datetime, *, queue: str | None = None) -> dict[int, int]:
    """The place in its queue of every conversation that waits, by its id; only of `queue`, where one is named."""
    place = func.row_number().over(partition_by=Conversation.queue, order_by=waiting_order(now))
    waiting = select(Conversation.id, place).where(Conversation.handler == "queue")
    if queue is not None:
        waiting = waiting.where(Conversation.queue == queue)
    return {id_: number for id_, number in session.execute(waiting)}


def _counts_from() -> ColumnElement[datetime]:
    """When it would have begun to wait, had it no priority."""
    since = func.coalesce(Conversation.waiting_since, Conversation.last_inbound_at, Conversation.opened_at)
    head_start = Conversation.priority * func.coalesce(_AGE_MINUTES, Routing().age_minutes)
    return since - head_start * text("interval '1 minute'")
