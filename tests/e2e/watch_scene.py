"""A busy desk for the supervisors' pages: days of history, people who are there, and conversations that wait."""

from __future__ import annotations

import random
from datetime import timedelta

from core.db import Database
from handoff.access import Attendant
from models import utc_now
from models.message import Message
from models.presence import Presence, PresenceSpan
from models.sla import SlaClock
from models.survey import Survey
from tests.integration.desk import a_conversation, a_reading
from tests.integration.report_rows import a_history


def a_busy_desk(db: Database, cast: dict[str, Attendant]) -> int:
    """Nine days of history, people who are there, and conversations that wait and are held; Davi's id."""
    now = utc_now()
    people = [cast[login] for login in ("helena", "igor", "joana")]
    a_history(db, people, random.Random(7), now - timedelta(days=9), 120)
    late = a_conversation(db, name="Maria das Graças Albuquerque", hours_ago=2)
    a_conversation(db, name="Bruno", hours_ago=0.3, queue="Financeiro")
    davi = a_conversation(db, name="Davi", handler="agent", owner=cast["helena"])
    a_reading(db, davi)
    with db.transaction() as session:
        session.query(Message).filter_by(direction="out").update({"status": "read"})
        session.query(Message).filter_by(direction="in").update({"handled_at": now})
        for login, state, reason in (("helena", "online", ""), ("igor", "paused", "almoço"), ("joana", "online", "")):
            id_, since = cast[login].id, now - timedelta(minutes=25)
            session.add(Presence(agent_id=id_, state=state, reason=reason, since=since))
            session.add(PresenceSpan(agent_id=id_, state=state, reason=reason, started_at=since))
        clock = SlaClock(conversation_id=late, kind="first", queue="N1", calendar="sempre", target_minutes=60)
        clock.started_at, clock.due_at = now - timedelta(hours=2), now - timedelta(hours=1)
        session.add(clock)
        survey = Survey(kind="csat", conversation_id=davi, key="s", score=2, expires_at=now, queue="N1")
        survey.agent_id, survey.cause, survey.cto = cast["helena"].id, "outage_no_connection", "CTO-12"
        session.add(survey)
    return davi
