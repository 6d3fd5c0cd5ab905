"""An attempt to prove who writes, kept so that guessing is slow."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class IdentityAttempt(Base):
    """`document_hash` is a keyed hash, so that the row tells nothing about documents that are not customers'."""

    __tablename__ = "identity_attempt"
    __table_args__ = (
        Index("ix_identity_attempt_document_hash_at", "document_hash", "at"),
        Index("ix_identity_attempt_contact_id_at", "contact_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int]
    document_hash: Mapped[str]
    succeeded: Mapped[bool]
    at: Mapped[datetime] = mapped_column(default=utc_now)
