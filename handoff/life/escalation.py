"""Between the levels of support: what must be done before one goes up, what goes along, and the way back down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import audit
from handoff.access import Attendant
from handoff.events import add_event
from handoff.life.checklist import OVERRIDDEN, Item, read_items
from handoff.outcome import Denied
from handoff.queues import Organogram, Queue, organogram
from models.conversation import Conversation
from models.conversation_span import ConversationSpan

SECOND_LEVEL = 2


@dataclass(frozen=True)
class Step:
    """The way up from a queue, with what it wants first."""

    to: str
    items: tuple[Item, ...]

    @property
    def missing(self) -> tuple[Item, ...]:
        """What is not done yet."""
        return tuple(item for item in self.items if not item.done)


def step_up(session: Session, conversation: Conversation, now: datetime) -> Step | None:
    """The next level of the conversation's queue, as long as that takes something; None where there is none."""
    queues = organogram(session)
    here = queues.queue(conversation.queue)
    if here.escalates_to not in queues.names:
        return None
    return Step(here.escalates_to, read_items(session, conversation, here.checklist, now))


def queue_below(queues: Organogram, name: str | None) -> str:
    """The queue that escalates to this one; empty where none does."""
    return next((queue.name for queue in queues.queues if queue.escalates_to and queue.escalates_to == name), "")


def last_owner_in(session: Session, conversation_id: int, queue: str) -> int | None:
    """Who had the conversation last in that queue."""
    return session.scalar(
        select(ConversationSpan.agent_id)
        .where(
            ConversationSpan.conversation_id == conversation_id,
            ConversationSpan.queue == queue,
            ConversationSpan.handler == "agent",
        )
        .order_by(ConversationSpan.id.desc())
        .limit(1)
    )


def may_go_up(
    session: Session, conversation: Conversation, agent: Attendant, to: str, reason: str, now: datetime
) -> Denied | None:
    """Why it may not go to the queue `to` yet: only a complete checklist lets it up a level. With a `reason` it goes
    all the same, and that stands in the thread, in the row and in the audit. None also where it does not go up."""
    queues = organogram(session)
    names = _wanted(queues, queues.queue(conversation.queue), queues.queue(to))
    missing = [item for item in read_items(session, conversation, names, now) if not item.done]
    if not missing:
        return None
    told = ", ".join(item.label.lower() for item in missing)
    word = reason.replace("\x00", "").strip()
    if not word:
        return Denied(
            f"Antes de passar para {to}, falta: {told}. Complete a lista em “Escalar” ou diga por que não dá."
        )
    conversation.checklist = {
        **conversation.checklist,
        OVERRIDDEN: {
            "by": agent.login,
            "at": now.isoformat(),
            "to": to,
            "reason": word,
            "missing": [item.name for item in missing],
        },
    }
    text = f"{agent.name} passou sem completar a lista ({told}): {word}"
    add_event(
        session, conversation.id, conversation.channel, "checklist_overridden", text, author=agent.author, to_queue=to
    )
    audit.record(
        session,
        agent.login,
        "checklist.overridden",
        f"conversation:{conversation.id}",
        to_queue=to,
        missing=[item.name for item in missing],
    )
    return None


def taken_along(session: Session, conversation: Conversation, now: datetime) -> list[str]:
    """What this level knows and did, as short lines for whoever is next: the ticked items with their facts."""
    names = organogram(session).queue(conversation.queue).checklist
    return [f"{item.label}: {item.how}" for item in read_items(session, conversation, names, now) if item.done]


def _wanted(queues: Organogram, here: Queue, there: Queue) -> tuple[str, ...]:
    if there.level < SECOND_LEVEL or there.level <= here.level:
        return ()
    # From a queue without a level (sales, bills) it goes up as from the one below.
    return here.checklist if here.level else queues.queue(queue_below(queues, there.name) or None).checklist
