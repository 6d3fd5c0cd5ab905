"""What customers wanted, as their messages were read, and how sure the bot was of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from handoff.reports.period import Period

FORMULA = (
    "Mensagens lidas no período, pela intenção que vale (a de quem corrigiu, onde alguém corrigiu). Com certeza: as que"
    " o robô pôde atender sem perguntar de volta."
)


@dataclass(frozen=True)
class Reason:
    """An intent: how many messages were read as it, how many surely, and in how many the customer said no."""

    intent: str
    count: int
    sure: int
    contradicted: int


_READ = text("""
SELECT CASE WHEN verdict = 'kept' THEN intent ELSE coalesce(corrected_intent, intent) END AS label, count(*),
    count(*) FILTER (WHERE band = 'act'), count(*) FILTER (WHERE contradicted_at IS NOT NULL)
FROM reading WHERE read_at >= :begins AND read_at < :ends GROUP BY label ORDER BY count(*) DESC, label
""")


def read_reasons(session: Session, period: Period) -> list[Reason]:
    """Every intent that was read, the most frequent first."""
    return [Reason(*row) for row in session.execute(_READ, period.moments())]
