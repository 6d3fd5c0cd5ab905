"""What ends with a debt: collection steps, the suspension once all is paid, and with nothing overdue the promise."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing import suspension
from billing.overdue import is_demanded
from core.dates import local_date
from models import utc_now
from models.collection_step import CollectionStep
from models.invoice import Invoice
from models.payment import Payment
from models.provider import provider_zone
from models.trust_unlock import TrustUnlock


def debt_reduced(session: Session, payment: Payment, invoice: Invoice) -> None:
    """The invoice was paid: called in the transaction that says so, holding its row. May be called twice."""
    session.flush()
    debts_reduced(session, {invoice.ref}, {str(payment.contract_ref)})


def debts_reduced(session: Session, invoice_refs: Collection[str], contract_refs: Collection[str]) -> None:
    """As `debt_reduced`, for all that these invoices, of these contracts, end: in a few statements, however many."""
    now = utc_now()
    session.execute(
        update(CollectionStep)
        .where(CollectionStep.invoice_ref.in_(invoice_refs), CollectionStep.state == "planned")
        .values(state="stopped", reason="paid", done_at=now)
    )
    suspension.all_paid(session, contract_refs, now)
    # One that is reserved has not begun: it is judged when its time is over, as ever.
    promised = TrustUnlock.contract_ref.in_(contract_refs), TrustUnlock.state == "active"
    today = local_date(now, provider_zone(session))
    for ref in session.scalars(select(TrustUnlock.contract_ref).where(*promised).distinct()).all():
        if not is_demanded(session, ref, today):
            mine = TrustUnlock.contract_ref == ref, TrustUnlock.state == "active"
            session.execute(update(TrustUnlock).where(*mine).values(state="kept", ended_at=now))
