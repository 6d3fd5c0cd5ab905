"""What a contact may be sent without having asked for it, by the register of consent."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.consent import Consent

MARKETING = "marketing"


def may_receive(session: Session, contact_id: int, category: str) -> bool:
    """Whether a template of this category (UTILITY, MARKETING, AUTHENTICATION) may be sent: marketing only to who
    agreed to it, by the newest entry."""
    return category.lower() != MARKETING or _newest(session, contact_id) == "in"


def opt_out(session: Session, contact_id: int, *, source: str, proof: dict[str, Any]) -> None:
    """Records that the contact wants no marketing; nothing where that is what holds already."""
    if _newest(session, contact_id) != "out":
        session.add(Consent(contact_id=contact_id, purpose=MARKETING, decision="out", source=source, proof=proof))


def _newest(session: Session, contact_id: int) -> str | None:
    decisions = select(Consent.decision).where(Consent.contact_id == contact_id, Consent.purpose == MARKETING)
    return session.scalars(decisions.order_by(Consent.at.desc(), Consent.id.desc()).limit(1)).first()
