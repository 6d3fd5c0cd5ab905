"""`python -m bench searches`: how long a search takes over ten thousand to five million messages, and how it grows."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable

from sqlalchemy import text

from bench.outages import database
from core.db import Database
from handoff.access import Attendant
from handoff.search.people import find_people
from handoff.search.talk import Cursor, by_words
from handoff.search.wanted import read_wanted

PER_CONVERSATION = 10
WORDS = "internet caiu boleto pix lento sinal wifi tecnico senha fatura liberar pagar hoje casa luz vermelha obrigado"
SUPERVISOR = Attendant(1, "karina", "Karina", "supervisor", frozenset())
AGENT = Attendant(2, "helena", "Helena", "agent", frozenset({"Empresas"}))
ROUNDS = 40


def main(arguments: list[str]) -> int:
    """Prints the median and the slowest of ROUNDS for each kind and size, and how the median grew."""
    parser = argparse.ArgumentParser(prog="bench searches")
    parser.add_argument("--messages", type=int, nargs="*", default=[10_000, 100_000, 1_000_000, 5_000_000])
    sizes = parser.parse_args(arguments).messages
    first: dict[str, float] = {}
    with database() as db:
        for size in sizes:
            began = time.perf_counter()
            fill(db, size)
            print(f"\n{size:,} messages in {size // PER_CONVERSATION:,} conversations ({_took(began):.0f} s to fill)")
            for name, search in kinds(size).items():
                taken = sorted(_timed(db, search) for _ in range(ROUNDS))
                p50, most = 1000 * taken[ROUNDS // 2], 1000 * taken[-1]
                print(
                    f"  {name:<44} p50 {p50:7.1f} ms  most {most:7.1f} ms  {p50 / first.setdefault(name, p50):5.1f} x"
                )
    return 0


def kinds(size: int) -> dict[str, Callable[[Database], object]]:
    """What is searched, each time with other numbers."""
    some = random.Random(7)
    people = size // PER_CONVERSATION

    def person(typed: Callable[[int], str]) -> Callable[[Database], object]:
        return lambda db: _people(db, typed(some.randrange(people)))

    def said(words: str, who: Attendant = SUPERVISOR) -> Callable[[Database], object]:
        return lambda db: by_words(db, read_wanted(words).query, who)

    def older(words: str, who: Attendant = SUPERVISOR) -> Callable[[Database], object]:
        query = read_wanted(words).query
        cursors: list[Cursor | None] = []

        def search(db: Database) -> object:
            # The first page is asked for in the first round alone: the median is of second pages.
            if not cursors:
                cursors.append(by_words(db, query, who).goes_on)
            return by_words(db, query, who, cursor=cursors[0])

        return search

    return {
        "phone": person(lambda n: f"({11 + n % 9}) 9{n % 10**8:08d}"),
        "last six digits of a phone": person(lambda n: f"{n % 10**6:06d}"),
        "contract": person(lambda n: f"A{n}"),
        "name": person(lambda n: f"Nome{n} Sobrenome"),
        "a word that a quarter of them say": said("boleto"),
        "the same, for one small queue": said("boleto", AGENT),
        "the second page of the first": older("boleto"),
        "the second page of the second": older("boleto", AGENT),
        "a word that one in ten thousand says": said("raro"),
        "two that nobody says together": said("solo nunca"),
        "a word that nobody says": said("inexistente"),
    }


def _people(db: Database, typed: str) -> object:
    with db.transaction() as session:
        return find_people(session, read_wanted(typed), AGENT)


def _timed(db: Database, search: Callable[[Database], object]) -> float:
    began = time.perf_counter()
    search(db)
    return _took(began)


def _took(began: float) -> float:
    return time.perf_counter() - began


def fill(db: Database, messages: int) -> None:
    """So many messages; every fiftieth conversation is in the small queue."""
    people = messages // PER_CONVERSATION
    with db.transaction() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("TRUNCATE customer, contact, conversation CASCADE"))
        for statement in FILL:
            session.execute(
                text(statement), {"people": people, "messages": messages, "each": PER_CONVERSATION, "words": WORDS}
            )
    with db.reading() as session:
        session.execute(text("SET statement_timeout = 0"))
        session.execute(text("VACUUM ANALYZE"))


FILL = (
    "INSERT INTO customer (id, ref, name, document, document_kind, kind, email) SELECT n, 'c' || n,"
    " 'Nome' || n || ' Sobrenome', n::text, 'cpf', 'residential', '' FROM generate_series(1, :people) AS n",
    "INSERT INTO customer_phone (customer_id, match_key) SELECT n, '+55' || 11 + n % 9 || '9' || lpad(n::text, 8, '0')"
    " FROM generate_series(1, :people) AS n",
    "INSERT INTO contract (ref, customer_id, number, plan, monthly_fee_cents, status, address, pppoe_login, olt, pon,"
    " cto, onu, area, sla, blocked_for, charge_by, due_day, told) SELECT 'k' || n, n, 'A' || n, 'Fibra', 9990,"
    " 'active', 'Rua', 'k' || n, '', '', '', '', '', '', 'debt', 'boleto', 10, '{}'"
    " FROM generate_series(1, :people) AS n",
    "INSERT INTO contact (id, channel, profile_name, customer_ref, created_at) SELECT n, 'whatsapp', 'x', 'c' || n,"
    " now() FROM generate_series(1, :people) AS n",
    "INSERT INTO conversation (id, contact_id, channel, protocol, handler, version, queue, dialogue, summary,"
    " opened_at, closed_at) SELECT n, n, 'whatsapp', n::text, 'closed', 1, CASE WHEN n % 50 = 0 THEN 'Empresas'"
    " ELSE 'N1' END, '{}', '', now() - interval '31 days', now() - interval '30 days'"
    " FROM generate_series(1, :people) AS n",
    "INSERT INTO message (id, conversation_id, channel, direction, kind, text, payload, author, status, receipts,"
    " received_at, handled_at) SELECT n, 1 + (n - 1) / :each, 'whatsapp', 'in', 'text', concat_ws(' ',"
    " w[1 + n * 7 % 17], w[1 + n * 11 % 17], w[1 + n * 13 % 17], w[1 + n * 5 % 17], CASE WHEN n % 10000 = 9 THEN"
    " 'raro' WHEN n % 3 = 0 THEN 'solo' WHEN n % 3 = 1 THEN 'nunca' END), '{}', 'customer', 'received', '{}', now(),"
    " now()"
    " FROM generate_series(1, :messages) AS n, string_to_array(:words, ' ') AS w",
    "INSERT INTO message_words (message_id, conversation_id, words) SELECT id, conversation_id, searchable(id, text)"
    " FROM message",
)
