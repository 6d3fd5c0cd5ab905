"""Moments as people type them into a form, on the provider's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

# Nobody means what is further away: it is a slip of the hand.
BACK, AHEAD = timedelta(days=365), timedelta(days=2 * 365)


def typed_moment(text: str, zone: str, now: datetime) -> datetime | None:
    """The moment in UTC of a `datetime-local` field (`2026-12-05T14:30`); None for an empty one.

    Raises ValueError for what is no moment, and for one over a year before `now` or over two years after it.
    """
    if not text.strip():
        return None
    at = datetime.fromisoformat(text.strip())
    try:
        at = (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("moment") from error
    if not now - BACK <= at <= now + AHEAD:
        raise ValueError("moment")
    return at


def as_typed(at: datetime | None, zone: str) -> str:
    """The value of such a field; empty for None."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}" if at else ""
