"""What ends with a debt: collection steps, the suspension once all is paid, and with nothing overdue the promise."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from billing import suspension
from billing.overdue import is_demanded
from billing.provider_row import provider_row
from core.dates import local_date
from models import utc_now
from models.collection_step import CollectionStep
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
    if is_demanded(session, contract_ref, local_date(now, provider_row(session).timezone)):
        return
    # One that is reserved has not begun: it is judged when its time is over, as ever.
    session.execute(
        update(TrustUnlock)
        .where(TrustUnlock.contract_ref == contract_ref, TrustUnlock.state == "active")
        .values(state="kept", ended_at=now)
    )
