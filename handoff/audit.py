"""Writes down who saw or changed a customer's data."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import utc_now
from models.audit import Audit

SAME_DEED = timedelta(days=1)
"""A deed that can be done once only: a second press within this is no second row."""


def record(session: Session, actor: str, action: str, subject: str, **detail: Any) -> None:
    """Adds an audit row. `detail` goes to JSON and must not hold a document, a phone or what somebody wrote."""
    session.add(Audit(actor=actor, action=action, subject=subject, detail=detail))


def record_once(session: Session, actor: str, action: str, subject: str, *, within: timedelta, **detail: Any) -> None:
    """Adds the row unless the same actor already has one for it, with this detail, in the last `within`: for pages
    that refresh and players that ask for a file in parts."""
    known = select(Audit.id).where(
        Audit.subject == subject, Audit.at > utc_now() - within, Audit.actor == actor, Audit.action == action
    )
    if detail:
        known = known.where(Audit.detail.contains(detail))
    if session.execute(known.limit(1)).first() is None:
        record(session, actor, action, subject, **detail)
