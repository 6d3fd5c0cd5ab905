"""Another time: who does not want to wait is called by a person, and keeps their place in line."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from handoff.events import add_event
from handoff.routing.outlook import Hours
from models.conversation import Conversation

LATER = "wait:later"
"""The button's id: only the tap counts, never words that sound like it."""

WANTED = "pediu para ser chamado depois"


def call_later(session: Session, conversation: Conversation, hours: Hours, now: datetime) -> bool:
    """Notes, on a locked conversation that waits, that the customer waits no longer in front of the phone. Where people
    are not there, it rests until they are. A person sees it; nothing more is told meanwhile. False when it was noted
    before."""
    if "callback" in conversation.told:
        return False
    conversation.told = {**conversation.told, "callback": now.isoformat()}
    conversation.snoozed_until = hours.opens_at if hours.closed else None
    conversation.needs_person = conversation.needs_person or WANTED
    conversation.version += 1
    text = "O cliente pediu para ser chamado depois: o lugar na fila continua o mesmo"
    add_event(session, conversation.id, conversation.channel, "callback_wanted", text, author="customer")
    return True
