"""Work that must happen: one row each, added in the transaction that creates the work, done when it is done."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import wake
from models import Base, utc_now

# Which queue's workers do which kind of work. A test holds it against the Procfile and the routing table.
QUEUE_OF = {
    "intake": "turns",
    "turn": "turns",
    "deliver": "outbound",
    "typing": "outbound",
    "network": "network",
}


class Outbox(Base):
    """`topic` and `ref_id` say what to do; from `run_after` on it may be done. `tries` counts claims.

    Open while `done_at` is empty. A row that was given up has `done_at` and `error`.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "queue", "run_after", postgresql_where=text("done_at is null")),
        Index("ix_outbox_topic_ref_id", "topic", "ref_id", postgresql_where=text("done_at is null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    queue: Mapped[str]
    topic: Mapped[str]
    ref_id: Mapped[int]
    run_after: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    error: Mapped[str | None]


def add_work(session: Session, topic: str, ref_id: int, *, after_seconds: float = 0) -> None:
    """Adds work to the outbox of this transaction; its queue is woken after the commit if it is due at once."""
    queue = QUEUE_OF[topic]
    run_after = utc_now() + timedelta(seconds=after_seconds)
    session.add(Outbox(queue=queue, topic=topic, ref_id=ref_id, run_after=run_after))
    if after_seconds <= 0:
        wake(session, queue)
