"""What the phone page is told: one message as a bubble, the list of people, and whose phone a request means."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import abort, request

from webhooks.simulator.messages import ChatMessage, summary_of
from webhooks.simulator.people import Phone
from webhooks.simulator.store import Store


def bubble(store: Store, message: ChatMessage) -> dict[str, Any]:
    """One message as the page draws it."""
    quoted = store.message(message.content["reply_to"]) if message.content.get("reply_to") else None
    return {
        "id": message.id,
        "seq": message.seq,
        "revision": message.revision,
        "author": message.author,
        "kind": message.kind,
        "status": message.status,
        "at": message.created_at.isoformat(),
        "content": dict(message.content),
        "quote": {"author": quoted.author, "text": summary_of(quoted)[:200]} if quoted else None,
    }


def picker(store: Store, now: datetime) -> list[dict[str, Any]]:
    """Everybody who has a phone, with the last that was said there."""
    return [
        {
            "key": chat.phone.user_id,
            "wa_id": chat.phone.wa_id,
            "name": chat.phone.name,
            "note": chat.phone.note,
            "hides": chat.phone.hides_number,
            "unread": chat.unread,
            "typing": chat.phone.typing_until > now.timestamp(),
            "last": {
                "text": summary_of(chat.last)[:120],
                "author": chat.last.author,
                "status": chat.last.status,
                "at": chat.last.created_at.isoformat(),
            }
            if chat.last
            else None,
        }
        for chat in store.chats()
    ]


def phone_or_404(store: Store, key: str) -> Phone:
    """The phone of that user id; ends the request where there is none."""
    # The page addresses phones by their user id, so that no number stands in an access log.
    found = store.find_phone(key)
    if found is None:
        abort(404, "Número desconhecido.")
    return found


def json_object() -> dict[str, Any]:
    """The request's body; ends the request when it is no JSON object."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        abort(400, "Esperado um objeto JSON.")
    return body
