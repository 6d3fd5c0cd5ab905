"""`python -m bench openings`: opening a conversation or a list in the console, and how that grows with the messages."""

from __future__ import annotations

import argparse
import random
import re
import time
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from obstore.store import MemoryStore
from sqlalchemy import text

from bench import searches
from bench.load import Figures
from bench.outages import database
from core.db import Database
from core.media_store import MediaStore
from handoff.accounts import ensure_agent
from handoff.calendars import ensure_calendars
from handoff.console import console_blueprint
from handoff.queues import ensure_organogram
from handoff.roles import ensure_roles
from handoff.sla.terms import ensure_policies

LOGIN = "helena"
PASSWORD = KEY = "of-a-system-that-lives-for-minutes"  # noqa: S105
ROUNDS = 200
PEOPLE = 200
HELD = 800
WAITING = 100
LONG = 10
LONG_MESSAGES = 2000


def main(arguments: list[str]) -> int:
    """Prints p50 and p99 of ROUNDS for each page and number of messages, and how the median grew."""
    parser = argparse.ArgumentParser(prog="bench openings")
    parser.add_argument("--messages", type=int, nargs="*", default=[10_000, 1_000_000, 5_000_000])
    sizes = parser.parse_args(arguments).messages
    print(f"\nPages of the console, {PEOPLE} people in one queue with {HELD} open conversations, {WAITING} more wait")
    first: dict[str, float] = {}
    with database() as db:
        _people(db)
        client = _signed_in(db)
        for size in sizes:
            began = time.perf_counter()
            fill(db, size)
            print(f"\n{size:,} messages ({time.perf_counter() - began:.0f} s to fill)")
            print(f"  {'page':<44}{'p50 ms':>9}{'p99 ms':>9}{'growth':>9}")
            for name, path in pages(size).items():
                figures = _measured(client, path)
                p50, p99 = figures.percentile(0.5), figures.percentile(0.99)
                print(f"  {name:<44}{p50:>9.1f}{p99:>9.1f}{p50 / first.setdefault(name, p50):>8.1f}x", flush=True)
    return 0


def pages(size: int) -> dict[str, Callable[[], str]]:
    """What is opened, each time another one where there are several."""
    some = random.Random(7)
    last = size // searches.PER_CONVERSATION
    held = range(last - HELD + 1, last - LONG + 1)
    return {
        "a conversation of ten messages": lambda: f"/console/c/{some.choice(held)}?tab=mine",
        f"one of {LONG_MESSAGES:,} messages": lambda: f"/console/c/{last - some.randrange(LONG)}?tab=mine",
        "one that ended": lambda: f"/console/c/{1 + some.randrange(max(1, last - HELD - WAITING))}",
        "list: waiting": lambda: "/console/?tab=waiting",
        "list: mine": lambda: "/console/?tab=mine",
        "list: all open": lambda: "/console/?tab=open",
        "list: all open, unread": lambda: "/console/?tab=open&novas=1",
        "list: with an alert": lambda: "/console/?tab=alert",
    }


def fill(db: Database, messages: int) -> None:
    """As many messages as the searches have; the last conversations are open, a few of them very long."""
    searches.fill(db, messages)
    last = messages // searches.PER_CONVERSATION
    given = {"held": last - HELD, "waiting": last - HELD - WAITING, "people": PEOPLE, "long": last - LONG}
    with db.transaction() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in OPEN:
            names = {name: value for name, value in given.items() if f":{name}" in statement}
            session.execute(text(statement), names | ({"each": LONG_MESSAGES} if ":each" in statement else {}))
    with db.reading() as session:
        session.execute(text("SET statement_timeout = 0"))
        session.execute(text("VACUUM ANALYZE"))


OPEN = (
    "SELECT setval(pg_get_serial_sequence('message', 'id'), (SELECT max(id) FROM message))",
    "UPDATE conversation SET handler = 'queue', queue = 'N1', opened_at = now(), closed_at = NULL,"
    " waiting_since = now() WHERE id > :waiting AND id <= :held",
    "UPDATE conversation SET handler = 'agent', queue = 'N1', opened_at = now(), closed_at = NULL,"
    " agent_id = (SELECT min(id) FROM agent) + id % :people, last_inbound_at = now() WHERE id > :held",
    "INSERT INTO message (conversation_id, channel, direction, kind, text, payload, author, status, receipts,"
    " received_at, handled_at) SELECT c, 'whatsapp', CASE WHEN m % 2 = 0 THEN 'in' ELSE 'out' END, 'text', 'mais uma',"
    " '{}', CASE WHEN m % 2 = 0 THEN 'customer' ELSE 'bot' END, 'received', '{}', now(), now()"
    " FROM generate_series(CAST(:long AS int) + 1, CAST(:long AS int) + 10) AS c, generate_series(1, :each) AS m",
    "INSERT INTO sla_clock (conversation_id, kind, queue, calendar, target_minutes, warn_percent, chain, started_at,"
    " due_at, warn_at) SELECT id, k, 'N1', 'comercial', 600, 80, '[]', now(), now() + interval '10 hours', now()"
    " + interval '8 hours' FROM conversation, unnest(ARRAY['first', 'level', 'resolution']) AS k WHERE id > :waiting",
)


def _people(db: Database) -> None:
    with db.transaction() as session:
        for ensure in (ensure_roles, ensure_organogram, ensure_calendars, ensure_policies):
            ensure(session)
        ensure_agent(session, LOGIN, "Helena", "agent", ["N1", "Empresas"], PASSWORD)
        session.execute(
            text(
                "INSERT INTO agent (login, name, role, queues, password_hash, active) SELECT 'a' || n, 'Agente ' || n,"
                " 'agent', '{N1}', '', true FROM generate_series(2, :people) AS n"
            ),
            {"people": PEOPLE},
        )


def _signed_in(db: Database) -> FlaskClient:
    """A browser in this process: what the console costs, without the network."""
    app = Flask("bench")
    store = MediaStore(MemoryStore)
    app.register_blueprint(console_blueprint(db=db, secret_key=KEY, public_url="http://127.0.0.1:8000", store=store))
    client = app.test_client()
    token = re.search(r'name="csrf" value="([^"]+)"', client.get("/console/login").text)
    assert token is not None
    answer = client.post("/console/login", data={"csrf": token[1], "login": LOGIN, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return client


def _measured(client: FlaskClient, path: Callable[[], str]) -> Figures:
    taken = []
    for _ in range(ROUNDS):
        asked, began = path(), time.perf_counter()
        answer = client.get(asked)
        taken.append(time.perf_counter() - began)
        assert answer.status_code == 200, f"{asked}: {answer.status_code}"
    return Figures(ROUNDS, sum(taken), tuple(sorted(taken)))
