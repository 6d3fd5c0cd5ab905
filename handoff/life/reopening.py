"""What a customer writes soon after a person closed the conversation: it goes on, with the same people."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import Misconfigured
from handoff.events import add_event, unanswered_since
from handoff.life.snooze import customer_wrote
from handoff.queues import DEFAULT_QUEUE, organogram
from handoff.sla import clocks
from models.agent import Agent
from models.conversation import Conversation, open_of
from models.message import Message
from models.outbox import add_work

log = logging.getLogger(__name__)

LONGEST = timedelta(days=60)


def still_theirs(session: Session, contact_id: int, now: datetime) -> Conversation | None:
    """The contact's last conversation, locked, if a person had it at its end and that is not longer ago than its queue
    reopens; None otherwise. Only to be asked where none is open."""
    last = session.scalars(
        select(Conversation)
        .where(Conversation.contact_id == contact_id, Conversation.closed_at > now - LONGEST)
        .order_by(Conversation.closed_at.desc(), Conversation.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if last is None or last.handler != "closed" or last.agent_id is None or last.closed_at is None:
        return None
    return last if now < last.closed_at + timedelta(hours=_hours(session, last.queue)) else None


def reopen(session: Session, conversation: Conversation, now: datetime) -> bool:
    """Lets a locked, closed conversation wait in its queue again, for whoever had it first of all.

    False, and it stays closed, where the contact has another open one by now: what nobody answered moves there.
    """
    if conversation.handler != "closed":
        return False
    other = session.scalar(select(Conversation.id).where(open_of(conversation.contact_id)))
    if other is not None:
        move_unanswered(session, conversation.id, other, now)
        return False
    ended = conversation.closed_at or now
    queue = conversation.queue if conversation.queue in organogram(session).names else DEFAULT_QUEUE
    before = session.get(Agent, conversation.agent_id) if conversation.agent_id else None
    conversation.handler, conversation.queue = "queue", queue
    conversation.last_agent_id = before.id if before else conversation.last_agent_id
    conversation.agent_id = None
    conversation.waiting_since = unanswered_since(session, conversation.id) or now
    conversation.closed_at, conversation.closed_by = None, ""
    conversation.needs_person = None
    conversation.told = {}
    conversation.version += 1
    session.flush()
    clocks.waits(session, conversation, now)
    minutes = int((now - ended).total_seconds() // 60)
    after = f"{minutes} min" if minutes < 60 else f"{minutes // 60} h"
    whose = f" (estava com {before.name})" if before else ""
    text = f"Reaberta na fila {queue}: o cliente escreveu {after} depois do encerramento{whose}"
    add_event(session, conversation.id, conversation.channel, "reopened", text, author="clock", queue=queue)
    return True


def move_unanswered(session: Session, from_id: int, to_id: int, now: datetime) -> list[int]:
    """Takes what nobody answered yet into another conversation of the same person, where the bot gets its turn if it
    has it, and people owe an answer. The messages' ids."""
    moved = session.scalars(
        update(Message)
        .where(Message.conversation_id == from_id, Message.direction == "in", Message.handled_at.is_(None))
        .values(conversation_id=to_id)
        .returning(Message.id)
    ).all()
    target = session.get_one(Conversation, to_id)
    if moved and target.handler == "bot":
        add_work(session, "turn", to_id)
    elif moved:
        clocks.asked(session, target.id, now)
        customer_wrote(session, target, now)
    return sorted(moved)


def _hours(session: Session, queue: str | None) -> int:
    try:
        return organogram(session).queue(queue).reopen_hours
    except (Misconfigured, ValueError) as problem:
        # What a customer writes comes in all the same: the bot gets it.
        log.error("nothing is reopened in queue %s: %s", queue, problem)
        return 0
