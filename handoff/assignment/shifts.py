"""Whether somebody works now, by the calendar that their shift names."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from handoff.calendars import calendar_named


def in_shift(session: Session, shift: str, now: datetime) -> bool:
    """Whether that shift works now; always, without one. Raises Misconfigured `calendar` for one that is not there."""
    return not shift or calendar_named(session, shift).is_open(now)
