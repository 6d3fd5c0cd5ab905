"""A file that goes with a message: ours to send, or a customer's that is fetched from the channel."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class Attachment(Base):
    """`sha256` is the hex digest of the bytes, `size` their number; empty and 0 until they are here.

    Bytes of ours stand in `data`, written with the message that needs them. A customer's are in the media store under
    `stored_as`: needed while the state is wanted or here; in any other state the bytes are still to be deleted.
    `state`: wanted (to be fetched: `origin` says from where; `error`, why it is not here yet), here, refused (`error`:
    what it is does not pass), lost (the channel no longer has it) or expired (deleted by policy, at `expires_at`).
    `origin` is what the channel said: {id or url, mime_type, sha256, filename, voice}. `mime_type` is what the bytes
    are, once here; before, what was claimed.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint("state in ('wanted', 'here', 'refused', 'lost', 'expired')", name="state"),
        CheckConstraint("state <> 'here' or data is not null or stored_as is not null", name="bytes_somewhere"),
        Index("ix_attachment_expires_at", "expires_at", postgresql_where=text("state = 'here'")),
        Index("ix_attachment_stored_as", "stored_as", postgresql_where=text("stored_as is not null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    filename: Mapped[str]
    mime_type: Mapped[str]
    sha256: Mapped[str] = mapped_column(default="")
    size: Mapped[int] = mapped_column(default=0, server_default="0")
    data: Mapped[bytes | None] = mapped_column(deferred=True)
    stored_as: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="here", server_default="here")
    origin: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    error: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    @classmethod
    def of_ours(cls, filename: str, mime_type: str, data: bytes) -> Attachment:
        """A file that we send, with its bytes in the row."""
        digest = hashlib.sha256(data).hexdigest()
        return cls(filename=filename, mime_type=mime_type, size=len(data), sha256=digest, data=data)
