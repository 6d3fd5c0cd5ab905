"""Asks for an action on the network: one row and its work, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.contract import Contract
from models.network_job import NetworkJob
from models.outbox import add_work
from models.provider import provider_policies
from provisioning.actions import ACTIONS
from provisioning.approval import ALWAYS, approvals_needed
from provisioning.ports import Target

DEVICE_OF_ROLE = {"acs": "ACS", "access": ""}


def ask(
    session: Session,
    action: str,
    *,
    target: Target,
    reason: str,
    asked_by: str,
    cause: str,
    conversation_id: int | None = None,
    trust_unlock_id: int | None = None,
    arguments: Mapping[str, Any] | None = None,
    secrets: bytes | None = None,
    dry_run: bool = False,
    batch_id: int | None = None,
    waits: bool = False,
) -> NetworkJob:
    """The job that does `action` for `cause` (what started it: a turn, a payment, an expiry, a form's token).

    Asking again with the same action, contract and cause returns the first job, whatever became of it, and adds no
    work. With `waits` none is added at all: whatever the job waits for adds it. `secrets` are locked by a Vault
    already. A job that people must approve is planned at once and does nothing until they did. A job of a batch gets
    its work from the batch, and needs no approval of its own but to configure an ONU. Raises KeyError for an action
    that does not exist.
    """
    known = ACTIONS[action]
    key = f"{action}:{target.contract_ref or target.olt}:{cause}" + (":dry" if dry_run else "")
    by_batch = batch_id is not None and action not in ALWAYS
    approvals = 0 if dry_run or by_batch else approvals_needed(provider_policies(session), action)
    new_id = session.execute(
        insert(NetworkJob)
        .values(
            action=action,
            contract_ref=target.contract_ref,
            conversation_id=conversation_id,
            trust_unlock_id=trust_unlock_id,
            idempotency_key=key,
            reason=reason,
            asked_by=asked_by,
            target=target.as_json(),
            arguments=dict(arguments or {}),
            secrets=secrets,
            device=DEVICE_OF_ROLE.get(known.role, target.olt),
            dry_run=dry_run,
            needs_approvals=approvals,
            batch_id=batch_id,
        )
        .on_conflict_do_nothing(index_elements=[NetworkJob.idempotency_key])
        .returning(NetworkJob.id)
    ).scalar()
    if new_id is not None and batch_id is None and not waits:
        add_work(session, "network", new_id)
    return session.execute(select(NetworkJob).where(NetworkJob.idempotency_key == key)).scalar_one()


def target_of(session: Session, contract_ref: str) -> Target:
    """Where a contract's service hangs in the network; raises NoResultFound for one that does not exist."""
    contract = session.scalars(select(Contract).where(Contract.ref == contract_ref)).one()
    return Target(
        contract_ref=contract.ref,
        pppoe_login=contract.pppoe_login,
        olt=contract.olt,
        pon=contract.pon,
        cto=contract.cto,
        onu=contract.onu,
    )
