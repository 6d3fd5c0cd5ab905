"""Reading what a customer writes while people have the conversation: planned once for a burst of messages."""

from __future__ import annotations

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.outbox import add_work_once
from models.reading import Reading
from models.suggestion import Suggestion

TOPIC = "suggest"

# Written out: it runs for every message that people get.
_SAID = text(
    "SELECT id, coalesce(nullif(text, ''), transcript, '') AS words FROM message"
    " WHERE conversation_id = :conversation AND direction = 'in' AND id > coalesce((SELECT max(id) FROM message"
    " WHERE conversation_id = :conversation AND direction = 'out'), 0)"
    " AND EXISTS (SELECT FROM conversation WHERE id = :conversation AND handler IN ('queue', 'agent'))"
    " AND NOT EXISTS (SELECT FROM suggestion WHERE conversation_id = :conversation AND message_id >="
    " (SELECT max(id) FROM message WHERE conversation_id = :conversation AND direction = 'in'))"
    " ORDER BY id DESC LIMIT :most"
)


def plan_suggestion(session: Session, conversation_id: int, after_seconds: float) -> None:
    """Has the conversation's newest words read after `after_seconds`, unless that is planned and not begun yet."""
    add_work_once(session, TOPIC, conversation_id, after_seconds=after_seconds)


def latest_intent(session: Session, conversation_id: int) -> str:
    """What the customer wants, as it was read last: while people have the conversation, or by the bot before; what
    people corrected counts. Empty where nothing was read."""
    suggestion = session.get(Suggestion, conversation_id)
    mine = select(Reading).where(Reading.conversation_id == conversation_id, Reading.band != "menu")
    reading = session.scalars(mine.order_by(Reading.id.desc()).limit(1)).first()
    if suggestion and (reading is None or reading.message_id < suggestion.message_id):
        return suggestion.intent
    return reading.label if reading else ""


def said_last(session: Session, conversation_id: int, most: int) -> list[tuple[int, str]]:
    """(id, words) of what the customer wrote to people since somebody answered last, oldest first: the newest `most` of
    it. Nothing where people do not have the conversation, or where a suggestion for the newest of it is there."""
    rows = session.execute(_SAID, {"conversation": conversation_id, "most": most})
    said = [(row.id, row.words.strip()) for row in rows]
    return [one for one in reversed(said) if one[1]]
