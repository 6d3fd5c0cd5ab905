"""What ends with a debt: collection steps, the suspension once all is paid, and with nothing overdue the promise."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing import suspension
from billing.provider_row import provider_row
from core.dates import local_date
from models import utc_now
from models.collection_step import CollectionStep
from models.contract import Contract
from models.invoice import Invoice
from models.payment import Payment
from models.trust_unlock import TrustUnlock


def debt_reduced(session: Session, payment: Payment, invoice: Invoice) -> None:
    """The invoice was paid: called in the transaction that says so, holding its row. May be called twice."""
    now = utc_now()
    session.flush()
    session.execute(
        update(CollectionStep)
        .where(CollectionStep.invoice_ref == invoice.ref, CollectionStep.state == "planned")
        .values(state="stopped", reason="paid", done_at=now)
    )
    contract_ref = str(payment.contract_ref)
    suspension.paid(session, contract_ref, now)
    if is_overdue(session, contract_ref):
        return
    # One that is reserved has not begun: it is judged when its time is over, as ever.
    session.execute(
        update(TrustUnlock)
        .where(TrustUnlock.contract_ref == contract_ref, TrustUnlock.state == "active")
        .values(state="kept", ended_at=now)
    )


def is_overdue(session: Session, contract_ref: str) -> bool:
    """Whether any open invoice of the contract that nothing holds is late, on the provider's calendar day."""
    today = local_date(utc_now(), provider_row(session).timezone)
    late_from = Invoice.original_due_date
    late = (late_from.is_not(None) & (late_from < today)) | (late_from.is_(None) & (Invoice.due_date < today))
    found = (
        select(Invoice.id)
        .join(Contract, Contract.id == Invoice.contract_id)
        .where(Contract.ref == contract_ref, Invoice.status == "open", Invoice.hold == "", late)
        .limit(1)
    )
    return session.scalar(found) is not None
