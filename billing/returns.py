"""Money that went back, wholly or in part: the invoice is open again with what is missing, and finance decides."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.money import format_brl
from models import utc_now
from models.alert import end_alert, raise_alert
from models.invoice import Invoice
from models.payment import Payment

REVERSED, RETURNED, NOT_ENTERED = "payment.reversed", "payment.returned", "payment.not_entered"
_REVERSED = "Um pagamento foi estornado e a fatura voltou a ficar em aberto: decida o que fazer com o contrato."
_RETURNED = "Uma parte de um pagamento foi devolvida e falta na fatura: decida o que fazer com o contrato."


def take_back(session: Session, payment: Payment, invoice: Invoice | None) -> None:
    """The whole payment went back, in the transaction that holds its row and its invoice's. The debt is there again;
    nobody is blocked for that by a machine."""
    counted = payment.state in ("settled", "partial")
    payment.detail = {**payment.detail, "was": payment.state}
    payment.state, payment.reversed_at = "reversed", utc_now()
    if invoice is None or not counted:
        return
    unknown_there, was_paid = payment.entered_at is None, invoice.status == "paid"
    # An ERP that tells it as open has taken it out; until then its word may still count it.
    payment.entered_at = (payment.entered_at or utc_now()) if was_paid else None
    if was_paid and _paid_by_others(session, payment, invoice):
        # An outside ERP had opened it again before this was told, and it was paid anew.
        return
    # What an outside ERP that knew the payment tells as open stands in the row as it told it.
    if invoice.seen_at is None or was_paid or unknown_there:
        _open_again(invoice, payment.amount_cents)
    end_alert(session, NOT_ENTERED, invoice.ref)
    alarm_reversed(session, payment, invoice)


def _paid_by_others(session: Session, payment: Payment, invoice: Invoice) -> bool:
    counted = Payment.invoice_ref == invoice.ref, Payment.id != payment.id, Payment.state.in_(("settled", "partial"))
    others = session.scalar(select(func.sum(Payment.amount_cents)).where(*counted)) or 0
    return others >= invoice.amount_cents


def alarm_reversed(session: Session, payment: Payment, invoice: Invoice) -> None:
    """Finance hears that the payment pays the invoice no more."""
    raise_alert(session, REVERSED, invoice.ref, _REVERSED, severity="critical", detail=told(payment))


def part_returned(session: Session, payment: Payment, invoice: Invoice | None, missing_cents: int) -> None:
    """`payment` is the movement of a part that went back, of which `missing_cents` had paid the invoice: what was paid
    twice goes back first, and is missed by nobody."""
    if invoice is None or missing_cents <= 0:
        return
    if invoice.status == "paid":
        # An ERP goes on saying so until it lists the invoice as open.
        payment.entered_at = utc_now()
    _open_again(invoice, missing_cents)
    raise_alert(session, RETURNED, invoice.ref, _RETURNED, severity="critical", detail=told(payment))


def told(payment: Payment) -> dict[str, Any]:
    """What an alert says of a payment."""
    return {
        "payment": payment.id,
        "invoice": payment.invoice_ref,
        "amount": format_brl(payment.amount_cents),
        "source": payment.source,
    }


def _open_again(invoice: Invoice, cents: int) -> None:
    total = invoice.amount_cents if invoice.status == "paid" else invoice.amount_cents + invoice.paid_cents
    invoice.paid_cents = max(0, invoice.paid_cents - cents)
    left = total - invoice.paid_cents
    if left > 0:
        invoice.amount_cents = left
        invoice.status, invoice.paid_at = "open", None
