"""`python -m bench reports`: reckoning a day's, a week's and a quarter's report, and how it grows."""

from __future__ import annotations

import argparse
import time
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text

from bench.outages import database
from core.db import Database
from handoff.reports.period import Period
from handoff.reports.report import Report, read_report
from models.provider import Provider

ZONE = "America/Sao_Paulo"
FIRST = date(2026, 8, 3)
DAYS = 91
PERIODS = {
    "day": Period(FIRST + timedelta(days=43), FIRST + timedelta(days=43), ZONE),
    "week": Period(FIRST + timedelta(days=42), FIRST + timedelta(days=48), ZONE),
    "quarter": Period(FIRST, FIRST + timedelta(days=DAYS - 1), ZONE),
}
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def main(arguments: list[str]) -> int:
    """Runs it."""
    parser = argparse.ArgumentParser(prog="bench reports")
    parser.add_argument("--conversations", type=int, nargs="*", default=[10_000, 100_000])
    counts = parser.parse_args(arguments).conversations
    print(f"\nReports: conversations of {DAYS} days, 30 % with people, 8 messages, 3 clocks where people are")
    with database() as db:
        for count in counts:
            fill(db, count)
            for name, period in PERIODS.items():
                began = time.perf_counter()
                report = read_report(db, period, NOW)
                spent = time.perf_counter() - began
                print(f"{count:>9,} conversations, {name:>7} {spent:7.2f} s ({_of(report):,} ended in it)")
    return 0


def _of(report: Report) -> int:
    return report.endings.ended


def fill(db: Database, count: int) -> None:
    """A quarter of closed conversations, spread evenly, three of ten of which people had."""
    with db.transaction() as session:
        session.execute(text("TRUNCATE provider, contact, agent CASCADE"))
        provider = {"name": "Bench", "cnpj": "11222333000181", "city": "São Paulo", "state": "SP"}
        session.add(Provider(**provider, timezone=ZONE, pix_key="11222333000181"))
        session.flush()
        session.execute(text("SET LOCAL statement_timeout = 0"))
        # What triggers write is not what is measured.
        for table in ("conversation", "message", "sla_clock"):
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        names = {"count": count, "since": datetime(2026, 8, 3, 3, tzinfo=UTC), "step": DAYS * 86400 / count}
        for statement in FILL:
            given = {name: value for name, value in names.items() if f":{name}" in statement}
            session.execute(text(statement), given)
        for table in ("conversation", "message", "sla_clock"):
            session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    with db.reading() as session:
        session.execute(text("ANALYZE"))


FILL = (
    "INSERT INTO agent (id, login, name, role, queues, password_hash, active)"
    " SELECT n, 'a' || n, 'Agent ' || n, 'agent', '{N1}', '', true FROM generate_series(1, 20) AS n",
    "INSERT INTO contact (id, channel, profile_name, created_at)"
    " SELECT n, 'meta', '', now() FROM generate_series(1, CAST(:count AS int) / 5 + 1) AS n",
    "INSERT INTO conversation (id, contact_id, channel, protocol, handler, version, dialogue, summary, opened_at,"
    " closed_at, queue) SELECT n, n % (CAST(:count AS int) / 5) + 1, 'meta', 'b' || n, 'closed', 1, '{}', '',"
    " CAST(:since AS timestamptz) + n * CAST(:step AS float) * interval '1 second', CAST(:since AS timestamptz)"
    " + (n * CAST(:step AS float) + 4000) * interval '1 second', CASE WHEN n % 10 < 3 THEN 'N1' END"
    " FROM generate_series(1, CAST(:count AS int)) AS n",
    "INSERT INTO conversation_span (conversation_id, handler, queue, agent_id, started_at, ended_at)"
    " SELECT id, 'bot', NULL, CAST(NULL AS int), opened_at, opened_at + interval '5 minutes' FROM conversation"
    " UNION ALL SELECT id, 'queue', 'N1', NULL, opened_at + interval '5 minutes', opened_at + interval '11 minutes'"
    " FROM conversation WHERE queue = 'N1' UNION ALL SELECT id, 'agent', 'N1', id % 20 + 1,"
    " opened_at + interval '11 minutes', closed_at FROM conversation WHERE queue = 'N1'",
    "INSERT INTO message (conversation_id, channel, direction, kind, text, payload, author, status, receipts,"
    " received_at, handled_at, outcome, resends) SELECT c.id, 'meta', CASE WHEN m % 2 = 0 THEN 'in' ELSE 'out' END,"
    " 'text', 'x', '{}', CASE WHEN m % 2 = 0 THEN 'customer' WHEN m > 3 AND c.queue = 'N1'"
    " THEN 'agent:a' || (c.id % 20 + 1) ELSE 'bot' END, 'received', '{}', c.opened_at + m * interval '4 minutes',"
    " now(), 'answered', 0 FROM conversation c, generate_series(0, 7) AS m ORDER BY c.id, m",
    "INSERT INTO reading (message_id, conversation_id, intent, confidence, band, ranking, requests, source, model,"
    " unknown_words, fragments, read_at, meant) SELECT max(id), conversation_id, (ARRAY['greet', 'complaint',"
    " 'invoice_second_copy'])[conversation_id % 3 + 1], 0.9, 'act', '[]', '[]', 'model', '', 0, 1, max(received_at), ''"
    " FROM message WHERE direction = 'in' GROUP BY conversation_id",
    "INSERT INTO sla_clock (conversation_id, kind, queue, calendar, target_minutes, chain, started_at, stopped_at)"
    " SELECT c.id, k, 'N1', 'comercial', 60, '[]', c.opened_at, c.closed_at FROM conversation c,"
    " unnest(ARRAY['first', 'level', 'resolution']) AS k WHERE c.queue = 'N1'",
    "INSERT INTO survey (kind, conversation_id, key, agent_id, queue, asked_at, expires_at, score)"
    " SELECT 'csat', id, 's' || id, id % 20 + 1, 'N1', closed_at, closed_at, id % 5 + 1 FROM conversation"
    " WHERE queue = 'N1'",
)
