"""What customers said of us: by person, queue, cause and CTO as they were when it was asked."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from handoff.reports.period import Period
from handoff.satisfaction.terms import satisfaction_terms

CSAT_FORMULA = (
    "Pesquisas enviadas no período. Satisfeitos: notas 4 e 5 divididas pelas respondidas. Só toques contam; a primeira"
    " nota vale. Pessoa, fila, motivo e CTO são os da hora da pergunta."
)
NPS_FORMULA = "Pesquisas enviadas no período: % de notas 9 e 10 menos % de notas de 0 a 6, das respondidas."
WHOSE = ("all", "agent", "queue", "cause", "cto")


@dataclass(frozen=True)
class Opinion:
    """Of one person, queue, cause or CTO (`whose` and `key`; all for everybody)."""

    whose: str
    key: str
    asked: int
    answered: int
    average: float
    pleased: int
    low: int


@dataclass(frozen=True)
class Nps:
    """How many were asked, and the answers by group."""

    asked: int
    promoters: int
    passives: int
    detractors: int

    @property
    def answered(self) -> int:
        """How many tapped."""
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> float | None:
        """From -100 to 100; None where nobody answered."""
        return 100 * (self.promoters - self.detractors) / self.answered if self.answered else None


_KEYS = {"all": "''", "agent": "coalesce(agent_id::text, '')", "queue": "queue", "cause": "cause", "cto": "cto"}

_NPS = text("""
SELECT count(*), count(*) FILTER (WHERE score >= 9), count(*) FILTER (WHERE score IN (7, 8)),
    count(*) FILTER (WHERE score <= 6)
FROM survey WHERE kind = 'nps' AND asked_at >= :begins AND asked_at < :ends
""")


def read_opinions(session: Session, period: Period) -> list[Opinion]:
    """By everybody, then by each thing; the most answered first."""
    one = " UNION ALL ".join(
        f"SELECT '{whose}', {key}, count(*), count(score), coalesce(avg(score), 0),"  # noqa: S608 - all of it is ours
        " count(*) FILTER (WHERE score >= 4), count(*) FILTER (WHERE score <= :low) FROM asked GROUP BY 1, 2"
        for whose, key in _KEYS.items()
    )
    asked = "SELECT * FROM survey WHERE kind = 'csat' AND asked_at >= :begins AND asked_at < :ends"
    low = satisfaction_terms(session).low
    rows = session.execute(text(f"WITH asked AS MATERIALIZED ({asked}) {one}"), {**period.moments(), "low": low})
    found = [Opinion(row[0], row[1], row[2], row[3], float(row[4]), row[5], row[6]) for row in rows]
    return sorted(found, key=lambda opinion: (WHOSE.index(opinion.whose), -opinion.answered, opinion.key))


def read_nps(session: Session, period: Period) -> Nps:
    """The counts of the period."""
    return Nps(*session.execute(_NPS, period.moments()).one())
