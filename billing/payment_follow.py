"""What a payment sets going outside of billing: the signal is released, and the customer is thanked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from billing.debt_end import is_overdue
from billing.proofs import confirm
from billing.unlock_ledger import BLOCK
from core.db import Database
from models.contract import Contract
from models.network_job import OPEN_STATES, NetworkJob
from models.payment import Payment


@dataclass(frozen=True)
class Wanted:
    """Who does it. Both are called in one transaction, and may be called again for the same payment without doing it
    twice: `release` asks the network for the contract of the payment, `thank` says that it came, and whether the signal
    is on its way (`releasing`)."""

    release: Callable[[Session, Payment], None]
    thank: Callable[[Session, Payment, bool], None]


def follow_payment(payment_id: int, *, db: Database, wanted: Wanted) -> None:
    """Does what follows from a payment that settles an invoice, or a part of it. May run twice and be killed: what it
    asks for is one transaction, under the payment's name."""
    with db.transaction() as session:
        payment = session.get(Payment, payment_id)
        # One that was taken back meanwhile releases nothing and is not thanked for.
        if payment is None or payment.state not in ("settled", "partial"):
            return
        confirm(session, payment)
        releasing = payment.state == "settled" and _to_be_released(session, str(payment.contract_ref))
        if releasing:
            wanted.release(session, payment)
        wanted.thank(session, payment, releasing)


def _to_be_released(session: Session, contract_ref: str) -> bool:
    """Blocked for debt, or about to be, with nothing overdue left. A block on the customer's own wish stays."""
    if is_overdue(session, contract_ref):
        return False
    contract = session.scalars(select(Contract).where(Contract.ref == contract_ref)).one()
    if contract.status == "blocked":
        return contract.blocked_for == "debt"
    block = exists().where(
        NetworkJob.contract_ref == contract_ref, NetworkJob.action == BLOCK, NetworkJob.state.in_(OPEN_STATES)
    )
    return contract.status == "active" and bool(session.scalar(select(block)))
