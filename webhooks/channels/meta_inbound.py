"""Reads the body of a Meta webhook: each entry, change and object in it becomes items, by the table of its kinds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from webhooks.channels.meta_kinds import KINDS
from webhooks.channels.meta_piece import CHANNEL, Piece, dicts, message_name, obj
from webhooks.cleaning import clean, words
from webhooks.items import Item, NotActedUpon

__all__ = ["CHANNEL", "read"]


def _status_name(raw: dict[str, Any]) -> str:
    return "group" if raw.get("recipient_type") == "group" else words(raw.get("status"))


# The lists that a value may hold, in the order in which they take effect, and what the row of an object is called.
PARTS: dict[str, Callable[[dict[str, Any]], str]] = {
    "messages": message_name,
    "message_echoes": message_name,
    "calls": lambda raw: words(raw.get("event")),
    "user_preferences": lambda raw: words(raw.get("category")),
    "statuses": _status_name,
    "errors": lambda raw: words(raw.get("code")),
}
# Fields whose value holds such lists. The value of every other field is one thing by itself.
CONVERSING = frozenset({"messages", "message_echoes", "smb_message_echoes", "calls", "user_preferences", "standby"})


def read(body: bytes, received_at: datetime) -> list[Item]:
    """The items in the order Meta wrote them, messages before receipts in each change.

    `received_at` stands for the time of sending where Meta gives none that can be true. Raises ValueError when the
    body is not a JSON object. Anything inside it that is unknown becomes an item of its own.
    """
    try:
        document = clean(json.loads(body, parse_int=_number))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(document, dict):
        raise ValueError("not a JSON object")
    items: list[Item] = []
    for entry in dicts(document.get("entry")):
        account = words(entry.get("id"))
        for change in dicts(entry.get("changes")):
            for piece in _pieces(change, account, received_at, entry.get("time")):
                row = KINDS.find("standby" if piece.standby else piece.part, piece.name)
                items += row.read(piece, row)
    return items or [NotActedUpon("empty", "unknown", "no change in it", document)]


def _number(digits: str) -> int | str:
    """No number of Meta's is as long as this; one that is too large for a float, or for PostgreSQL, stays text."""
    return int(digits) if len(digits) < 300 else digits


def _pieces(change: dict[str, Any], account: str, received_at: datetime, time: object) -> Iterator[Piece]:
    value = change.get("value")
    field = words(change.get("field")) or ("messages" if isinstance(value, dict) else "?")
    if not isinstance(value, dict):
        yield Piece(field, "", change, {}, account, received_at, KINDS)
        return
    if field not in CONVERSING:
        yield Piece(field, _event(value), value, value, account, received_at, KINDS, time=time)
        return
    pieces = list(_parts(value, account, received_at, standby=field == "standby"))
    for inner in dicts(value.get("standby")):
        contacts = inner.get("contacts") or value.get("contacts")
        pieces += _parts({**inner, "contacts": contacts}, account, received_at, standby=True)
    yield from pieces or [Piece(field, "", value, value, account, received_at, KINDS)]


def _parts(value: dict[str, Any], account: str, received_at: datetime, *, standby: bool) -> Iterator[Piece]:
    for part, named in PARTS.items():
        found = list(dicts(value.get(part)))
        for raw in found:
            yield Piece(
                part, named(raw), raw, value, account, received_at, KINDS, alone=len(found) == 1, standby=standby
            )


def _event(value: dict[str, Any]) -> str:
    """What an account's row is called: its event or decision, and what becomes of a ban."""
    event = words(value.get("event")) or words(value.get("decision"))
    ban = words(obj(value.get("ban_info")).get("waba_ban_state"))
    return f"{event}.{ban}" if ban else event
