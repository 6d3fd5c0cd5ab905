"""Many jobs asked for at once: approved by a second person, paused, resumed, cancelled, and how far they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from models import utc_now
from models.alert import end_alert, raise_alert
from models.job_batch import JobBatch
from models.network_job import OPEN_STATES, NetworkJob
from models.outbox import add_work
from provisioning.actions import ACTIONS
from provisioning.ports import Target

BATCH = "batch"
STOPPED = "batch.stopped"
# How a job may end without anybody having to look at it.
GOOD_ENDS = frozenset({"verified", "already", "planned"})
_ROWS_PER_INSERT = 1000


@dataclass(frozen=True)
class Progress:
    """How many jobs of a batch wait, run, ended well (`done`) or ended otherwise (`problems`)."""

    total: int
    waiting: int
    running: int
    done: int
    problems: int
    started_at: datetime | None
    finished_at: datetime | None


def ask_batch(
    session: Session, action: str, *, title: str, reason: str, asked_by: str, targets: Sequence[Target]
) -> JobBatch:
    """The batch and a job for each contract, waiting for a second person; no work is added yet.

    A contract that is named twice gets one job. Raises KeyError for an action that does not exist and ValueError where
    there is no target.
    """
    ACTIONS[action]
    wanted = list({target.contract_ref: target for target in targets}.values())
    if not wanted:
        raise ValueError("a batch needs a target")
    batch = JobBatch(action=action, title=title, reason=reason, asked_by=asked_by, total=len(wanted))
    session.add(batch)
    session.flush()
    rows = [
        {
            "action": action,
            "contract_ref": target.contract_ref,
            "idempotency_key": f"{action}:{target.contract_ref}:batch:{batch.id}",
            "reason": reason,
            "asked_by": asked_by,
            "target": target.as_json(),
            "batch_id": batch.id,
        }
        for target in wanted
    ]
    for first in range(0, len(rows), _ROWS_PER_INSERT):
        session.execute(insert(NetworkJob), rows[first : first + _ROWS_PER_INSERT])
    return batch


def approve_batch(session: Session, batch_id: int, by: str) -> str:
    """Lets the batch begin; "" or, in Portuguese, why not. Whoever asked for it cannot approve it."""
    batch = _held(session, batch_id)
    if batch is None or batch.state != "waiting":
        return "Este lote não está esperando aprovação."
    if by.strip().casefold() == batch.asked_by.strip().casefold():
        return "Quem pediu o lote não pode aprová-lo: é preciso uma segunda pessoa."
    now = utc_now()
    batch.approvals = [*batch.approvals, {"by": by, "at": now.isoformat(timespec="milliseconds")}]
    batch.started_at = now
    session.execute(
        update(NetworkJob)
        .where(NetworkJob.batch_id == batch_id, NetworkJob.state == "asked")
        .values(state="approved", approvals=batch.approvals)
    )
    _begin(session, batch)
    return ""


def pause_batch(session: Session, batch_id: int, by: str) -> str:
    """Nothing more is begun until it is resumed; the portion that runs now still ends. "" or why not."""
    batch = _held(session, batch_id)
    if batch is None or batch.state != "running":
        return "Só um lote em andamento pode ser pausado."
    batch.state = "paused"
    return ""


def resume_batch(session: Session, batch_id: int, by: str) -> str:
    """Goes on where it was paused. "" or why not."""
    batch = _held(session, batch_id)
    if batch is None or batch.state != "paused":
        return "Só um lote pausado pode continuar."
    end_alert(session, STOPPED, str(batch_id), by=by)
    _begin(session, batch)
    return ""


def stop_batch(session: Session, batch_id: int, code: str) -> bool:
    """Pauses a batch that repeating cannot help, and tells people why; whether nothing more happens by itself.

    Of a cancelled one, what was begun still has to end: that is False. May be called twice.
    """
    batch = _held(session, batch_id)
    if batch is None:
        return True
    cancelled = batch.state == "cancelled"
    if batch.state == "running":
        batch.state = "paused"
    what = "foi cancelado, mas o que já tinha começado não terminou" if cancelled else "parou e está pausado"
    text = f"O lote {batch_id} {what} ({code}). Corrija a causa" + ("." if cancelled else " e continue o lote.")
    raise_alert(session, STOPPED, str(batch_id), text, severity="critical", detail={"code": code})
    return not cancelled


def cancel_batch(session: Session, batch_id: int, by: str) -> str:
    """Gives up what was not begun; what runs now still ends, and what was done stays. "" or why not."""
    batch = _held(session, batch_id)
    if batch is None or batch.state not in ("waiting", "running", "paused"):
        return "Este lote já terminou."
    batch.state, batch.finished_at = "cancelled", utc_now()
    session.execute(
        update(NetworkJob)
        .where(NetworkJob.batch_id == batch_id, NetworkJob.state.in_(("asked", "approved")))
        .values(**_cancelled())
    )
    end_alert(session, STOPPED, str(batch_id), by=by)
    if _count(session, batch_id).get("running"):
        # A worker may have died over them: somebody has to see them end.
        add_work(session, BATCH, batch_id)
    return ""


def put_back(session: Session, batch_id: int | None, job_ids: Sequence[int], state: str) -> None:
    """Running jobs that changed nothing are in `state` again; where their batch was cancelled, they are given up."""
    # Held until the transaction ends: a cancellation comes before, and is seen, or after, and sees the jobs waiting.
    held = select(JobBatch.state).where(JobBatch.id == batch_id).with_for_update(read=True)
    values: dict[str, Any] = {"state": state}
    if batch_id is not None and session.scalar(held) == "cancelled":
        values = _cancelled()
    session.execute(
        update(NetworkJob).where(NetworkJob.id.in_(job_ids), NetworkJob.state == "running").values(**values)
    )


def progress(session: Session, batch_id: int) -> Progress:
    """How far it is. Raises NoResultFound for a batch that does not exist."""
    batch = session.get_one(JobBatch, batch_id)
    counts = _count(session, batch_id)
    running = counts.get("running", 0)
    waiting = sum(counts.get(state, 0) for state in OPEN_STATES) - running
    done = sum(counts.get(state, 0) for state in GOOD_ENDS)
    problems = sum(counts.values()) - waiting - running - done
    return Progress(batch.total, waiting, running, done, problems, batch.started_at, batch.finished_at)


def _held(session: Session, batch_id: int) -> JobBatch | None:
    wanted = select(JobBatch).where(JobBatch.id == batch_id).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def _cancelled() -> dict[str, Any]:
    return {"state": "cancelled", "outcome": "cancelled", "finished_at": utc_now()}


def _begin(session: Session, batch: JobBatch) -> None:
    batch.state = "running"
    add_work(session, BATCH, batch.id)


def _count(session: Session, batch_id: int) -> dict[str, int]:
    states = select(NetworkJob.state, func.count()).where(NetworkJob.batch_id == batch_id).group_by(NetworkJob.state)
    return {state: number for state, number in session.execute(states)}
