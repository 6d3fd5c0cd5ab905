"""A ticket: what a technician needs to know, with the evidence that was measured."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class Ticket(Base):
    """`protocol` is the ERP's number or the conversation's. `evidence` is what was measured, with its time."""

    __tablename__ = "ticket"

    id: Mapped[int] = mapped_column(primary_key=True)
    protocol: Mapped[str] = mapped_column(index=True)
    contract_ref: Mapped[str] = mapped_column(index=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"))
    subject: Mapped[str]
    text: Mapped[str]
    evidence: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    state: Mapped[str] = mapped_column(default="open")
    opened_at: Mapped[datetime] = mapped_column(default=utc_now)
