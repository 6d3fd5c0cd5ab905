"""Files that passed through the simulated WhatsApp: kept by id, handed out by links that expire."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from webhooks.simulator.database import Database

LINK_LIFE = timedelta(minutes=5)
KEPT_FOR = timedelta(days=30)
# A customer's file can be fetched for a week only.
CUSTOMERS_KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True)
class MediaInfo:
    """What is known of a file without its bytes; `sha256` in hex, `size` in bytes."""

    id: str
    mime_type: str
    filename: str
    sha256: str
    size: int


class MediaShelf:
    """Files by id: thirty days for what the business uploaded, seven for what a customer sent, as Meta keeps them."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def put(self, body: bytes, mime_type: str, filename: str, *, kept_for: timedelta = KEPT_FOR) -> MediaInfo:
        """Keeps a file for a time and gives it a fresh numeric id."""
        info = MediaInfo(
            str(10**15 + secrets.randbelow(9 * 10**15)),
            mime_type,
            filename,
            hashlib.sha256(body).hexdigest(),
            len(body),
        )
        now = self._clock()
        values = (info.id, mime_type, filename, info.sha256, now.timestamp(), body, (now + kept_for).timestamp())
        with self._database.write() as connection:
            connection.execute("INSERT INTO media VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        return info

    def info(self, media_id: str) -> MediaInfo | None:
        """What is known of a file; None when there is none, or its time is over."""
        now = self._clock()
        rows = self._database.read(
            "SELECT mime_type, filename, sha256, length(body) AS size FROM media WHERE id = ?"
            " AND coalesce(expires_at, created_at + ?) >= ?",
            media_id,
            KEPT_FOR.total_seconds(),
            now.timestamp(),
        )
        if not rows:
            return None
        row = rows[0]
        return MediaInfo(media_id, row["mime_type"], row["filename"], row["sha256"], row["size"])

    def body(self, media_id: str) -> bytes:
        """The bytes of a file that `info` knows."""
        found: bytes = self._database.read("SELECT body FROM media WHERE id = ?", media_id)[0]["body"]
        return found

    def link(self, media_id: str) -> str:
        """A token that opens the file for five minutes."""
        token = secrets.token_urlsafe(24)
        expires = (self._clock() + LINK_LIFE).timestamp()
        with self._database.write() as connection:
            connection.execute("DELETE FROM media_link WHERE expires_at < ?", (self._clock().timestamp(),))
            connection.execute("INSERT INTO media_link VALUES (?, ?, ?)", (token, media_id, expires))
        return token

    def follow(self, token: str) -> MediaInfo | None:
        """The file behind a token; None once it has expired."""
        rows = self._database.read(
            "SELECT media_id FROM media_link WHERE token = ? AND expires_at >= ?", token, self._clock().timestamp()
        )
        return self.info(rows[0]["media_id"]) if rows else None
