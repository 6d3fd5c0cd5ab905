"""What a contact agreed to receive, or refused: a register that only grows, each entry with its proof."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class Consent(Base):
    """The newest row of a contact and purpose is what holds. `purpose`: marketing. `decision`: in or out.

    `source`: customer (wrote it), whatsapp (Meta's preference), twilio, agent, import. `proof` tells how it can be
    shown: the message's id and words, the webhook's id, the file. Notices that the contract calls for need no consent.
    """

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("decision in ('in', 'out')", name="decision"),
        Index("ix_consent_contact_id_purpose_at", "contact_id", "purpose", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    purpose: Mapped[str] = mapped_column(default="marketing")
    decision: Mapped[str]
    source: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=utc_now)
    proof: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    recorded_by: Mapped[str] = mapped_column(default="system")
