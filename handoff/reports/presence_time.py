"""How long people were there, in pauses (and why) and away, as far as it falls into the period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from handoff.reports.period import Period

FORMULA = "Trechos de presença de cada pessoa, cortados nos limites do período; o que está aberto conta até agora."


@dataclass(frozen=True)
class PresenceTime:
    """A person's seconds in a state (models.presence) for a reason, and how many times it began or went on."""

    agent_id: int
    state: str
    reason: str
    seconds: float
    times: int


_SPENT = text("""
SELECT agent_id, state, reason,
    sum(extract(epoch FROM
        least(coalesce(ended_at, CAST(:now AS timestamptz)), :ends) - greatest(started_at, :begins))),
    count(*)
FROM presence_span
WHERE started_at < least(CAST(:now AS timestamptz), :ends)
AND coalesce(ended_at, CAST(:now AS timestamptz)) > :begins AND state <> 'offline'
GROUP BY agent_id, state, reason ORDER BY agent_id, state, reason
""")


def read_presence(session: Session, period: Period, now: datetime) -> list[PresenceTime]:
    """By person, state and reason; being away is not told."""
    rows = session.execute(_SPENT, {**period.moments(), "now": now})
    return [PresenceTime(row[0], row[1], row[2], float(row[3]), row[4]) for row in rows]
