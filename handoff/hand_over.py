"""From the bot to the people: the conversation starts to wait in a queue, with what is known."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from handoff.events import add_event
from handoff.queues import known_queue
from handoff.sla import clocks
from models import utc_now
from models.conversation import Conversation


def hand_over(
    session: Session,
    conversation_id: int,
    *,
    queue: str,
    reason: str,
    summary: str,
    expected_version: int | None = None,
) -> bool:
    """Moves a conversation of the bot into `queue`; may be called again, only the first call has an effect.

    `reason` (why, short) and `summary` (what the bot learnt) are for agents, in Portuguese. False, and no change,
    when it waits already, a person owns it, it is closed or unknown, or its version is no longer
    `expected_version`. Raises ValueError for an unknown queue.
    """
    known_queue(session, queue)
    now = utc_now()
    conditions = [Conversation.id == conversation_id, Conversation.handler == "bot"]
    if expected_version is not None:
        conditions.append(Conversation.version == expected_version)
    channel = session.execute(
        update(Conversation)
        .where(*conditions)
        .values(
            handler="queue",
            queue=queue,
            agent_id=None,
            waiting_since=now,
            summary=summary,
            handed_off_for=reason,
            needs_person=None,
            version=Conversation.version + 1,
        )
        .returning(Conversation.channel)
    ).scalar_one_or_none()
    if channel is None:
        return False
    clocks.waits(session, session.get_one(Conversation, conversation_id, populate_existing=True), now)
    add_event(
        session,
        conversation_id,
        channel,
        "handed_over",
        f"Passada para a fila {queue}: {reason}",
        author="bot",
        queue=queue,
    )
    return True
