"""`python -m bench assignments`: conversations assigned a second, by fifty people's clicks and by rounds of workers."""

from __future__ import annotations

import argparse
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select, update

from bench.outbound import percentile
from core.db import Database, make_engine
from handoff.access import Attendant, attendant_of
from handoff.assignment.presence import ONLINE, switch
from handoff.assignment.push import assign_all
from handoff.claim import take, take_next
from handoff.outcome import Taken
from handoff.queues import N1, ensure_organogram
from migrations import upgrade
from models import utc_now
from models.agent import Agent
from models.contact import Contact
from models.conversation import Conversation
from models.provider import FALLBACK_ZONE, Provider
from models.queue import QueueRow
from stores import EmbeddedPostgres

WORKERS = (1, 4)


@contextmanager
def _desk(folder: Path, people: int) -> Iterator[Database]:
    postgres = EmbeddedPostgres(folder / "postgres", settings=("max_wal_size=1GB",))
    postgres.prepare()
    command = postgres.command()
    process = subprocess.Popen(
        command.arguments, user=command.user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    postgres.wait_ready(lambda: process.poll() is None)
    postgres.ensure_database("religa")
    upgrade(postgres.url("religa"))
    engine = make_engine(postgres.url("religa"), pool_size=people)
    try:
        yield Database(engine)
    finally:
        engine.dispose()
        process.send_signal(signal.SIGINT)
        process.wait(20)


def _crew(db: Database, people: int, capacity: int) -> list[Attendant]:
    """People of N1 who are there."""
    with db.transaction() as session:
        ensure_organogram(session)
        session.add(
            Provider(name="Bench", cnpj="11222333000181", city="", state="SP", pix_key="", timezone=FALLBACK_ZONE)
        )
        rows = [
            Agent(login=f"pessoa{n}", name=f"Pessoa {n}", queues=[N1], password_hash="x", capacity=capacity)  # noqa: S106
            for n in range(people)
        ]
        session.add_all(rows)
        session.flush()
        for row in rows:
            switch(session, row.id, ONLINE, "", utc_now())
        return [attendant_of(row) for row in rows]


def _wait_again(db: Database, count: int) -> list[int]:
    """That many conversations wait in N1, and nobody has any; their ids."""
    with db.transaction() as session:
        known = list(session.scalars(select(Conversation.id)))
        for n in range(count - len(known)):
            contact = Contact(channel="bench", profile_name=f"Cliente {n}")
            session.add(contact)
            session.flush()
            row = Conversation(contact_id=contact.id, channel="bench", protocol=f"B{n}", handler="queue", queue=N1)
            session.add(row)
            session.flush()
            known.append(row.id)
        session.execute(
            update(Conversation).values(handler="queue", agent_id=None, last_agent_id=None, waiting_since=utc_now())
        )
    return known


def _side_by_side(number: int, act: Callable[[int], list[float]]) -> tuple[float, list[float]]:
    """Seconds of all together, and of each piece of work."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(number) as pool:
        spent = [seconds for one in pool.map(act, range(number)) for seconds in one]
    return time.perf_counter() - begun, spent


def _row(name: str, count: int, seconds: float, spent: Sequence[float]) -> None:
    times = sorted(1000 * one for one in spent)
    print(
        f"  {name:<44}{count / seconds:>10.0f}{percentile(times, 0.5):>10.1f}{percentile(times, 0.99):>10.1f}",
        flush=True,
    )


def _timed(act: Callable[[], object], spent: list[float]) -> object:
    begun = time.perf_counter()
    result = act()
    spent.append(time.perf_counter() - begun)
    return result


def _clicks(db: Database, crew: Sequence[Attendant], waiting: Sequence[int]) -> None:
    """Everybody clicks through the whole list, from another place on each."""
    won: Counter[int] = Counter()

    def act(place: int) -> list[float]:
        spent: list[float] = []
        begin = place * len(waiting) // len(crew)

        def click(id_: int) -> object:
            with db.transaction() as session:
                return take(session, id_, crew[place])

        for id_ in (*waiting[begin:], *waiting[:begin]):
            if _timed(lambda id_=id_: click(id_), spent) == Taken():  # type: ignore[misc]
                won[place] += 1
        return spent

    seconds, spent = _side_by_side(len(crew), act)
    _row(f"clicks on the same {len(waiting)} (all of them, ms each)", len(spent), seconds, spent)


def _next_ones(db: Database, crew: Sequence[Attendant], waiting: Sequence[int]) -> None:
    def act(place: int) -> list[float]:
        spent: list[float] = []

        def press() -> object:
            with db.transaction() as session:
                return take_next(session, crew[place])

        while isinstance(_timed(press, spent), int):
            pass
        return spent

    seconds, spent = _side_by_side(len(crew), act)
    _row("the next one, pressed until nothing waits", len(waiting), seconds, spent)


def _rounds(db: Database, workers: int, waiting: Sequence[int]) -> None:
    def act(_place: int) -> list[float]:
        spent: list[float] = []
        _timed(lambda: assign_all(db, utc_now), spent)
        return spent

    seconds, spent = _side_by_side(workers, act)
    _row(f"pushed by {workers} worker(s), ms for all", len(waiting), seconds, spent)


def main(arguments: list[str]) -> int:
    """Measures and prints; 1 when anything was left over or had by two."""
    parser = argparse.ArgumentParser(prog="bench assignments")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--waiting", type=int, default=500)
    asked = parser.parse_args(arguments)
    left = 0
    with tempfile.TemporaryDirectory() as folder, _desk(Path(folder), asked.people) as db:
        crew = _crew(db, asked.people, capacity=asked.waiting)
        print(f"\nAssignment: {asked.people} people, {asked.waiting} conversations, commits to the disk")
        print(f"  {'':<44}{'a second':>10}{'p50 ms':>10}{'p99 ms':>10}")
        for measure in (_clicks, _next_ones):
            measure(db, crew, _wait_again(db, asked.waiting))
            left += _left_over(db)
        with db.transaction() as session:
            row = session.get_one(QueueRow, N1)
            row.terms = {**row.terms, "push": True}
        for workers in WORKERS:
            with db.transaction() as session:
                for who in crew:
                    switch(session, who.id, ONLINE, "", utc_now())
            _rounds(db, workers, _wait_again(db, asked.waiting))
            left += _left_over(db)
    print(f"  left over: {left}")
    return 1 if left else 0


def _left_over(db: Database) -> int:
    with db.transaction() as session:
        return len(session.scalars(select(Conversation.id).where(Conversation.handler != "agent")).all())
