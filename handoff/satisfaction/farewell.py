"""The last bubble of a conversation: its protocol number, and the question how it was, in one: each one is paid for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handoff.reply import queue_text
from handoff.satisfaction.asking import ask_below_farewell, ask_by_template
from handoff.satisfaction.words import words_in
from models.conversation import Conversation


def say_farewell(
    session: Session, conversation: Conversation, agent_id: int | None, author: str, language: str, now: datetime
) -> bool:
    """Queues what a locked, still open conversation ends with, and returns whether it was free-form: outside of the
    24-hour window only the survey's template can go."""
    if not conversation.window_open(now):
        ask_by_template(session, conversation, agent_id, language, now)
        return False
    words = words_in(language)
    farewell = words.farewell.format(protocol=conversation.protocol)
    key = f"closing-{conversation.id}-{conversation.version}"
    kind, payload, text = "text", dict[str, Any](), farewell
    if question := ask_below_farewell(session, conversation, agent_id, key, words, now):
        # Where a channel has no lists it is not asked in numbered lines: a number that is typed is no vote.
        kind, text = "list", f"{farewell}\n\n{question.text}"
        payload = {"options": [list(row) for row in question.options], "list_button": question.button}
        payload["words"] = farewell
    queue_text(session, conversation, text, author=author, key=key, kind=kind, payload=payload)
    return True
