"""Runs a job on the network: claimed, locked, planned, applied, verified, and told to whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import cast, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from core.db import Database
from core.errors import Failure
from core.masking import mask_personal_data
from models import utc_now
from models.network_job import OPEN_STATES, NetworkJob
from models.outbox import add_work
from provisioning.action import DIAGNOSE, Action, Equipment, Order
from provisioning.actions import ACTIONS
from provisioning.locks import exclusive
from provisioning.plant import Plant, equipment
from provisioning.ports import Outcome, Target

MAX_TRIES = 5

Finished = Callable[[Session, NetworkJob], None]


@dataclass(frozen=True)
class _Claim:
    """What a run works with. `doubtful`: an earlier run may have changed something and did not get to the end."""

    job_id: int
    action: str
    target: Target
    arguments: dict[str, Any]
    before: str
    tries: int

    @property
    def doubtful(self) -> bool:
        return self.before == "running"


def run(
    job_id: int,
    *,
    db: Database,
    plant: Plant,
    finished: Finished,
    max_tries: int = MAX_TRIES,
) -> None:
    """Does the job once, however often and however parallel this is called; a finished job is left alone.

    `finished` is called in the transaction that ends the job, so what hangs on it is committed with it, once. While
    the equipment cannot be reached, raises Unreachable so that the caller tries again; after `max_tries` the job
    ends as failed, or as unknown if something may have been changed.
    """
    subscriber = _subscriber(db, job_id)
    if subscriber is None:
        return
    with exclusive(db, f"subscriber:{subscriber}"):
        claim = _claim(db, job_id)
        if claim is None:
            return
        outcome = _attempt(db, claim, plant, max_tries)
        _finish(db, claim, outcome, finished)


def _attempt(db: Database, claim: _Claim, plant: Plant, max_tries: int) -> Outcome:
    if claim.tries > max_tries:
        return _given_up(claim, "gave_up", claim.doubtful)
    action = ACTIONS.get(claim.action)
    if action is None:
        return Outcome("refused", "unknown_action")
    note = partial(_note, db, claim.job_id)
    try:
        return _execute(action, claim, equipment(db, plant, note), note)
    except Failure as failure:
        touched = failure.ambiguous or claim.doubtful
        _note(db, claim.job_id, f"Tentativa {claim.tries}: {failure.code}" + (" (em dúvida)" if touched else ""))
        if failure.code == "no_driver":
            return Outcome("refused", failure.code)
        if failure.permanent or claim.tries >= max_tries:
            return _given_up(claim, failure.code, touched)
        if not touched:
            _put_back(db, claim)
        raise


def _execute(action: Action, claim: _Claim, equipment: Equipment, note: Callable[[str], None]) -> Outcome:
    note(f"Tentativa {claim.tries}: {claim.action}")
    order = Order(claim.target, claim.arguments, doubtful=claim.doubtful)
    plan = action.plan(order, equipment)
    if plan.outcome:
        return plan.outcome
    for name, (before, after) in plan.diff.items():
        note(f"Plano: {name} de {before} para {after}")
    outcome = action.apply(order, equipment, note)
    try:
        return action.verify(order, equipment, outcome)
    except Failure as failure:
        failure.ambiguous = True
        raise


def _given_up(claim: _Claim, code: str, touched: bool) -> Outcome:
    return Outcome("unknown" if touched and claim.action != DIAGNOSE else "failed", code)


def _subscriber(db: Database, job_id: int) -> str | None:
    """The login of an open job; None when there is nothing to do."""
    with db.transaction() as session:
        job = session.get(NetworkJob, job_id)
        if job is None or job.state not in OPEN_STATES:
            return None
        return Target.from_json(job.target).pppoe_login or job.contract_ref


def _claim(db: Database, job_id: int) -> _Claim | None:
    """Marks the job as running, under the subscriber's lock: a job found running is one whose worker died."""
    with db.transaction() as session:
        job = session.execute(select(NetworkJob).where(NetworkJob.id == job_id).with_for_update()).scalar_one()
        if job.state not in OPEN_STATES:
            return None
        before, tries = job.state, int(job.facts.get("tries", 0)) + 1
        job.state, job.started_at = "running", job.started_at or utc_now()
        job.facts = {**job.facts, "tries": tries}
        return _Claim(job.id, job.action, Target.from_json(job.target), job.arguments, before, tries)


def _put_back(db: Database, claim: _Claim) -> None:
    """Nothing was changed: the next try need not doubt anything."""
    with db.transaction() as session:
        session.execute(
            update(NetworkJob)
            .where(NetworkJob.id == claim.job_id, NetworkJob.state == "running")
            .values(state=claim.before)
        )


def _note(db: Database, job_id: int, line: str) -> None:
    """Appends one masked line, committed at once: the operator reads along, and a crash leaves what was done."""
    entry = [{"at": _iso(utc_now()), "text": mask_personal_data(line)}]
    with db.transaction() as session:
        session.execute(
            update(NetworkJob).where(NetworkJob.id == job_id).values(log=NetworkJob.log.op("||")(cast(entry, JSONB)))
        )


def _finish(db: Database, claim: _Claim, outcome: Outcome, finished: Finished) -> None:
    facts: dict[str, Any] = {**outcome.facts, "tries": claim.tries}
    with db.transaction() as session:
        job = session.execute(select(NetworkJob).where(NetworkJob.id == claim.job_id).with_for_update()).scalar_one()
        if job.state != "running":
            return
        job.state, job.outcome, job.facts, job.finished_at = outcome.result, outcome.code, facts, utc_now()
        job.log = [*job.log, {"at": _iso(job.finished_at), "text": f"Resultado: {outcome.result} ({outcome.code})"}]
        session.flush()
        finished(session, job)
        if job.conversation_id is not None:
            add_work(session, "turn", job.conversation_id)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
