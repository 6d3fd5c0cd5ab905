"""How long things took, by bot, queue and person: first answer, waiting, handling and resolution, from rows."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from handoff.reports.period import Period

BOT, PEOPLE, QUEUE, PERSON = "bot", "people", "queue", "person"


@dataclass(frozen=True)
class Measure:
    """A measured time: its name, what it is called, and how it is reckoned, for whoever doubts the figure."""

    name: str
    title: str
    formula: str


@dataclass(frozen=True)
class Times:
    """Of how many, and the seconds: half of them took no longer than `median`, nine in ten no longer than `p90`.

    `whose` is bot, people, queue or person, `key` the queue's name or the agent's id as text.
    """

    whose: str
    key: str
    count: int
    median: float
    p90: float
    average: float


MEASURES = (
    Measure(
        "first",
        "Primeira resposta",
        "Pessoas: da entrada na primeira fila (início do primeiro trecho com fila ou pessoa, no período) até a primeira"
        " mensagem enviada por alguém; a despedida do encerramento não conta. Robô: da primeira mensagem do cliente até"
        " a primeira do robô, nas conversas abertas no período.",
    ),
    Measure(
        "waiting",
        "Espera",
        "Cada trecho em que a conversa esperou em uma fila e que começou no período: fim menos início. Por pessoa:"
        " quanto esperou o que ela assumiu em seguida.",
    ),
    Measure(
        "handling",
        "Atendimento",
        "Cada trecho com uma pessoa (ou com o robô) que começou no período e terminou: fim menos início.",
    ),
    Measure(
        "resolution",
        "Resolução",
        "Conversas encerradas no período: encerramento menos abertura, para quem ficou com ela por último.",
    ),
)

_FIRST = """
SELECT false AS bot, begun.queue, agent.id AS agent_id, extract(epoch FROM said.received_at - begun.started_at) AS took
FROM (
    SELECT s.conversation_id, s.queue, s.started_at FROM conversation_span s
    WHERE s.started_at >= :begins AND s.started_at < :ends AND s.handler IN ('queue', 'agent') AND NOT EXISTS (
        SELECT FROM conversation_span e WHERE e.conversation_id = s.conversation_id
        AND e.handler IN ('queue', 'agent') AND (e.started_at, e.id) < (s.started_at, s.id))
) AS begun
CROSS JOIN LATERAL (
    SELECT m.received_at, m.author FROM message m
    WHERE m.conversation_id = begun.conversation_id AND m.direction = 'out' AND m.received_at >= begun.started_at
    AND (m.author LIKE 'agent:%' OR m.author = 'phone_app') AND coalesce(m.key, '') NOT LIKE 'closing-%'
    ORDER BY m.id LIMIT 1
) AS said
LEFT JOIN agent ON 'agent:' || agent.login = said.author
UNION ALL
SELECT true, NULL, NULL, extract(epoch FROM said.received_at - asked.received_at)
FROM conversation c
CROSS JOIN LATERAL (
    SELECT m.received_at FROM message m WHERE m.conversation_id = c.id AND m.direction = 'in' ORDER BY m.id LIMIT 1
) AS asked
CROSS JOIN LATERAL (
    SELECT m.received_at FROM message m WHERE m.conversation_id = c.id AND m.direction = 'out' AND m.author = 'bot'
    AND m.received_at >= asked.received_at ORDER BY m.id LIMIT 1
) AS said
WHERE c.opened_at >= :begins AND c.opened_at < :ends
"""

_WAITING = """
SELECT false AS bot, s.queue, after.agent_id, extract(epoch FROM s.ended_at - s.started_at) AS took
FROM conversation_span s
LEFT JOIN LATERAL (
    SELECT CASE WHEN n.handler = 'agent' THEN n.agent_id END AS agent_id FROM conversation_span n
    WHERE n.conversation_id = s.conversation_id AND (n.started_at, n.id) > (s.started_at, s.id)
    ORDER BY n.started_at, n.id LIMIT 1
) AS after ON true
WHERE s.started_at >= :begins AND s.started_at < :ends AND s.handler = 'queue' AND s.ended_at IS NOT NULL
"""

_HANDLING = """
SELECT s.handler = 'bot' AS bot, s.queue, s.agent_id, extract(epoch FROM s.ended_at - s.started_at) AS took
FROM conversation_span s
WHERE s.started_at >= :begins AND s.started_at < :ends AND s.handler IN ('bot', 'agent') AND s.ended_at IS NOT NULL
"""

_RESOLUTION = """
SELECT held.handler = 'bot' AS bot, held.queue, CASE WHEN held.handler = 'agent' THEN held.agent_id END AS agent_id,
    extract(epoch FROM c.closed_at - c.opened_at) AS took
FROM conversation c
CROSS JOIN LATERAL (
    SELECT s.handler, s.queue, s.agent_id FROM conversation_span s WHERE s.conversation_id = c.id
    ORDER BY s.started_at DESC, s.id DESC LIMIT 1
) AS held
WHERE c.handler = 'closed' AND c.closed_at >= :begins AND c.closed_at < :ends
"""

_SAMPLES = {"first": _FIRST, "waiting": _WAITING, "handling": _HANDLING, "resolution": _RESOLUTION}

_FIGURES = (
    "count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY took), percentile_cont(0.9) WITHIN GROUP (ORDER BY took),"
    " avg(took) FROM sample"
)


def read_times(session: Session, period: Period) -> dict[str, list[Times]]:
    """Every measure by its name: for the bot, for all people, for each queue and each person, where there were any."""
    return {name: _read(session, sample, period) for name, sample in _SAMPLES.items()}


def _read(session: Session, sample: str, period: Period) -> list[Times]:
    statement = text(
        f"WITH sample AS MATERIALIZED ({sample})"
        f" SELECT 'bot', '', {_FIGURES} WHERE bot HAVING count(*) > 0"
        f" UNION ALL SELECT 'people', '', {_FIGURES} WHERE NOT bot HAVING count(*) > 0"
        f" UNION ALL SELECT 'queue', queue, {_FIGURES} WHERE NOT bot AND queue IS NOT NULL GROUP BY queue"
        f" UNION ALL SELECT 'person', agent_id::text, {_FIGURES} WHERE NOT bot AND agent_id IS NOT NULL"
        " GROUP BY agent_id"
    )
    rows = session.execute(statement, period.moments())
    found = [Times(row[0], row[1], int(row[2]), float(row[3]), float(row[4]), float(row[5])) for row in rows]
    return sorted(found, key=lambda times: (times.whose, times.key))
