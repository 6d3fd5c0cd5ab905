"""Feeds a batch: releases and blocks a portion at a time in one go, other actions job by job."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Integer, func, select, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import JSONB

from core.db import Database
from core.errors import Failure
from core.later import Later
from core.masking import mask_personal_data
from models import utc_now
from models.job_batch import JobBatch
from models.network_job import NetworkJob
from provisioning.actions import ACTIONS
from provisioning.actions.set_blocked import SetBlocked
from provisioning.batches import put_back, stop_batch
from provisioning.locks import exclusive, exclusive_many
from provisioning.plant import Plant
from provisioning.ports import BulkAccess, Outcome, Target
from provisioning.run import MAX_TRIES, Finished, end, iso, run
from provisioning.vault import Vault

# A portion's messages, its settling time and its rows fit into the time that a worker has for one piece of work.
PORTION = 1000
BUSY_SECONDS = 2.0
# Until a cancelled batch, whose beginnings nobody could end, is tried again.
STOPPED_SECONDS = 60.0


@dataclass(frozen=True)
class Feed:
    """What a batch is fed with; as `run`."""

    db: Database
    plant: Plant
    finished: Finished
    vault: Vault | None = None
    portion: int = PORTION
    max_tries: int = MAX_TRIES


@dataclass(frozen=True)
class _Claimed:
    job_id: int
    login: str
    before: str
    tries: int


@dataclass
class _Portion:
    """The jobs of a portion that have not ended, by login, and the lines that are not yet written."""

    feed: Feed
    batch_id: int
    left: dict[str, list[_Claimed]]
    lines: defaultdict[str, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))

    def note(self, login: str, line: str) -> None:
        """Keeps a line for every job of the login, until `write`."""
        self.lines[login].append({"at": iso(utc_now()), "text": mask_personal_data(line)})

    def write(self, settled: Mapping[str, Outcome]) -> None:
        """Writes the lines, and ends the jobs whose login is settled, in one transaction."""
        lines, self.lines = self.lines, defaultdict(list)
        ending = {claim.job_id: (claim, settled[login]) for login in settled for claim in self.left.pop(login, [])}
        with self.feed.db.transaction() as session:
            for login, entries in lines.items():
                ids = [claim.job_id for claim in self.left.get(login, [])]
                ids += [job_id for job_id, (claim, _) in ending.items() if claim.login == login]
                session.execute(
                    update(NetworkJob)
                    .where(NetworkJob.id.in_(ids))
                    .values(log=NetworkJob.log.op("||")(sql_cast(entries, JSONB)))
                )
            rows = select(NetworkJob).where(NetworkJob.id.in_(ending)).order_by(NetworkJob.id).with_for_update()
            for job in session.scalars(rows) if ending else ():
                claim, outcome = ending[job.id]
                end(session, job, outcome, self.feed.finished, tries=claim.tries)

    def failed(self, failure: Failure) -> None:
        """What a failure means for every job that is left: put back, or ended where repeating cannot help."""
        ended, untouched = dict[str, Outcome](), list[int]()
        for login, claims in self.left.items():
            touched = failure.ambiguous or any(claim.before == "running" for claim in claims)
            self.note(login, f"Tentativa {claims[0].tries}: {failure.code}" + (" (em dúvida)" if touched else ""))
            if failure.permanent or max(claim.tries for claim in claims) >= self.feed.max_tries:
                ended[login] = Outcome("unknown" if touched else "failed", failure.code)
            elif not touched:
                untouched += [claim.job_id for claim in claims]
        self.write(ended)
        with self.feed.db.transaction() as session:
            put_back(session, self.batch_id, untouched, "approved")


def feed_batch(batch_id: int, *, feed: Feed) -> None:
    """Does the next portion, and asks to be called again (Later) while something is left and nobody paused it.

    May be called twice, in parallel too, and killed at any line: what a dead worker had begun is doubted and done
    again. Raises Unreachable where the equipment cannot be asked: the jobs wait for another try. A permanent failure
    is never raised: it pauses the batch with an alert, so that a person can mend the cause and resume it.
    """
    with exclusive(feed.db, f"batch:{batch_id}"):
        try:
            more = _feed_next(feed, batch_id)
        except Failure as failure:
            if not failure.permanent:
                raise
            with feed.db.transaction() as session:
                stopped = stop_batch(session, batch_id, failure.code)
            if stopped:
                return
            raise Later(STOPPED_SECONDS, failure.code) from failure
    if more:
        raise Later(0.0, "more of the batch")


def _feed_next(feed: Feed, batch_id: int) -> bool:
    """The next portion or job; False where nothing was left."""
    action, jobs = _next(feed, batch_id)
    if not jobs:
        return False
    access = feed.plant.access()
    chosen = ACTIONS.get(action)
    if isinstance(chosen, SetBlocked) and hasattr(access, "set_blocked_many"):
        _run_portion(feed, batch_id, cast(BulkAccess, access), chosen, jobs)
    else:
        _run_one(feed, jobs[0].id)
    return True


def _next(feed: Feed, batch_id: int) -> tuple[str, Sequence[Any]]:
    """The action and the next jobs (id, target); a batch that has none left is done."""
    with feed.db.transaction() as session:
        batch = session.get(JobBatch, batch_id, with_for_update=True)
        if batch is None or batch.state not in ("running", "cancelled"):
            return "", []
        # Of a cancelled batch only what a worker had begun: nobody knows how far it got.
        states = ("approved", "running") if batch.state == "running" else ("running",)
        tries = func.coalesce(sql_cast(NetworkJob.facts["tries"].astext, Integer), 0)
        jobs = session.execute(
            select(NetworkJob.id, NetworkJob.target)
            .where(NetworkJob.batch_id == batch_id, NetworkJob.state.in_(states))
            .order_by(tries, NetworkJob.id)
            .limit(feed.portion)
        ).all()
        if not jobs and batch.state == "running":
            batch.state, batch.finished_at = "done", utc_now()
        return batch.action, jobs


def _run_one(feed: Feed, job_id: int) -> None:
    """An ordinary job. One that has to be tried again goes behind those that were tried less often."""
    try:
        run(
            job_id,
            db=feed.db,
            plant=feed.plant,
            finished=feed.finished,
            vault=feed.vault,
            max_tries=feed.max_tries,
        )
    except Failure as failure:
        if failure.permanent:
            raise
        raise Later(failure.retry_after or 1.0, failure.code) from failure


def _run_portion(feed: Feed, batch_id: int, access: BulkAccess, action: SetBlocked, jobs: Sequence[Any]) -> None:
    logins = {job.id: Target.from_json(job.target).pppoe_login for job in jobs}
    names = {f"subscriber:{login}": login for login in logins.values()}
    with exclusive_many(feed.db, list(names)) as held:
        free = {names[name] for name in held}
        claimed = _claim(feed, [job_id for job_id, login in logins.items() if login in free])
        portion = _Portion(feed, batch_id, claimed)
        tired = {
            login for login, claims in portion.left.items() if max(claim.tries for claim in claims) > feed.max_tries
        }
        portion.write(dict.fromkeys(tired, Outcome("unknown", "gave_up")))
        if not portion.left:
            raise Later(BUSY_SECONDS, "busy")
        for login, claims in portion.left.items():
            portion.note(login, f"Tentativa {claims[0].tries}: {action.title}, com outros {len(jobs) - 1} do lote")
        doubtful = {login for login, claims in portion.left.items() if any(c.before == "running" for c in claims)}
        try:
            for settled in access.set_blocked_many(list(portion.left), action.blocked, portion.note, doubtful=doubtful):
                portion.write(settled)
        except Failure as failure:
            portion.failed(failure)
            raise


def _claim(feed: Feed, job_ids: Sequence[int]) -> dict[str, list[_Claimed]]:
    """Marks the jobs as running, under their subscribers' locks: what is found running is what a dead worker left."""
    claimed: dict[str, list[_Claimed]] = {}
    with feed.db.transaction() as session:
        wanted = select(NetworkJob).where(NetworkJob.id.in_(job_ids), NetworkJob.state.in_(("approved", "running")))
        for job in session.scalars(wanted.order_by(NetworkJob.id).with_for_update()):
            login, tries = Target.from_json(job.target).pppoe_login, int(job.facts.get("tries", 0)) + 1
            claimed.setdefault(login, []).append(_Claimed(job.id, login, job.state, tries))
            job.state, job.started_at = "running", job.started_at or utc_now()
            job.facts = {**job.facts, "tries": tries}
    return claimed
