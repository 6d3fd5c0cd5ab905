"""Deletes raw webhooks that were read long ago: they hold personal data, and their messages are rows by now."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from core.db import Database
from models import utc_now

AT_ONCE = 5000

_ITEMS = text(
    "DELETE FROM webhook_item WHERE event_id IN (SELECT id FROM webhook_event WHERE state = 'done'"
    " AND received_at < :before ORDER BY id LIMIT :most)"
)
_EVENTS = text(
    "DELETE FROM webhook_event WHERE id IN (SELECT id FROM webhook_event WHERE state = 'done'"
    " AND received_at < :before ORDER BY id LIMIT :most)"
)
# Changes of messages that never came: they speak of what was written before this system was there.
_CHANGES = text("DELETE FROM parked_change WHERE at < :before")


def prune_webhooks(_ref_id: int, *, db: Database, keep: timedelta) -> None:
    """Deletes those older than `keep`, some thousands at a time. What could not be read stays for a person to see."""
    row = {"before": utc_now() - keep, "most": AT_ONCE}
    with db.transaction() as session:
        session.execute(_CHANGES, row)
    deleted = AT_ONCE
    while deleted == AT_ONCE:
        with db.transaction() as session:
            session.execute(_ITEMS, row)
            deleted = session.execute(_EVENTS, row).rowcount  # type: ignore[attr-defined]
