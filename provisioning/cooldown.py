"""How long the same may not be done to the same line again: a restart needs its minutes before the next."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from core.db import Database
from models import utc_now
from models.network_job import NetworkJob
from provisioning.action import Action, Order


def cooling_down(db: Database, action: Action, order: Order, job_id: int) -> int:
    """Seconds until the action may be done to this line again, counted over every job but this one; 0 when it may."""
    seconds = float(getattr(action, "cooldown_seconds", 0))
    if not seconds:
        return 0
    since = utc_now() - timedelta(seconds=seconds)
    query = (
        select(NetworkJob.finished_at)
        .where(
            NetworkJob.action == action.name,
            NetworkJob.contract_ref == order.target.contract_ref,
            NetworkJob.state.in_(("verified", "unknown", "pending")),
            NetworkJob.finished_at > since,
            NetworkJob.id != job_id,
        )
        .order_by(NetworkJob.finished_at.desc())
        .limit(1)
    )
    with db.reading() as session:
        last = session.scalar(query)
    return 0 if last is None else max(1, int((last - since).total_seconds()))
