"""Taking a secret that a customer wrote in a chat out of what is kept and shown."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.message import Message
from models.webhook_event import WebhookEvent

MASK = "••••••••"
# The webhook that brought it is as old as the message, give or take its way through the door.
AROUND = timedelta(minutes=10)


def hide_words(session: Session, message_id: int) -> None:
    """Masks the message's words in its row and in the webhook that brought it. May be called twice.

    What the channel's own company and the customer's phone keep is theirs: the customer is told to delete it.
    """
    message = session.get_one(Message, message_id, with_for_update=True)
    words = message.text
    if not words or words == MASK:
        return
    message.text, message.transcript = MASK, None
    message.payload = {
        **{name: value for name, value in message.payload.items() if name not in {"raw", "edits"}},
        "hidden": True,
    }
    if message.provider_id:
        brought = select(WebhookEvent).where(
            WebhookEvent.received_at.between(message.received_at - AROUND, message.received_at + AROUND),
            func.strpos(func.encode(WebhookEvent.body, "escape"), message.provider_id) > 0,
        )
        for event in session.scalars(brought.with_for_update()):
            event.body = _masked(event.body, words)


def _masked(body: bytes, words: str) -> bytes:
    """The body without the words, however its sender escaped them: JSON by value, anything else as a form."""
    try:
        return json.dumps(_walked(json.loads(body), words)).encode()
    except ValueError:
        text = body.decode("utf-8", "replace")
        return text.replace(quote_plus(words), "*" * len(MASK)).replace(words, "*" * len(MASK)).encode()


def _walked(value: Any, words: str) -> Any:
    if isinstance(value, str):
        return value.replace(words, MASK)
    if isinstance(value, list):
        return [_walked(item, words) for item in value]
    if isinstance(value, dict):
        return {name: _walked(item, words) for name, item in value.items()}
    return value
