"""Moments as people type them into a form, on the provider's clock."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo


def typed_moment(text: str, zone: str) -> datetime | None:
    """The moment of a `datetime-local` field (`2026-12-05T14:30`); None for an empty one.

    Raises ValueError for what is no moment.
    """
    if not text.strip():
        return None
    at = datetime.fromisoformat(text.strip())
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))


def as_typed(at: datetime | None, zone: str) -> str:
    """The value of such a field; empty for None."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}" if at else ""
