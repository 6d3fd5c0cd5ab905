"""A person says which invoice a payment pays that matched none, or that one which needs somebody was seen to."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from billing.payments import DOUBLED, UNMATCHED, judge, was_paid_otherwise
from billing.returns import RETURNED, REVERSED
from models.agent import name_of
from models.alert import end_alert
from models.contract import Contract
from models.invoice import Invoice
from models.payment import Payment

GONE = "Este pagamento não existe mais."
NO_INVOICE = "Não há fatura com este número."
NO_NOTE = "Escreva o que foi feito com o pagamento."
NEEDS_NOBODY = "Este pagamento está certo: não há o que tratar."
_ALERTS = {"unmatched": UNMATCHED, "doubled": DOUBLED, "reversed": REVERSED, "returned": RETURNED}
LONGEST_NOTE = 300


def assign(session: Session, payment_id: int, invoice_ref: str, by: str) -> str:
    """The payment pays that invoice, with all that follows, as if it had matched by itself. "" or, in Portuguese, why
    not.

    `by` is a login. The same person's second press is harmless; whoever comes later is told who was first.
    """
    wanted = select(Invoice).where(Invoice.ref == invoice_ref).with_for_update()
    invoice = session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    payment = _held(session, payment_id)
    if payment is None:
        return GONE
    if payment.state != "unmatched":
        mine = payment.seen_by == by and payment.invoice_ref == invoice_ref
        return "" if mine else f"Este pagamento já foi ligado a uma fatura por {_first(session, payment)}."
    if payment.seen_by is not None:
        return f"{name_of(session, payment.seen_by)} já tratou deste pagamento."
    if invoice is None:
        return NO_INVOICE
    problem = _unfit(session, payment, invoice)
    if problem:
        return problem
    payment.invoice_ref, payment.seen_by = invoice.ref, by
    payment.contract_ref = session.scalars(select(Contract.ref).where(Contract.id == invoice.contract_id)).one()
    judge(session, payment, invoice)
    session.flush()
    _end_alert(session, payment, UNMATCHED, by)
    return ""


def match_again(session: Session, invoice_refs: Collection[str]) -> bool:
    """Money that came for one of these open invoices while it was not known, or missing, pays it now, unless somebody
    saw to it. The caller holds their rows. Whether there was any."""
    mine = Payment.state == "unmatched", Payment.seen_by.is_(None), Invoice.status == "open"
    wanted = (
        select(Payment, Invoice, Contract.ref)
        .join(Invoice, Invoice.ref == Payment.invoice_ref)
        .join(Contract, Contract.id == Invoice.contract_id)
        .where(Payment.invoice_ref.in_(invoice_refs), *mine)
        .order_by(Payment.id)
        .with_for_update(of=Payment)
        .execution_options(populate_existing=True)
    )
    found = session.execute(wanted).all()
    for payment, invoice, contract_ref in found:
        payment.contract_ref = contract_ref
        judge(session, payment, invoice)
        session.flush()
        _end_alert(session, payment, UNMATCHED, "clock")
    return bool(found)


def note_seen(session: Session, payment_id: int, by: str, note: str) -> str:
    """Somebody saw to a payment that matches nothing, came twice or went back: it asks for nobody any more, and
    `note` says what was done. "" or why not, as in `assign`."""
    payment = _held(session, payment_id)
    if payment is None:
        return GONE
    if payment.seen_by is not None and payment.state in _ALERTS:
        return "" if payment.seen_by == by else f"{name_of(session, payment.seen_by)} já tratou deste pagamento."
    if payment.state not in _ALERTS:
        return NEEDS_NOBODY
    words = " ".join(note.replace("\x00", "").split())[:LONGEST_NOTE]
    if not words:
        return NO_NOTE
    payment.seen_by, payment.detail = by, {**payment.detail, "note": words}
    session.flush()
    _end_alert(session, payment, _ALERTS[payment.state], by)
    return ""


def _held(session: Session, payment_id: int) -> Payment | None:
    wanted = select(Payment).where(Payment.id == payment_id).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def _first(session: Session, payment: Payment) -> str:
    return name_of(session, payment.seen_by) if payment.seen_by else "quem avisou do pagamento"


def _unfit(session: Session, payment: Payment, invoice: Invoice) -> str:
    if invoice.status == "cancelled":
        return "Esta fatura está cancelada: não recebe pagamentos."
    if invoice.status == "paid" and was_paid_otherwise(session, payment, invoice):
        return "Esta fatura já está paga por outro pagamento."
    same = exists().where(
        Payment.e2e_id == payment.e2e_id, Payment.invoice_ref == invoice.ref, Payment.id != payment.id
    )
    if payment.e2e_id and session.scalar(select(same)):
        return "Este mesmo Pix já consta nesta fatura."
    return ""


def _end_alert(session: Session, payment: Payment, kind: str, by: str) -> None:
    """Alerts to payments without an invoice are one per source: it ends with the last of them."""
    if kind != UNMATCHED:
        end_alert(session, kind, str(payment.invoice_ref or ""), by=by)
        return
    left = exists().where(Payment.source == payment.source, Payment.state == "unmatched", Payment.seen_by.is_(None))
    if not session.scalar(select(left)):
        end_alert(session, UNMATCHED, payment.source, by=by)
