"""Overflow: who waited too long in a queue goes on in another, at the same place in line, and both may take it."""

from __future__ import annotations

import logging
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
from models import utc_now
from models.agent import Agent
from models.conversation import Conversation
from models.conversation_span import ConversationSpan

log = logging.getLogger(__name__)


def overflow(_ref_id: int, *, db: Database) -> None:
    """Moves every conversation that waited its queue's `overflow_minutes` of working time there to `overflow_to`.

    May run at any time, twice, or late: the time is counted from when it came into the queue. A wait never comes back
    to a queue that it overflowed from, and goes nowhere where nobody works.
    """
    now = utc_now()
    with db.reading() as session:
        queues = organogram(session)
        late = [id_ for queue in queues.queues for id_ in _late(session, queue, queues, now)]
    for id_ in late:
        with db.transaction() as session:
            _move(session, id_, now)


def _late(session: Session, queue: Queue, queues: Organogram, now: datetime) -> list[int]:
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
    allowed = queue.overflow_minutes * 60
    return [id_ for id_, since in waiting if calendar.working_seconds(since, now) >= allowed]


def _leads_on(session: Session, queue: Queue, queues: Organogram) -> bool:
    """Whether there is somewhere to go on, with somebody who works there."""
    target = queue.overflow_to
    if not queue.overflow_minutes or target == queue.name or target not in queues.names:
        return False
    return bool(session.scalar(select(exists().where(Agent.active, works_in(target)))))


def _move(session: Session, conversation_id: int, now: datetime) -> None:
    conversation = locked(session, conversation_id)
    if conversation is None or conversation.handler != "queue":
        return
    queue = organogram(session).queue(conversation.queue)
    mark = overflow_mark(conversation, queue.overflow_to)
    if queue.overflow_to in mark["from"] or (conversation.snoozed_until and conversation.snoozed_until > now):
        return
    since, alert = conversation.waiting_since, conversation.needs_person
    send_to_queue(session, conversation, queue.overflow_to, now)
    # The place in line and whatever a person should see stay as they were.
    conversation.waiting_since, conversation.needs_person = since, alert
    conversation.told = {**conversation.told, "overflow": mark}
    text = f"Esperou {queue.overflow_minutes} minutos em {queue.name}: segue também em {queue.overflow_to}"
    add_event(
        session,
        conversation_id,
        conversation.channel,
        "overflowed",
        text,
        author="clock",
        from_queue=queue.name,
        to_queue=queue.overflow_to,
    )
