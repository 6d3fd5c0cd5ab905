"""`python -m bench diagnoses`: how long one line's diagnosis takes on the simulated network, alone and side by side."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

from sqlalchemy import select

from bench.load import Figures
from bench.parser import standing_in
from bench.system import running
from core.db import Database, make_engine
from core.queue import Doorbell, connect
from models.contract import Contract
from models.network_job import OPEN_STATES, NetworkJob
from provisioning.action import DIAGNOSE
from provisioning.request import ask, target_of

WAITS_AT_MOST = 60.0
# What a conversation may wait for at most.
LIMIT_SECONDS = 5.0


def measure(count: int) -> None:
    """One line after another, then all lines of the demo at once: from the wish to the finished job."""
    print(f"\nDiagnosis of one line on the simulated network, {count} each time")
    print(f"  {'':<34}{'lines/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'over 5 s':>9}{'not read':>9}")
    with standing_in({}) as settings, running(settings) as system:
        db = Database(make_engine(system.database_url), Doorbell(connect(system.environment["REDIS_URL"])).ring)
        with db.reading() as session:
            lines = list(session.scalars(select(Contract.ref).where(Contract.onu != "").order_by(Contract.ref)))
        for name, together in (("one after another", 1), (f"{len(lines)} lines at once", len(lines))):
            began = time.monotonic()
            jobs: list[NetworkJob] = []
            while len(jobs) < count:
                first = len(jobs) % len(lines)
                jobs += _diagnosed(db, lines[first : first + together])
            _row(name, jobs, time.monotonic() - began)
        db.engine.dispose()


def _diagnosed(db: Database, refs: Sequence[str]) -> list[NetworkJob]:
    """The finished jobs of one diagnosis of each line, asked for in one transaction."""
    with db.transaction() as session:
        ids = [
            ask(
                session,
                DIAGNOSE,
                target=target_of(session, ref),
                reason="bench",
                asked_by="bench",
                cause=f"bench:{time.time_ns()}",
            ).id
            for ref in refs
        ]
    deadline = time.monotonic() + WAITS_AT_MOST
    wanted = select(NetworkJob).where(NetworkJob.id.in_(ids), NetworkJob.state.not_in(OPEN_STATES))
    while time.monotonic() < deadline:
        with db.reading() as session:
            jobs = list(session.scalars(wanted))
        if len(jobs) == len(ids):
            return jobs
        time.sleep(0.005)
    raise SystemExit(f"{len(ids)} diagnoses did not end within {WAITS_AT_MOST:g} s")


def _row(name: str, jobs: Sequence[NetworkJob], seconds: float) -> None:
    took = sorted((job.finished_at - job.asked_at).total_seconds() for job in jobs if job.finished_at)
    figures = Figures(len(jobs), seconds, tuple(took))
    late = sum(one > LIMIT_SECONDS for one in took)
    unread = sum(job.outcome != "read" for job in jobs)
    p50, p99 = figures.percentile(0.5), figures.percentile(0.99)
    print(f"  {name:<34}{figures.rate:>9.1f}{p50:>9.1f}{p99:>9.1f}{late:>9}{unread:>9}", flush=True)


def main(arguments: Sequence[str] = ()) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m bench diagnoses", description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    measure(parser.parse_args(arguments).count)
    return 0
