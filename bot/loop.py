"""Two machines that talk to each other: recognised by how often the bot answered, or by the same long text again."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from handoff.routing.terms import routing_terms
from models import utc_now

# A person may well write "oi" often; nobody writes the same sentences again and again.
LONG_TEXT = 25

_SAID = text(
    "SELECT count(*) FROM message JOIN conversation ON conversation.id = conversation_id WHERE contact_id = :contact"
    " AND direction = 'out' AND author = 'bot' AND received_at > :since"
)
_SAME = text(
    "SELECT coalesce(max(times), 0) FROM (SELECT count(*) AS times FROM message"
    " JOIN conversation ON conversation.id = conversation_id WHERE contact_id = :contact AND direction = 'in'"
    " AND received_at > :since AND length(text) >= :long GROUP BY text) AS repeated"
)


def is_machine(session: Session, contact_id: int) -> bool:
    """Whether the bot answered this contact more often than a person can have asked, in whatever conversations, or the
    contact wrote the same over and over (the terms are handoff.routing.terms.Routing's)."""
    terms = routing_terms(session)
    since = {"contact": contact_id, "since": utc_now() - timedelta(minutes=terms.loop_minutes)}
    said: int = session.execute(_SAID, since).scalar_one()
    if said < terms.loop_repeats - 1:
        return False
    if said >= terms.loop_answers:
        return True
    same: int = session.execute(_SAME, {**since, "long": LONG_TEXT}).scalar_one()
    return same >= terms.loop_repeats
