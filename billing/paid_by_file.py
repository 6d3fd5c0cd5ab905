"""What follows from payments that a file told of: what follows from every payment, for thousands at once."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.debt_end import debts_reduced
from billing.mirror import PAID_BACK
from billing.payments import FOLLOW
from billing.proofs import confirm
from models import utc_now
from models.outbox import add_work
from models.payment import Payment


def follow_file(session: Session, payment_ids: Collection[int]) -> None:
    """Called once, in the transaction that wrote these payments and what they make of their invoices.

    Whatever an invoice's payment ends, ends, however old it is: a file may be late. News to the customer is only what
    settled an invoice lately, as with an ERP's payments (billing.poll_payments): a history is thanked for by nobody.
    """
    wanted = select(Payment).where(Payment.id.in_(payment_ids), Payment.state.in_(("settled", "partial")))
    payments = session.scalars(wanted.order_by(Payment.id)).all()
    settled = [payment for payment in payments if payment.state == "settled"]
    if settled:
        debts_reduced(session, {str(one.invoice_ref) for one in settled}, {str(one.contract_ref) for one in settled})
    since = utc_now() - PAID_BACK
    for payment in payments:
        if payment.paid_at <= since:
            continue
        if payment.state == "settled":
            add_work(session, FOLLOW, payment.id)
        else:
            confirm(session, payment)
