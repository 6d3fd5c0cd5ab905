"""What happened, for other systems to hear of: written by the database itself, so that no act can forget it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models import Base


class Happening(Base):
    """One thing that happened: `kind` such as message.received, conversation.taken, job.verified, ticket.opened.

    Triggers (migration 0022) write it in the transaction of the change. `position` is its place in the feed, given
    only once that transaction has ended (webhooks.outgoing.relay), without gaps: who has read up to a position never
    finds something new before it, however late a transaction ended. It holds no personal data: others read what the
    rows say, with the permission that this takes.
    """

    __tablename__ = "happening"
    __table_args__ = (Index("ix_happening_new", "id", postgresql_where=text("position is null")),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    position: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    kind: Mapped[str]
    conversation_id: Mapped[int | None]
    message_id: Mapped[int | None]
    job_id: Mapped[int | None]
    ticket_id: Mapped[int | None]
    at: Mapped[datetime]
