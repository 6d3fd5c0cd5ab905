"""Overflow: who waited too long in a queue goes on in another, at the same place in line, and both may take it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core.db import Database
from core.errors import Misconfigured
from handoff.calendars import calendar_named
from handoff.events import add_event, locked
from handoff.queues import Organogram, Queue, organogram
from handoff.release import send_to_queue
from handoff.routing.overflowed import overflow_mark
from handoff.routing.wait_time import works_in
from handoff.routing.where import open_queue
from models import utc_now
from models.agent import Agent
from models.conversation import Conversation
from models.conversation_span import ConversationSpan

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Step:
    """A conversation that goes on from one queue in another, and why."""

    conversation_id: int
    queue: str
    to: str
    why: str


def overflow(_ref_id: int, *, db: Database) -> None:
    """Moves every conversation that waited its queue's `overflow_minutes` of working time there to `overflow_to`, and
    what waits in a queue that was closed for good to one that is open.

    May run at any time, twice, or late: the time is counted from when it came into the queue. A wait never comes back
    to a queue that it overflowed from, and overflows to nowhere where nobody works.
    """
    now = utc_now()
    with db.reading() as session:
        queues = organogram(session)
        steps = [step for queue in queues.queues for step in _late(session, queue, queues, now)]
        steps += [step for queue in queues.closed for step in _left_over(session, queue, queues)]
    for step in steps:
        with db.transaction() as session:
            _move(session, step, now)


def _left_over(session: Session, queue: Queue, queues: Organogram) -> list[_Step]:
    to = open_queue(queue, queues).name
    if to == queue.name:
        return []
    waiting = select(Conversation.id).where(Conversation.handler == "queue", Conversation.queue == queue.name)
    why = f"A fila {queue.name} não recebe mais conversas: segue em {to}"
    return [_Step(id_, queue.name, to, why) for id_ in session.scalars(waiting.order_by(Conversation.id))]


def _late(session: Session, queue: Queue, queues: Organogram, now: datetime) -> list[_Step]:
    if not _leads_on(session, queue, queues):
        return []
    try:
        calendar = calendar_named(session, queue.calendar)
    except Misconfigured as wrong:
        log.warning("nothing overflows from %s: %s", queue.name, wrong)
        return []
    waiting = session.execute(
        select(Conversation.id, ConversationSpan.started_at)
        .join(ConversationSpan, ConversationSpan.conversation_id == Conversation.id)
        .where(Conversation.handler == "queue", Conversation.queue == queue.name, ConversationSpan.ended_at.is_(None))
        .order_by(Conversation.id)
    )
    allowed, to = queue.overflow_minutes, queue.overflow_to
    why = f"Esperou {allowed} minutos em {queue.name}: segue também em {to}"
    late = [id_ for id_, since in waiting if calendar.working_seconds(since, now) >= allowed * 60]
    return [_Step(id_, queue.name, to, why) for id_ in late]


def _leads_on(session: Session, queue: Queue, queues: Organogram) -> bool:
    """Whether there is somewhere to go on, with somebody who works there."""
    target = queue.overflow_to
    if not queue.overflow_minutes or target == queue.name or target not in queues.names:
        return False
    return bool(session.scalar(select(exists().where(Agent.active, works_in(target)))))


def _move(session: Session, step: _Step, now: datetime) -> None:
    conversation = locked(session, step.conversation_id)
    if conversation is None or conversation.handler != "queue" or conversation.queue != step.queue:
        return
    mark = overflow_mark(conversation, step.to)
    if step.to in mark["from"] or (conversation.snoozed_until and conversation.snoozed_until > now):
        return
    since, alert = conversation.waiting_since, conversation.needs_person
    send_to_queue(session, conversation, step.to, now)
    # The place in line and whatever a person should see stay as they were.
    conversation.waiting_since, conversation.needs_person = since, alert
    conversation.told = {**conversation.told, "overflow": mark}
    add_event(
        session,
        conversation.id,
        conversation.channel,
        "overflowed",
        step.why,
        author="clock",
        from_queue=step.queue,
        to_queue=step.to,
    )
