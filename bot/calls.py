"""A call rings at nobody's desk: the bot says so in writing, once in a conversation, without a turn."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.texts import Texts
from models.message import Message
from models.outbox import add_work

REASON = "call_not_taken"


def answer_call(session: Session, conversation_id: int, channel: str, texts: Texts) -> bool:
    """Queues the sentence; False when this conversation has it already. The caller holds the conversation's row."""
    mine = (Message.conversation_id == conversation_id) & (Message.direction == "out") & (Message.reason == REASON)
    if session.scalar(select(Message.id).where(mine).limit(1)) is not None:
        return False
    row = Message(
        conversation_id=conversation_id,
        channel=channel,
        direction="out",
        text=texts("call.not_taken"),
        author="bot",
        status="queued",
        key=uuid.uuid4().hex,
        reason=REASON,
    )
    session.add(row)
    session.flush()
    add_work(session, "deliver", row.id)
    return True
