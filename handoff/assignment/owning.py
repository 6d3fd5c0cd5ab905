"""What becomes of a conversation's row when a person gets it, by whatever way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_

from handoff.queues import DEFAULT_QUEUE
from models.conversation import Conversation


def owned_by(agent_id: int) -> dict[str, Any]:
    """The values of a conversation that becomes the agent's, for an UPDATE of it."""
    return {
        "handler": "agent",
        "agent_id": agent_id,
        "last_agent_id": agent_id,
        "queue": func.coalesce(Conversation.queue, DEFAULT_QUEUE),
        "waiting_since": None,
        "needs_person": None,
        "version": Conversation.version + 1,
    }


def awake(now: datetime) -> ColumnElement[bool]:
    """Whether a conversation is not put off until later: asleep, it is given to nobody and weighs nothing."""
    return or_(Conversation.snoozed_until.is_(None), Conversation.snoozed_until <= now)
