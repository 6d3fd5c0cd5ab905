"""Sending once more what did not arrive."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import audit
from handoff.access import Attendant
from handoff.events import locked
from handoff.outcome import Denied, Done
from handoff.reply import GONE, answered, may_answer
from models import utc_now
from models.message import Message
from models.outbox import add_work

REPEATABLE = frozenset({"text", "image", "audio", "video", "document"})
LOST = frozenset({"failed", "unknown"})


def may_repeat(message: Message) -> bool:
    """Whether a message of ours did not arrive, or perhaps not, and can be sent as it is once more."""
    return message.direction == "out" and message.status in LOST and message.kind in REPEATABLE


def send_again(
    session: Session, conversation_id: int, agent: Attendant, message_id: int, *, now: datetime | None = None
) -> Done | Denied:
    """Queues a copy of a message that failed, or of which nothing is known, in the agent's name. However often it is
    asked for, one message has one copy; should that fail, it is the copy that can be sent again."""
    conversation = locked(session, conversation_id)
    if conversation is None:
        return GONE
    message = session.get(Message, message_id)
    key = f"again-{message_id}"
    known = session.scalar(select(Message.id).where(Message.key == key))
    if known is not None:
        return Done(known, repeated=True)
    if message is None or message.conversation_id != conversation_id or not may_repeat(message):
        return Denied("Esta mensagem não pode ser enviada de novo.")
    problem = may_answer(session, conversation, agent, now or utc_now())
    if problem:
        return problem
    row = Message(
        conversation_id=conversation_id,
        channel=conversation.channel,
        direction="out",
        kind=message.kind,
        text=message.text,
        attachment_id=message.attachment_id,
        payload={"again": message_id},
        author=agent.author,
        reason="agent",
        status="queued",
        key=key,
        quoted_id=message.quoted_id,
    )
    session.add(row)
    session.flush()
    add_work(session, "deliver", row.id)
    answered(session, conversation, agent, now or utc_now())
    audit.record(session, agent.login, "message.sent_again", f"conversation:{conversation_id}", message_id=row.id)
    return Done(row.id)
