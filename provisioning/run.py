"""Runs a job on the network: claimed, locked, planned, applied, verified, and told to whoever waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import cast, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from core.db import Database
from core.errors import Failure, Misconfigured
from core.later import Later
from core.masking import mask_personal_data
from models import utc_now
from models.network_job import OPEN_STATES, NetworkJob
from models.outbox import add_work
from provisioning.action import Action, Equipment, Order, Plan
from provisioning.actions import ACTIONS
from provisioning.batches import put_back
from provisioning.claim import ENDS, Claim, said
from provisioning.cooldown import cooling_down
from provisioning.locks import exclusive
from provisioning.plant import Plant, equipment
from provisioning.ports import Outcome, Target
from provisioning.vault import Vault
from provisioning.verify_in_time import verify_in_time

MAX_TRIES = 5
# Others are at the device: that says nothing about this job, however often it happens.
NOT_ITS_TURN = frozenset({"busy", "paced"})

Finished = Callable[[Session, NetworkJob], None]


def run(
    job_id: int,
    *,
    db: Database,
    plant: Plant,
    finished: Finished,
    vault: Vault | None = None,
    max_tries: int = MAX_TRIES,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Does the job once, however often and however parallel this is called; a finished job is left alone.

    `finished` is called in the transaction that ends the job, so what hangs on it is committed with it, once. While
    the equipment cannot be reached, raises Unreachable so that the caller tries again, and Later while others are at
    it; after `max_tries` the job ends as failed, or as unknown if something may have been changed. A job that waits for
    people is planned, and nothing else is done.
    """
    subscriber = _subscriber(db, job_id)
    if subscriber is None:
        return
    with exclusive(db, f"subscriber:{subscriber}"):
        claim = _claim(db, job_id, vault)
        if claim is None:
            return
        outcome = _attempt(db, claim, plant, max_tries, sleep)
        if outcome is not None:
            finish(db, claim.job_id, outcome, finished, tries=claim.tries)


def _attempt(
    db: Database, claim: Claim, plant: Plant, max_tries: int, sleep: Callable[[float], None]
) -> Outcome | None:
    """How it ended; None when it waits for people now."""
    if claim.tries > max_tries:
        return _given_up(claim, "gave_up", claim.doubtful)
    action = ACTIONS.get(claim.action)
    if action is None or claim.unreadable:
        return Outcome("refused", claim.unreadable or "unknown_action")
    log = partial(note, db, claim.job_id)
    try:
        return _execute(db, action, claim, equipment(db, plant, claim.job_id), log, sleep)
    except Failure as failure:
        touched = failure.ambiguous or claim.doubtful
        if failure.code in NOT_ITS_TURN and not failure.ambiguous:
            _put_back(db, claim, counts_as_try=False)
            raise Later(failure.retry_after or 1.0, failure.code) from failure
        log(f"Tentativa {claim.tries}: {failure.code}" + (" (em dúvida)" if touched else ""))
        if failure.code == "no_driver":
            return Outcome("refused", failure.code)
        if failure.permanent or claim.tries >= max_tries:
            refused = failure.permanent and not touched and not isinstance(failure, Misconfigured)
            return Outcome("refused", failure.code) if refused else _given_up(claim, failure.code, touched)
        if not touched:
            _put_back(db, claim)
        raise


def _execute(
    db: Database,
    action: Action,
    claim: Claim,
    tools: Equipment,
    log: Callable[[str], None],
    sleep: Callable[[float], None],
) -> Outcome | None:
    log(f"Tentativa {claim.tries}: {action.title}")
    if not (claim.only_plan or claim.doubtful) and (wait := cooling_down(db, action, claim.order, claim.job_id)):
        return Outcome("refused", "cooling_down", {"wait_seconds": wait})
    plan = action.plan(claim.order, tools)
    for name, (before, after) in plan.diff.items():
        log(f"Plano: {name} de {said(before)} para {said(after)}")
    if claim.only_plan:
        return _planned(db, claim, plan)
    if plan.outcome:
        return plan.outcome
    if plan.keep:
        _keep(db, claim.job_id, plan.keep)
    outcome = action.apply(claim.order, tools, log)
    try:
        return verify_in_time(action, claim.order, tools, outcome, sleep)
    except Failure as failure:
        failure.ambiguous = failure.ambiguous or action.changes
        raise


def _keep(db: Database, job_id: int, facts: Mapping[str, Any]) -> None:
    with db.transaction() as session:
        job = session.get_one(NetworkJob, job_id, with_for_update=True)
        job.facts = {**job.facts, **facts}


