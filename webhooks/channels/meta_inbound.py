"""Reads the body of a Meta Cloud API webhook: every entry, change, message and status becomes one item."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from webhooks.channels.ports import MediaRef
from webhooks.items import Item, MessageArrived, NotActedUpon, ReceiptArrived, Sender, clean, name_of

CHANNEL = "meta"
MEDIA = ("image", "video", "audio", "voice", "document", "sticker")
# Known kinds that never open or feed a conversation.
SILENT = ("reaction", "system", "request_welcome", "edit", "revoke", "ephemeral")
# Meta repeats a webhook for seven days; a time from before, or from the future, is no time of sending.
OLDEST = timedelta(days=30)


def read(body: bytes, received_at: datetime) -> list[Item]:
    """The items in the order Meta wrote them, messages before receipts in each change.

    `received_at` stands for the time of sending where Meta gives none that can be true. Raises ValueError when the
    body is not a JSON object. Anything inside it that is unknown becomes an item of its own.
    """
    try:
        document = clean(json.loads(body))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(document, dict):
        raise ValueError("not a JSON object")
    items: list[Item] = []
    for entry in _dicts(document.get("entry")):
        for change in _dicts(entry.get("changes")):
            items += _change(change, received_at)
    if not items:
        items.append(NotActedUpon("empty", "unknown", "no change in it", document))
    return items


def _change(change: dict[str, Any], received_at: datetime) -> Iterator[Item]:
    value = change.get("value")
    field = str(change.get("field") or ("messages" if isinstance(value, dict) else "?"))
    if not isinstance(value, dict):
        yield NotActedUpon(field, "unknown", "no value", change)
        return
    if field not in {"messages", "?"}:
        yield NotActedUpon(field, "ignored", "account field", value)
        return
    contacts = list(_dicts(value.get("contacts")))
    messages = list(_dicts(value.get("messages")))
    statuses = list(_dicts(value.get("statuses")))
    seen = bool(messages or statuses)
    for message in messages:
        yield _message(message, _contact_of(message, contacts, alone=len(messages) == 1), received_at)
    for status in statuses:
        yield _receipt(status, received_at)
    for name in ("message_echoes", "standby", "errors"):
        if value.get(name):
            seen = True
            yield NotActedUpon(name, "ignored", "not a customer's message", {name: value[name]})
    if not seen:
        yield NotActedUpon(field, "unknown", "nothing known in it", value)


def _message(message: dict[str, Any], contact: dict[str, Any], received_at: datetime) -> Item:
    kind = str(message.get("type") or "unknown")
    provider_id = name_of(message.get("id"))
    sender = _sender(message, contact)
    if not provider_id or not sender.known:
        return NotActedUpon(f"message.{kind}", "unknown", "no id or no sender", message)
    if kind in SILENT or message.get("group_id"):
        return NotActedUpon(f"message.{kind}", "ignored", "no effect on a conversation", message)
    name, text, reply_id = READERS.get(kind, _unsupported)(message)
    at = _time(message, received_at)
    return MessageArrived(
        CHANNEL, provider_id, sender, at, name, text, reply_id, message, media=_media_of(message, kind)
    )


def _contact_of(message: dict[str, Any], contacts: list[dict[str, Any]], *, alone: bool) -> dict[str, Any]:
    """What the change says about the sender. The list of contacts need not be aligned with the list of messages, so
    they are matched by name; a single contact speaks of a single message unless its names are somebody else's."""
    given = [("wa_id", name_of(message.get("from"))), ("user_id", name_of(message.get("from_user_id")))]
    for contact in contacts:
        if any(name and name_of(contact.get(key)) == name for key, name in given):
            return contact
    if alone and len(contacts) == 1:
        said = [(name, name_of(contacts[0].get(key))) for key, name in given]
        if not any(name and other for name, other in said):
            return contacts[0]
    return {}


def _sender(message: dict[str, Any], contact: dict[str, Any]) -> Sender:
    profile = contact.get("profile")
    return Sender(
        wa_id=name_of(message.get("from")) or name_of(contact.get("wa_id")),
        bsuid=name_of(message.get("from_user_id")) or name_of(contact.get("user_id")),
        parent_bsuid=name_of(message.get("from_parent_user_id")) or name_of(contact.get("parent_user_id")),
        profile_name=str(profile.get("name") or "") if isinstance(profile, dict) else "",
    )


Reading = tuple[str, str, str]


def _part(message: dict[str, Any], name: str) -> dict[str, Any]:
    part = message.get(name)
    return part if isinstance(part, dict) else {}


def _text(message: dict[str, Any]) -> Reading:
    return "text", str(_part(message, "text").get("body") or ""), ""


def _media(message: dict[str, Any]) -> Reading:
    kind = str(message["type"])
    return ("audio" if kind == "voice" else kind), str(_part(message, kind).get("caption") or ""), ""


def _media_of(message: dict[str, Any], kind: str) -> MediaRef | None:
    part = _part(message, kind) if kind in MEDIA else {}
    said = {name: name_of(part.get(name)) for name in ("id", "url", "mime_type", "sha256", "filename")}
    if not (said["id"] or said["url"]):
        return None
    return MediaRef(**said, voice=kind == "voice" or part.get("voice") is True, animated=part.get("animated") is True)


def _button(message: dict[str, Any]) -> Reading:
    button = _part(message, "button")
    return "button", str(button.get("text") or ""), str(button.get("payload") or "")


def _interactive(message: dict[str, Any]) -> Reading:
    interactive = _part(message, "interactive")
    for key, kind in (("button_reply", "button"), ("list_reply", "list")):
        reply = _part(interactive, key)
        if reply:
            return kind, str(reply.get("title") or ""), str(reply.get("id") or "")
    return "unsupported", "", ""


def _location(message: dict[str, Any]) -> Reading:
    place = _part(message, "location")
    return "location", str(place.get("address") or place.get("name") or ""), ""


def _named(kind: str) -> Callable[[dict[str, Any]], Reading]:
    return lambda message: (kind, "", "")


def _unsupported(message: dict[str, Any]) -> Reading:
    return "unsupported", "", ""


READERS: dict[str, Callable[[dict[str, Any]], Reading]] = {
    "text": _text,
    "button": _button,
    "interactive": _interactive,
    "location": _location,
    "contacts": _named("contacts"),
    "order": _named("order"),
    **{kind: _media for kind in MEDIA},
}


def _receipt(status: dict[str, Any], received_at: datetime) -> Item:
    provider_id, state = name_of(status.get("id")), str(status.get("status") or "")
    if not provider_id or state not in {"sent", "delivered", "read", "played", "failed"}:
        return NotActedUpon(f"status.{state or '?'}", "unknown", "no id or unknown state", status)
    errors = list(_dicts(status.get("errors")))
    return ReceiptArrived(
        CHANNEL,
        provider_id,
        name_of(status.get("biz_opaque_callback_data")),
        "read" if state == "played" else state,
        _time(status, received_at),
        str(errors[0].get("code") or "")[:40] if errors else "",
        status,
    )


def _time(item: dict[str, Any], received_at: datetime) -> datetime:
    """Meta's seconds since 1970, mostly as text."""
    try:
        said = datetime.fromtimestamp(int(item.get("timestamp") or 0), UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        return received_at
    return said if received_at - OLDEST < said < received_at else received_at


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    """The objects in a list; what is not an object is not lost, since the whole body is stored."""
    items = value if isinstance(value, list) else [value]
    return (item for item in items if isinstance(item, dict))
