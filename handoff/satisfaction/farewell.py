"""The last bubble of a conversation: its protocol number, and the question how it was, in one: each one is paid for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.sentence import filled
from handoff.reply import queue_text
from handoff.satisfaction.asking import ask_below_farewell, ask_by_template, cause_of
from handoff.satisfaction.terms import satisfaction_terms
from handoff.satisfaction.words import words_in
from models.conversation import Conversation
from models.message import Message


def say_farewell(
    session: Session, conversation: Conversation, agent_id: int | None, author: str, language: str, now: datetime
) -> bool:
    """Queues what a locked, still open conversation ends with, and returns whether it was free-form: outside of the
    24-hour window only the survey's template can go."""
    if not conversation.window_open(now):
        ask_by_template(session, conversation, agent_id, language, now)
        return False
    farewell = filled(words_in(session, language).farewell, {"protocol": conversation.protocol})
    key = f"closing-{conversation.id}-{conversation.version}"
    message_id = queue_text(session, conversation, farewell, author=author, key=key)
    ask_in(session, conversation, message_id, agent_id, language, now)
    return True


def ask_after_bot(session: Session, conversation: Conversation, language: str, now: datetime) -> bool:
    """Asks in the bot's own last words, which are on their way, how it was; whether it was asked. Only who surely
    wanted something was served."""
    if not satisfaction_terms(session).ask_bot or not cause_of(session, conversation.id):
        return False
    last = select(Message.id).where(
        Message.conversation_id == conversation.id,
        Message.direction == "out",
        Message.author == "bot",
        Message.kind == "text",
        Message.status == "queued",
    )
    message_id = session.scalar(last.order_by(Message.id.desc()).limit(1))
    return message_id is not None and ask_in(session, conversation, message_id, None, language, now)


def ask_in(
    session: Session, conversation: Conversation, message_id: int, agent_id: int | None, language: str, now: datetime
) -> bool:
    """Hangs the question on a text of this very transaction that ends the conversation; whether it is to be asked."""
    message, words = session.get_one(Message, message_id), words_in(session, language)
    question = ask_below_farewell(session, conversation, agent_id, message.key or "", words, now)
    if question is None:
        return False
    options = [list(row) for row in question.options]
    # Where a channel has no lists it is not asked in numbered lines: a number that is typed is no vote.
    message.payload = {"options": options, "list_button": question.button, "words": message.text}
    message.kind, message.text = "list", f"{message.text}\n\n{question.text}"
    return True