def _planned(db: Database, claim: Claim, plan: Plan) -> Outcome | None:
    """Keeps the plan. A dry run ends with it, and so does a plan that comes to nothing; else people are waited for."""
    diff = {name: list(values) for name, values in plan.diff.items()}
    with db.transaction() as session:
        job = session.get_one(NetworkJob, claim.job_id, with_for_update=True)
        if job.state != "running":
            return None
        job.plan = diff
        if not claim.dry_run and (plan.outcome is None or plan.outcome.result == "already"):
            # What it took to plan is not held against doing it.
            job.state, job.facts = "asked", {**job.facts, "tries": 0}
            return None
    if plan.outcome:
        return plan.outcome
    return Outcome("planned", "dry_run", {"plan": diff})


def _given_up(claim: Claim, code: str, touched: bool) -> Outcome:
    changes = claim.action not in ACTIONS or ACTIONS[claim.action].changes
    return Outcome("unknown" if touched and changes else "failed", code)


def _subscriber(db: Database, job_id: int) -> str | None:
    """The login of an open job; None when there is nothing to do."""
    with db.transaction() as session:
        job = session.get(NetworkJob, job_id)
        if job is None or job.state not in OPEN_STATES:
            return None
        target = Target.from_json(job.target)
        return target.pppoe_login or job.contract_ref or target.olt


def _claim(db: Database, job_id: int, vault: Vault | None) -> Claim | None:
    """Marks the job as running, under the subscriber's lock: a job found running is one whose worker died."""
    with db.transaction() as session:
        job = session.execute(select(NetworkJob).where(NetworkJob.id == job_id).with_for_update()).scalar_one()
        if job.state not in OPEN_STATES:
            return None
        waits = job.state != "approved" and job.needs_approvals > len(job.approvals)
        if waits and job.plan is not None:
            return None
        before, tries, unreadable = job.state, int(job.facts.get("tries", 0)) + 1, ""
        # A worker that died while it planned has changed nothing.
        doubtful = before == "running" and not waits and not job.dry_run
        job.state, job.started_at = "running", job.started_at or utc_now()
        job.facts = {**job.facts, "tries": tries}
        # What the plan kept before anything was changed: an undo survives the worker.
        arguments = {**job.arguments, "kept": job.facts.get("undo")}
        try:
            secrets = vault.unlock(job.secrets) if vault and not waits else {}
        except Misconfigured as problem:
            # Nothing was touched, and nothing will be without them.
            secrets, unreadable = {}, problem.code
        order = Order(Target.from_json(job.target), arguments, secrets, doubtful)
        return Claim(job.id, order, job.action, before, tries, waits or job.dry_run, job.dry_run, unreadable)


def _put_back(db: Database, claim: Claim, *, counts_as_try: bool = True) -> None:
    """This try changed nothing: the next need not doubt anything, unless one before it left a doubt."""
    with db.transaction() as session:
        job = session.get_one(NetworkJob, claim.job_id, with_for_update=True)
        if job.state != "running":
            return
        if not claim.doubtful:
            state = "asked" if claim.only_plan or claim.before == "asked" else "approved"
            put_back(session, job.batch_id, [job.id], state)
        if not counts_as_try:
            job.facts = {**job.facts, "tries": claim.tries - 1}


def note(db: Database, job_id: int, line: str) -> None:
    """Appends one masked line, committed at once: the operator reads along, and a crash leaves what was done."""
    entry = [{"at": iso(utc_now()), "text": mask_personal_data(line)}]
    with db.transaction() as session:
        session.execute(
            update(NetworkJob).where(NetworkJob.id == job_id).values(log=NetworkJob.log.op("||")(cast(entry, JSONB)))
        )


def finish(db: Database, job_id: int, outcome: Outcome, finished: Finished, *, tries: int) -> None:
    """Ends a running job in a transaction of its own: see `end`."""
    with db.transaction() as session:
        job = session.execute(select(NetworkJob).where(NetworkJob.id == job_id).with_for_update()).scalar_one()
        end(session, job, outcome, finished, tries=tries)


def end(session: Session, job: NetworkJob, outcome: Outcome, finished: Finished, *, tries: int) -> None:
    """Ends a running job, which is locked, with its outcome; calls `finished` and wakes its conversation."""
    if job.state != "running":
        return
    job.state, job.outcome, job.finished_at = outcome.result, outcome.code, utc_now()
    job.facts = {**job.facts, **outcome.facts, "tries": tries}
    job.secrets = None
    job.log = [*job.log, {"at": iso(job.finished_at), "text": f"Resultado: {ENDS[outcome.result]} ({outcome.code})"}]
    session.flush()
    finished(session, job)
    if job.conversation_id is not None:
        add_work(session, "turn", job.conversation_id)


def iso(moment: datetime) -> str:
    """A moment as the log of a job has it."""
    return moment.isoformat(timespec="milliseconds")
