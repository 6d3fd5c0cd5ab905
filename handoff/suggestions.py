"""Reading what a customer writes while people have the conversation: planned once for a burst of messages."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.message import Message
from models.outbox import Outbox, add_work
from models.reading import Reading
from models.suggestion import Suggestion

TOPIC = "suggest"


def plan_suggestion(session: Session, conversation_id: int, after_seconds: float) -> None:
    """Has the conversation's newest words read after `after_seconds`, unless that is planned and not begun yet."""
    waits = select(Outbox.id).where(
        Outbox.topic == TOPIC, Outbox.ref_id == conversation_id, Outbox.done_at.is_(None), Outbox.tries == 0
    )
    if session.scalar(waits.limit(1)) is None:
        add_work(session, TOPIC, conversation_id, after_seconds=after_seconds)


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
    """(id, words) of what the customer wrote since somebody answered last, oldest first; the newest `most` of it."""
    answered = (
        select(Message.id)
        .where(Message.conversation_id == conversation_id, Message.direction == "out")
        .order_by(Message.id.desc())
        .limit(1)
    )
    rows = session.execute(
        select(Message.id, Message.text, Message.transcript)
        .where(
            Message.conversation_id == conversation_id,
            Message.direction == "in",
            Message.id > (session.scalar(answered) or 0),
        )
        .order_by(Message.id.desc())
        .limit(most)
    )
    said = [(row.id, (row.text or row.transcript or "").strip()) for row in rows]
    return [one for one in reversed(said) if one[1]]
