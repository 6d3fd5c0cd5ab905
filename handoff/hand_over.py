"""From the bot to the people: the conversation starts to wait where it belongs, with what is known."""

from __future__ import annotations

from sqlalchemy.orm import Session

from handoff.assignment.ring import ring
from handoff.events import add_event, locked
from handoff.queues import organogram
from handoff.routing.case import case_of
from handoff.routing.terms import routing_terms
from handoff.routing.where import LOWEST, Case, where
from handoff.sla import clocks
from models import utc_now
from models.conversation import Conversation
from nlu.languages import PORTUGUESE


def hand_over(
    session: Session,
    conversation_id: int,
    *,
    queue: str,
    reason: str,
    summary: str,
    language: str = PORTUGUESE,
    by_machine: bool = False,
    expected_version: int | None = None,
) -> bool:
    """Moves a conversation of the bot to where `queue`, by the intent, and all else that is known say that it belongs
    (handoff.routing.where); may be called again, only the first call has an effect.

    `reason` (why, short) and `summary` (what the bot learnt) are for agents, in Portuguese. What another machine writes
    (`by_machine`) can wait, and is told nothing of it. False, and no change, when it waits already, a person owns it,
    it is closed or unknown, or its version is no longer `expected_version`. Raises ValueError for an unknown queue.
    """
    terms, now = routing_terms(session), utc_now()
    queues = organogram(session)
    where(Case(queue), queues, terms)
    conversation = locked(session, conversation_id)
    if conversation is None or conversation.handler != "bot":
        return False
    if expected_version not in (None, conversation.version):
        return False
    case = case_of(session, conversation, queue, language=language, terms=terms, now=now)
    placed = where(case, queues, terms)
    conversation.handler = "queue"
    conversation.queue = placed.queue
    conversation.agent_id = None
    conversation.last_agent_id = placed.agent_id
    conversation.priority = LOWEST if by_machine else placed.priority
    conversation.sla_class = case.sla_class
    conversation.waiting_since = now
    conversation.snoozed_until = None
    conversation.summary = summary
    conversation.handed_off_for = reason
    conversation.needs_person = None
    conversation.told = _told(conversation, silent=by_machine)
    conversation.version += 1
    session.flush()
    clocks.waits(session, conversation, now)
    _tell(session, conversation, reason, case)
    ring(session)
    return True


def _told(conversation: Conversation, *, silent: bool) -> dict[str, object]:
    """A new wait begins: of what was told, only the closed hours that the customer knows of stay told."""
    told: dict[str, object] = {"silent": True} if silent else {}
    return told | {name: known for name, known in conversation.told.items() if name == "closed"}


def _tell(session: Session, conversation: Conversation, reason: str, case: Case) -> None:
    add_event(
        session,
        conversation.id,
        conversation.channel,
        "handed_over",
        f"Passada para a fila {conversation.queue}: {reason}",
        author="bot",
        queue=conversation.queue,
        wished=case.wish,
        priority=conversation.priority,
    )
