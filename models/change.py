"""What changed lately, for whoever shows it live: written by the database itself, and forgotten after an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import Base, utc_now

KEPT = timedelta(hours=1)


class Change(Base):
    """Something of a conversation was added or changed: `what` is conversation, message, job or clock.

    Triggers (migration 0021) write it in the transaction of the change. Ids of transactions that commit late come late:
    whoever follows reads some seconds back and knows what it has seen.
    """

    __tablename__ = "change"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    conversation_id: Mapped[int]
    what: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)


def forget_changes(session: Session) -> int:
    """Deletes what everybody has shown by now; returns how many rows. May be called again."""
    return int(session.execute(delete(Change).where(Change.at < utc_now() - KEPT)).rowcount)  # type: ignore[attr-defined]
