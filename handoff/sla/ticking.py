"""The rows of running clocks: begun by the terms that hold, stopped once, and reckoned anew when time was held."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.errors import Misconfigured
from handoff.queues import DEFAULT_QUEUE
from handoff.sla.promises import promises
from handoff.sla.reckoning import reckon
from handoff.sla.terms import Terms, chain_row, terms_for
from models.conversation import Conversation
from models.sla import SlaClock

log = logging.getLogger(__name__)


def running(session: Session, conversation_id: int, kinds: Sequence[str] = ()) -> Sequence[SlaClock]:
    """The clocks of a conversation that have not stopped, held or not: of these kinds, or all."""
    wanted = select(SlaClock).where(SlaClock.conversation_id == conversation_id, SlaClock.stopped_at.is_(None))
    if kinds:
        wanted = wanted.where(SlaClock.kind.in_(kinds))
    return session.scalars(wanted.order_by(SlaClock.id).execution_options(populate_existing=True)).all()


def start(
    session: Session, conversation: Conversation, kinds: Sequence[str], at: datetime, now: datetime | None = None
) -> None:
    """Lets clocks run from `at`. Those that run already go on, and what is not promised is not measured."""
    terms = holding_terms(session, conversation)
    rows = [
        {
            "conversation_id": conversation.id,
            "kind": kind,
            "queue": conversation.queue or DEFAULT_QUEUE,
            "calendar": terms.calendar,
            "target_minutes": terms.minutes[kind],
            "warn_percent": terms.warn_percent,
            "chain": chain_row(terms.chain),
            "started_at": at,
        }
        for kind in kinds
        if terms is not None and kind in terms.minutes
    ]
    if rows and session.scalars(insert(SlaClock).values(rows).on_conflict_do_nothing().returning(SlaClock.id)).all():
        reckon_again(session, running(session, conversation.id, kinds), now or at)


def stop(
    session: Session, conversation_id: int, kinds: Sequence[str], now: datetime, agent_id: int | None = None
) -> None:
    """Stops what runs of these kinds; `agent_id` is who gave the answer. May be called again: the first time counts."""
    session.execute(
        update(SlaClock)
        .where(SlaClock.conversation_id == conversation_id, SlaClock.kind.in_(kinds), SlaClock.stopped_at.is_(None))
        .values(stopped_at=now, agent_id=agent_id)
    )


def reckon_again(session: Session, clocks: Sequence[SlaClock], now: datetime) -> None:
    """Writes anew when clocks are due, and when their owners are warned: after a pause, or by another calendar."""
    reckoned = promises(session, clocks)
    for clock in clocks:
        stands = reckon(reckoned[clock.id], now)
        clock.due_at, clock.warn_at = stands.due_at, stands.warn_at
    session.flush()


def holding_terms(session: Session, conversation: Conversation) -> Terms | None:
    """The terms of its queue and class; None where nothing is promised, or nothing that can be read."""
    try:
        return terms_for(session, conversation.queue or DEFAULT_QUEUE, conversation.sla_class)
    except Misconfigured as problem:
        # A customer must reach people whatever an administrator wrote.
        log.error("nothing is measured in %s: %s", conversation.queue, problem.detail)
        return None
