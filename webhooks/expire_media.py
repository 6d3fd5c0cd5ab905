"""Deletes customers' files whose time is over: the row stays and says so, the bytes go."""

from __future__ import annotations

from sqlalchemy import text

from core.db import Database
from core.locks import hold
from core.media_store import MediaStore
from models import utc_now

AT_ONCE = 500

_EXPIRE = text(
    "UPDATE attachment SET state = 'expired', origin = '{}' WHERE id IN (SELECT id FROM attachment"
    " WHERE state = 'here' AND expires_at <= :now ORDER BY expires_at LIMIT :most FOR UPDATE SKIP LOCKED)"
)
_TO_DELETE = text(
    "SELECT DISTINCT stored_as FROM attachment WHERE stored_as IS NOT NULL AND state NOT IN ('wanted', 'here')"
    " LIMIT :most"
)
_NEEDED = text("SELECT EXISTS (SELECT FROM attachment WHERE stored_as = :key AND state IN ('wanted', 'here'))")
_DELETED = text("UPDATE attachment SET stored_as = NULL WHERE stored_as = :key AND state NOT IN ('wanted', 'here')")


def expire_media(_ref_id: int, *, db: Database, store: MediaStore) -> None:
    """Expires what is due and deletes the bytes that nobody needs any more. May be called again, and killed at any
    line: what is still to be deleted stands in the rows. Raises what the store raises."""
    row = {"now": utc_now(), "most": AT_ONCE}
    expired = AT_ONCE
    while expired == AT_ONCE:
        with db.transaction() as session:
            expired = session.execute(_EXPIRE, row).rowcount  # type: ignore[attr-defined]
    keys = [""]
    while keys:
        with db.reading() as session:
            keys = list(session.scalars(_TO_DELETE, {"most": AT_ONCE}))
        for key in keys:
            _delete(db, store, key)


def _delete(db: Database, store: MediaStore, key: str) -> None:
    with db.transaction() as session:
        # Whoever brings the same file says so under this lock first, and waits while it is still to be deleted.
        hold(session, f"media/{key}")
        needed = session.execute(_NEEDED, {"key": key}).scalar_one()
        if needed:
            session.execute(_DELETED, {"key": key})
    if needed:
        return
    store.delete(key)
    with db.transaction() as session:
        session.execute(_DELETED, {"key": key})
