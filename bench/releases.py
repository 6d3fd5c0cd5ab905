"""`python -m bench releases`: a payday's batch with FreeRADIUS in the loop, over one NAS and over many."""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

import psycopg
from sqlalchemy import select

from bench.outbound import percentile
from core.db import Database, make_engine
from core.later import Later
from migrations import upgrade
from models.job_batch import JobBatch
from models.network_job import NetworkJob
from provisioning.action import RELEASE_SIGNAL
from provisioning.batches import approve_batch, ask_batch
from provisioning.drivers.radius import make
from provisioning.ports import Target
from provisioning.run_many import Feed, feed_batch
from provisioning.simulated_network.nas import Nas
from provisioning.simulated_network.subscribers import NasSession
from stores import EmbeddedPostgres
from tests.integration import freeradius
from tests.integration.freeradius import SECRET, FreeRadius
from tests.integration.radius_nas import PASSWORD, WireSubscribers
from tests.unit.provisioning.fakes import FakePlant

RADIUS, RELIGA = "radius", "religa"


class Counting(WireSubscribers):
    """A NAS's subscribers, and how often each was dropped."""

    def __init__(self, server: FreeRadius, address: str) -> None:
        super().__init__(server, address)
        self.dropped: Counter[str] = Counter()

    def stopped(self, session: NasSession, cause: str) -> None:
        """Counts."""
        self.dropped[session.login] += 1
        super().stopped(session, cause)


def _be_a_nas(server: FreeRadius, address: str, port: int, logins: Sequence[str], pipe: Connection) -> None:
    """A process of its own: brings its subscribers online, says so, and answers until it is asked how it went."""
    logging.disable(logging.WARNING)
    known = Counting(server, address)
    nas = Nas(known, SECRET, carries=lambda login: True, address=address, port=port)
    nas.behaviour.redial_seconds = 1.0
    for login in logins:
        known.started(login, known.authenticate(login) or "")
    nas.start()
    pipe.send("ready")
    pipe.recv()
    twice = sum(count > 1 for count in known.dropped.values())
    pipe.send((twice, sum(bool(one.address_list) for one in known.find())))
    nas.stop()


@dataclass
class Street:
    """The servers, before any NAS is there."""

    radius_url: str
    db: Database
    server: FreeRadius


@contextmanager
def _street(folder: Path) -> Iterator[Street]:
    postgres = EmbeddedPostgres(folder / "postgres", settings=("max_wal_size=1GB", "synchronous_commit=off"))
    postgres.prepare()
    command = postgres.command()
    process = subprocess.Popen(
        command.arguments, user=command.user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    postgres.wait_ready(lambda: process.poll() is None)
    for name in (RADIUS, RELIGA):
        postgres.ensure_database(name)
    freeradius.create_tables(postgres.url(RADIUS))
    upgrade(postgres.url(RELIGA))
    (folder / "radius").mkdir()
    server = freeradius.start(folder / "radius", postgres.sockets, RADIUS)
    engine = make_engine(postgres.url(RELIGA))
    try:
        yield Street(postgres.url(RADIUS), Database(engine), server)
    finally:
        engine.dispose()
        server.stop()
        process.send_signal(signal.SIGINT)
        process.wait(20)


def _populate(street: Street, people: int) -> list[str]:
    """Suspended subscribers; their logins."""
    logins = [f"pessoa{number:05}" for number in range(people)]
    with psycopg.connect(street.radius_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO radgroupreply (groupname, attribute, op, value)"
            " VALUES ('suspenso', 'Mikrotik-Address-List', ':=', 'bloqueados'),"
            " ('plano', 'Mikrotik-Rate-Limit', ':=', '300M/300M')"
        )
        check = "INSERT INTO radcheck (username, attribute, op, value) VALUES (%s, 'Cleartext-Password', ':=', %s)"
        cursor.executemany(check, [(login, PASSWORD) for login in logins])
        groups = [row for login in logins for row in ((login, "suspenso", 1), (login, "plano", 10))]
        cursor.executemany("INSERT INTO radusergroup (username, groupname, priority) VALUES (%s, %s, %s)", groups)
    return logins


@contextmanager
def _nases(street: Street, logins: Sequence[str], count: int, port: int) -> Iterator[list[Connection]]:
    """The NAS, each with its share of the subscribers online."""
    spawn = multiprocessing.get_context("spawn")
    pipes, processes = [], []
    for number in range(count):
        ours, theirs = spawn.Pipe()
        server = replace(street.server, process=None)  # type: ignore[arg-type]
        terms = (server, f"127.0.0.{number + 1}", port, logins[number::count], theirs)
        processes.append(spawn.Process(target=_be_a_nas, args=terms, daemon=True))
        processes[-1].start()
        pipes.append(ours)
    try:
        for pipe in pipes:
            pipe.recv()
        yield pipes
    finally:
        for process in processes:
            process.join(10)
            process.kill()


def _release(street: Street, logins: Sequence[str], port: int) -> list[float]:
    """The whole batch, as a worker feeds it; when each job ended, in seconds after the approval."""
    access = make(street.radius_url, secret=SECRET, coa_port=port)
    feed = Feed(street.db, FakePlant(access), lambda session, job: None)
    with street.db.transaction() as session:
        targets = [Target(login, login) for login in logins]
        batch = ask_batch(session, RELEASE_SIGNAL, title="b", reason="bench", asked_by="a", targets=targets).id
    with street.db.transaction() as session:
        approve_batch(session, batch, "b")
    while True:
        try:
            feed_batch(batch, feed=feed)
            break
        except Later as later:
            time.sleep(later.seconds)
    with street.db.reading() as session:
        began = session.get_one(JobBatch, batch).started_at
        query = select(NetworkJob.finished_at).where(NetworkJob.batch_id == batch, NetworkJob.state == "verified")
        ends = [end for end in session.scalars(query) if end and began]
        return sorted((end - began).total_seconds() for end in ends if began)


def measure(people: int, nas: int) -> float:
    """One run; prints it and returns releases/s."""
    with tempfile.TemporaryDirectory(prefix="religa-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with _street(folder) as street:
            logins, port = _populate(street, people), freeradius.free_udp_port()
            with _nases(street, logins, nas, port) as pipes:
                ends = _release(street, logins, port)
                for pipe in pipes:
                    pipe.send("how did it go")
                told = [pipe.recv() for pipe in pipes]
    twice, held = (sum(column) for column in zip(*told, strict=True))
    rate = len(ends) / ends[-1] if ends else 0.0
    print(f"\nReleases, {people} people over {nas} NAS: {rate:.0f}/s, {len(ends)} of {people} verified by reading back")
    print(f"  from approval to verified: p50 {percentile(ends, 0.5):.1f} s, p99 {percentile(ends, 0.99):.1f} s")
    print(f"  dropped twice: {twice}; still held back: {held}", flush=True)
    return rate


def main(arguments: Sequence[str] = ()) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m bench releases", description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--nas", type=int, default=10)
    terms = parser.parse_args(arguments)
    if freeradius.missing():
        print(freeradius.missing())
        return 1
    one, many = measure(terms.people, 1), measure(terms.people, terms.nas)
    print(f"\n  ratio of {terms.nas} NAS to one: {many / (one or 1):.2f}")
    return 0
