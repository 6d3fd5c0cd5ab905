"""Asks for an action on the network: one row and its work, in the caller's transaction."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.contract import Contract
from models.network_job import NetworkJob
from models.outbox import add_work
from provisioning.actions import ACTIONS
from provisioning.ports import Target


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
) -> NetworkJob:
    """The job that does `action` for `cause` (what started it: a turn, a payment, an expiry).

    Asking again with the same action, contract and cause returns the first job, whatever became of it, and adds no
    work. Raises KeyError for an action that does not exist.
    """
    ACTIONS[action]
    key = f"{action}:{target.contract_ref}:{cause}"
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
        )
        .on_conflict_do_nothing(index_elements=[NetworkJob.idempotency_key])
        .returning(NetworkJob.id)
    ).scalar()
    if new_id is not None:
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
