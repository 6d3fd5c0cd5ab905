"""Taking a secret that a customer wrote in a chat out of what is kept and shown."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import quote_plus

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.message import Message

MASK = "••••••••"
# The webhook that brought it is as old as the message, give or take its way through the door.
AROUND = timedelta(minutes=10)
_IN_WEBHOOKS = text(
    "UPDATE webhook_event SET body ="
    " convert_to(replace(replace(convert_from(body, 'UTF8'), :json, :mask), :form, :mask), 'UTF8')"
    " WHERE received_at BETWEEN :since AND :until AND position(convert_to(:id, 'UTF8') IN body) > 0"
)


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
        values = {
            "json": json.dumps(words)[1:-1],
            "form": quote_plus(words),
            "mask": "*" * len(MASK),
            "id": message.provider_id,
            "since": message.received_at - AROUND,
            "until": message.received_at + AROUND,
        }
        session.execute(_IN_WEBHOOKS, values)
