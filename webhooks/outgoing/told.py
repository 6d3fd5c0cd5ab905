"""An event as other systems read it, in the feed and in what is sent to them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from models.happening import Happening


def as_event(row: Happening) -> dict[str, Any]:
    """The event of a row that has its position, which is the event's id. It holds ids, no words and no names: the rest
    is asked for, with the permission that it takes."""
    told: dict[str, Any] = {"id": row.position, "type": row.kind, "at": row.at.isoformat()}
    for name in ("conversation_id", "message_id", "job_id", "ticket_id"):
        told[name] = getattr(row, name)
    return told


def wanted(kind: str, patterns: Collection[str]) -> bool:
    """Whether one of the patterns (message.received, message.* or *) means this kind."""
    group = kind.partition(".")[0]
    return any(pattern in ("*", kind, f"{group}.*") for pattern in patterns)
