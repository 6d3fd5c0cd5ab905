"""A subscriber who says that the line is down, and one who waits to hear that it is back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class LineReport(Base):
    """ "Sem internet" said in a chat: evidence for an outage, with the line's place at that time."""

    __tablename__ = "line_report"
    __table_args__ = (Index("ix_line_report_cto_at", "cto", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_ref: Mapped[str] = mapped_column(index=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"))
    olt: Mapped[str] = mapped_column(default="")
    pon: Mapped[str] = mapped_column(default="")
    cto: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=utc_now)


class LineWatch(Base):
    """Somebody is told once when the line is back and that was verified. Open while `ended_at` is empty.

    `outcome`: back (told), given_up (too long), replaced (told by the incident instead) or closed.
    """

    __tablename__ = "line_watch"
    __table_args__ = (
        Index("uq_line_watch_open", "contract_ref", unique=True, postgresql_where=text("ended_at is null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_ref: Mapped[str]
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    since: Mapped[datetime] = mapped_column(default=utc_now)
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")
