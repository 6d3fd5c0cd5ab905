"""The network's jobs for a debt: whether a block is asked for, how one is given up or undone, and the release."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from billing.suspension import BLOCK, DONE, FOR_DEBT, PROMISE_OVER, RELEASE
from models.contract import Contract
from models.network_job import OPEN_STATES, NetworkJob
from provisioning.approval import cancel
from provisioning.releasing import ask_release

AGAIN_AFTER = timedelta(days=1)


def block_asked(session: Session, contract_ref: str, now: datetime) -> bool:
    """A block waits or runs, or one ended badly (a person cancelled it, equipment was away) less than a day ago."""
    recent = NetworkJob.finished_at > now - AGAIN_AFTER
    mine = NetworkJob.contract_ref == contract_ref, NetworkJob.action == BLOCK
    waits = NetworkJob.state.in_(OPEN_STATES) | (NetworkJob.state.not_in(DONE) & recent)
    asked = exists().where(*mine, NetworkJob.reason.in_((FOR_DEBT, PROMISE_OVER)), waits)
    return bool(session.scalar(select(asked)))


def give_up_blocks(session: Session, contract_ref: str, *reasons: str) -> None:
    """A block that was asked for and has not begun is not wanted any more; one that runs is undone when it ends."""
    mine = select(NetworkJob.id).where(NetworkJob.contract_ref == contract_ref, NetworkJob.action == BLOCK)
    for job_id in session.scalars(mine.where(NetworkJob.reason.in_(reasons), NetworkJob.state.in_(OPEN_STATES))):
        cancel(session, job_id, "clock")


def undo_block(session: Session, contract: Contract, today: date) -> None:
    """What is owed has no notice whose days are over, and no suspension is in force: a block for the debt that was paid
    meanwhile must neither begin nor stay. One that stood before we kept account of it is left as it is."""
    give_up_blocks(session, contract.ref, FOR_DEBT)
    mine = NetworkJob.contract_ref == contract.ref, NetworkJob.action.in_((BLOCK, RELEASE)), NetworkJob.state.in_(DONE)
    newest = NetworkJob.finished_at.desc(), NetworkJob.id.desc()
    last = session.scalars(select(NetworkJob).where(*mine).order_by(*newest).limit(1)).first()
    ours = last is not None and (last.action, last.reason) == (BLOCK, FOR_DEBT)
    if ours and contract.status == "blocked" and contract.blocked_for == "debt":
        release_paid(session, contract.ref, f"paid:{today}")


def release_paid(session: Session, contract_ref: str, cause: str) -> None:
    """Once for each block, and again for each try that failed."""
    mine = select(func.count()).select_from(NetworkJob).where(NetworkJob.contract_ref == contract_ref)
    blocks = session.scalar(mine.where(NetworkJob.action == BLOCK, NetworkJob.state.in_(DONE)))
    failed = session.scalar(mine.where(NetworkJob.action == RELEASE, NetworkJob.state.in_(("failed", "refused"))))
    ask_release(session, contract_ref, reason="paid", asked_by="clock", cause=f"{cause}:{blocks}:{failed}")
