"""What waited too long in one queue and goes on in another: who had it first still sees it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, cast
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from models.conversation import Conversation


def overflowed_from(conversation: Conversation) -> tuple[str, ...]:
    """The queues that a conversation came from in this wait, while it is where it overflowed to."""
    mark = conversation.told.get("overflow") or {}
    return tuple(mark.get("from", ())) if mark.get("to") == conversation.queue else ()


def has_overflowed_from(queues: Sequence[str]) -> ColumnElement[bool]:
    """Whether it came from one of these, as a condition on Conversation: the same as `overflowed_from`."""
    mark = Conversation.told["overflow"]
    return and_(mark["to"].astext == Conversation.queue, mark["from"].has_any(cast(list(queues), ARRAY(TEXT))))


def overflow_mark(conversation: Conversation, to: str) -> dict[str, Any]:
    """What `told` keeps when the conversation goes on from its queue to `to`."""
    came_from = (conversation.told.get("overflow") or {}).get("from", ())
    return {"to": to, "from": [*came_from, str(conversation.queue)]}
