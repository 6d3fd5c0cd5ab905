"""The bot's own end of a conversation: in its last words the customer is asked how it was, where that is due."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from handoff.satisfaction.farewell import ask_after_bot
from models.conversation import Conversation


def close_by_bot(session: Session, conversation_id: int, language: str, now: datetime) -> None:
    """Closes a conversation whose row this transaction holds, after its last words were written."""
    session.flush()
    conversation = session.get_one(Conversation, conversation_id, populate_existing=True)
    ask_after_bot(session, conversation, language, now)
    conversation.handler, conversation.closed_at, conversation.closed_by = "closed", now, "bot"
    session.flush()
