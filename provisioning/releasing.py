"""The release of a contract's signal, whoever wants it: one that is under way is not asked for again."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.network_job import OPEN_STATES, NetworkJob
from provisioning.action import BLOCK_SIGNAL, RELEASE_SIGNAL
from provisioning.request import ask, target_of


def release_underway(session: Session, contract_ref: str) -> NetworkJob | None:
    """The release that waits or runs, locked so that it cannot end meanwhile; None where a block comes behind it."""
    wanted = (
        select(NetworkJob)
        .where(
            NetworkJob.contract_ref == contract_ref,
            NetworkJob.action.in_((RELEASE_SIGNAL, BLOCK_SIGNAL)),
            NetworkJob.state.in_(OPEN_STATES),
            ~NetworkJob.dry_run,
        )
        .order_by(NetworkJob.id.desc())
        .limit(1)
    )
    newest = session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one_or_none()
    return newest if newest is not None and newest.action == RELEASE_SIGNAL else None


def ask_release(session: Session, contract_ref: str, *, reason: str, asked_by: str, cause: str) -> NetworkJob:
    """The release that is under way, else a new one under `cause` (see provisioning.request.ask)."""
    target = target_of(session, contract_ref)
    return release_underway(session, contract_ref) or ask(
        session, RELEASE_SIGNAL, target=target, reason=reason, asked_by=asked_by, cause=cause
    )
