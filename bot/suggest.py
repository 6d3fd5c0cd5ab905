"""Reads what a customer writes to people, and answers nothing: the intent is shown to whoever has the conversation."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.fragments import read_together
from bot.wishes import SMALL_TALK
from core.db import Database
from handoff.suggestions import said_last
from models import utc_now
from models.suggestion import Suggestion
from nlu.ports import Parser
from nlu.understanding import Understanding

MOST_MESSAGES = 8


def suggest(conversation_id: int, *, db: Database, parser: Parser, language: str) -> None:
    """Keeps what the newest words ask for, if the model has an idea. May be called twice. With the model away, and for
    courtesies, what was read before stands."""
    with db.reading() as session:
        said = said_last(session, conversation_id, MOST_MESSAGES)
    if not said:
        return
    meant = read_together([words for _, words in said], parser, language)
    intent = _asked(meant)
    if not intent:
        return
    with db.transaction() as session:
        _keep(session, conversation_id, said[-1][0], intent, meant.band)


def _asked(meant: Understanding) -> str:
    """The request in it, or nothing: an idea that the model is not sure of would only be in the way."""
    if meant.source == "unavailable" or meant.band == "menu" or meant.intent in SMALL_TALK | {"inform"}:
        return ""
    return meant.intent


def _keep(session: Session, conversation_id: int, message_id: int, intent: str, band: str) -> None:
    values = {"message_id": message_id, "intent": intent, "band": band, "read_at": utc_now()}
    row = insert(Suggestion).values(conversation_id=conversation_id, **values)
    session.execute(
        row.on_conflict_do_update(
            index_elements=[Suggestion.conversation_id],
            set_=values,
            where=Suggestion.message_id <= message_id,
        )
    )
