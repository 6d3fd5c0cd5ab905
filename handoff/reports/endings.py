"""How conversations ended: at which level, by the bot alone, and who of those came back all the same."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from handoff.queues import organogram
from handoff.reports.period import Period

FUNNEL_FORMULA = (
    "Conversas encerradas no período em que o cliente escreveu, pelo nível mais alto em que esperaram ou foram"
    " atendidas; filas sem nível contam como N1. As partes são das que chegaram a pessoas."
)
CONTAINMENT_FORMULA = (
    "Conversas encerradas no período em que o cliente escreveu e que nunca esperaram por uma pessoa nem ficaram com"
    " uma, divididas por todas as encerradas. Líquida: sem aquelas cujo cliente voltou a escrever (votos e comentários"
    " de pesquisa não contam) em até 24 h ou 7 dias depois do fim."
)
REOPENED_FORMULA = (
    "Trechos que começaram no período depois de a conversa ter ficado encerrada (mais de um segundo sem dono)."
)


@dataclass(frozen=True)
class Endings:
    """Counts of conversations that ended in the period. `levels` are those that ended at N1, N2 and N3; `contained`
    the bot's alone, of which the customers of `back_24h` and `back_7d` came back. `settling` ended less than seven days
    ago: theirs may still come back. `reopened` counts conversations that went on after an end."""

    ended: int
    levels: tuple[int, int, int]
    contained: int
    back_24h: int
    back_7d: int
    settling: int
    reopened: int

    @property
    def with_people(self) -> int:
        """Those that people got."""
        return sum(self.levels)


_ENDED = text("""
WITH ended AS MATERIALIZED (
    SELECT c.id, c.contact_id, c.closed_at, c.level_reached FROM conversation c
    WHERE c.handler = 'closed' AND c.closed_at >= :begins AND c.closed_at < :ends
    AND EXISTS (SELECT FROM message m WHERE m.conversation_id = c.id AND m.direction = 'in')
), reached AS MATERIALIZED (
    SELECT ended.*, greatest(ended.level_reached, coalesce((
        SELECT max(coalesce((CAST(:levels AS jsonb) ->> s.queue)::int, 1)) FROM conversation_span s
        WHERE s.conversation_id = ended.id AND s.handler IN ('queue', 'agent')), 0)) AS level
    FROM ended
), alone AS MATERIALIZED (
    SELECT reached.closed_at, (
        SELECT min(m.received_at) FROM conversation o JOIN message m ON m.conversation_id = o.id
        WHERE o.contact_id = reached.contact_id AND m.direction = 'in' AND m.received_at > reached.closed_at
        AND m.received_at <= reached.closed_at + interval '7 days'
        AND coalesce(m.outcome, '') NOT IN ('vote', 'comment')) AS back
    FROM reached WHERE level = 0
)
SELECT (SELECT count(*) FROM reached),
    (SELECT count(*) FROM reached WHERE level = 1), (SELECT count(*) FROM reached WHERE level = 2),
    (SELECT count(*) FROM reached WHERE level >= 3), (SELECT count(*) FROM alone),
    (SELECT count(*) FROM alone WHERE back <= closed_at + interval '24 hours'),
    (SELECT count(*) FROM alone WHERE back IS NOT NULL),
    (SELECT count(*) FROM alone WHERE closed_at > CAST(:now AS timestamptz) - interval '7 days')
""")

_REOPENED = text("""
SELECT count(DISTINCT s.conversation_id) FROM conversation_span s
CROSS JOIN LATERAL (
    SELECT b.ended_at FROM conversation_span b
    WHERE b.conversation_id = s.conversation_id AND (b.started_at, b.id) < (s.started_at, s.id)
    ORDER BY b.started_at DESC, b.id DESC LIMIT 1
) AS before
WHERE s.started_at >= :begins AND s.started_at < :ends AND before.ended_at < s.started_at - interval '1 second'
""")


def read_endings(session: Session, period: Period, now: datetime) -> Endings:
    """The counts of the period as known at `now`."""
    row = session.execute(_ENDED, {**period.moments(), "now": now, "levels": _levels(session)}).one()
    reopened = session.execute(_REOPENED, period.moments()).scalar_one()
    return Endings(row[0], (row[1], row[2], row[3]), row[4], row[5], row[6], row[7], reopened)


def levels_of(session: Session) -> dict[str, int]:
    """The level of each queue; one outside of the levels is a first line of its own."""
    plan = organogram(session)
    return {queue.name: max(1, queue.level) for queue in (*plan.queues, *plan.closed)}


def _levels(session: Session) -> str:
    return json.dumps(levels_of(session))
