"""Remembers in PostgreSQL which content resources were made at a channel, for all workers."""

from __future__ import annotations

from sqlalchemy import text

from core.db import Database
from models import utc_now

_GET = text("SELECT content_id FROM channel_content WHERE channel = :channel AND shape = :shape")
_PUT = text(
    "INSERT INTO channel_content (channel, shape, content_id, created_at) VALUES (:channel, :shape, :content, :now)"
    " ON CONFLICT (channel, shape) DO NOTHING"
)
_FORGET = text("DELETE FROM channel_content WHERE channel = :channel AND shape = :shape AND content_id = :content")


class StoredContents:
    """A ContentCache. Each call is one short statement or two; all may be repeated."""

    def __init__(self, db: Database, channel: str) -> None:
        self._db = db
        self._channel = channel

    def get(self, shape: str) -> str | None:
        """The id of the content of this shape, if one was made."""
        with self._db.statements() as connection:
            found = connection.execute(_GET, {"channel": self._channel, "shape": shape}).scalar_one_or_none()
        return str(found) if found else None

    def put(self, shape: str, content_id: str) -> str:
        """Remembers a content unless another is there; returns the one that is there now."""
        row = {"channel": self._channel, "shape": shape, "content": content_id, "now": utc_now()}
        with self._db.statements() as connection:
            connection.execute(_PUT, row)
        # Forgotten again at this very moment: this one is as good as any.
        return self.get(shape) or content_id

    def forget(self, shape: str, content_id: str) -> None:
        """The channel knows this content no more; another that took its place stays."""
        with self._db.statements() as connection:
            connection.execute(_FORGET, {"channel": self._channel, "shape": shape, "content": content_id})
