"""Policies, clocks and their alerts for the tests of promises: day and night, so that no test asks for the hour."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.db import Database
from handoff.sla.watch import tell, to_tell
from models.alert import Alert
from models.conversation import Conversation
from models.sla import SlaClock, SlaPause, SlaPolicy

HOUR_EACH = {"first_minutes": 60, "next_minutes": 60, "level_minutes": 60, "resolution_minutes": 120}


def a_policy(db: Database, queue: str = "", sla_class: str = "", **more: Any) -> None:
    """An hour for every answer and level, two for the resolution, day and night; `more` are other columns."""
    terms: dict[str, Any] = {**HOUR_EACH, "calendar": "sempre", **more}
    with db.transaction() as session:
        session.add(SlaPolicy(queue=queue, sla_class=sla_class, **terms))


def clocks(db: Database, *, running: bool | None = None) -> list[SlaClock]:
    """All clocks by age, or those that run, or do not."""
    with db.transaction() as session:
        rows = session.scalars(select(SlaClock).order_by(SlaClock.id)).all()
    return [row for row in rows if running is None or (row.stopped_at is None) is running]


def kinds(db: Database, *, running: bool | None = True) -> list[str]:
    """Their kinds, in alphabetical order."""
    return sorted(row.kind for row in clocks(db, running=running))


def clock(db: Database, kind: str) -> SlaClock:
    """The newest of a kind."""
    return [row for row in clocks(db) if row.kind == kind][-1]


def pauses(db: Database) -> list[SlaPause]:
    """The ledger."""
    with db.transaction() as session:
        return list(session.scalars(select(SlaPause).order_by(SlaPause.id)))


def alerts(db: Database, *, is_open: bool = True) -> list[Alert]:
    """Alerts about promises."""
    with db.transaction() as session:
        rows = session.scalars(select(Alert).where(Alert.kind.startswith("sla.")).order_by(Alert.id)).all()
    return [row for row in rows if (row.ended_at is None) is is_open]


def look(db: Database, now: datetime) -> int:
    """What the watch does at a moment; how many clocks it told of."""
    with db.transaction() as session:
        found = to_tell(session, now)
    told = 0
    for clock_id, conversation_id in found:
        with db.transaction() as session:
            told += tell(session, clock_id, conversation_id, now)
    return told


def queue_of(db: Database, conversation_id: int) -> str | None:
    """Where the conversation waits."""
    with db.transaction() as session:
        return session.get_one(Conversation, conversation_id).queue
