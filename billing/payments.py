"""Payments as they become known: each once, matched to its invoice, which it pays, pays in part, or pays again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.debt_end import debt_reduced
from billing.gateway import Settlement
from billing.provider_row import provider_row
from billing.returns import part_returned, take_back, told
from billing.suspension import paid
from core.dates import local_date
from models import utc_now
from models.alert import raise_alert
from models.charge import Charge
from models.contract import Contract
from models.invoice import Invoice
from models.outbox import add_work
from models.payment import Payment

FOLLOW = "payment_known"
UNMATCHED, DOUBLED = "payment.unmatched", "payment.doubled"
_UNMATCHED = "Um pagamento não tem fatura a que pertença: confira em pagamentos."
_DOUBLED = "Uma fatura foi paga mais de uma vez: devolva ou abata o valor."


def take_payment(session: Session, settlement: Settlement, *, source: str, invoice_ref: str | None = None) -> Payment:
    """Writes the payment down with all that it changes, in the caller's transaction, and adds the work of what follows
    from it outside of billing (see billing.payment_follow).

    `source` is who tells (the gateway's or the ERP's kind, or a person's login); `invoice_ref` names the invoice where
    the source knows it, otherwise the settlement's charge does. Told again, whoever calls and however many at once, the
    first row is returned and nothing is new; a `reversed` settlement takes the payment of the same name back, once, and
    a `returned` one opens the invoice again with what is missing.
    """
    charge = _charge_of(session, settlement, source)
    invoice = _locked_invoice(session, charge, invoice_ref)
    known = _known(session, settlement, source, invoice) or _insert(session, settlement, source, invoice, invoice_ref)
    if isinstance(known, _New):
        if settlement.returned:
            part_returned(session, known.row, invoice, _missing(session, known.row))
            return known.row
        if charge is not None:
            charge.state, charge.changed_at = ("cancelled" if settlement.reversed else "paid"), utc_now()
        judge(session, known.row, invoice)
        return known.row
    if settlement.reversed and known.reversed_at is None:
        take_back(session, known, invoice)
    return known


@dataclass(frozen=True)
class _New:
    """A payment that nobody knew before."""

    row: Payment


def _charge_of(session: Session, settlement: Settlement, source: str) -> Charge | None:
    names: tuple[tuple[Any, str | None], ...] = (
        (Charge.external_id, settlement.charge_id),
        (Charge.key, settlement.key),
        (Charge.txid, settlement.txid),
    )
    said = [column == name for column, name in names if name]
    if not said:
        return None
    wanted = select(Charge).where(Charge.gateway == source, or_(*said)).order_by(Charge.id.desc()).limit(1)
    return session.scalars(wanted).one_or_none()


def _locked_invoice(session: Session, charge: Charge | None, invoice_ref: str | None) -> Invoice | None:
    """Whoever changes what is paid of an invoice holds its row: two payments of one invoice come one after another."""
    wanted = select(Invoice).with_for_update().execution_options(populate_existing=True)
    if charge is not None:
        return session.scalars(wanted.where(Invoice.id == charge.invoice_id)).one()
    return session.scalars(wanted.where(Invoice.ref == invoice_ref)).one_or_none() if invoice_ref else None


def _known(session: Session, settlement: Settlement, source: str, invoice: Invoice | None) -> Payment | None:
    """The row of the same name, or of the same Pix for the same invoice, told by somebody else."""
    names = (Payment.source == source) & (Payment.external_id == settlement.external_id)
    if settlement.e2e_id and invoice is not None:
        names |= (Payment.e2e_id == settlement.e2e_id) & (Payment.invoice_ref == invoice.ref)
    wanted = select(Payment).where(names).order_by(Payment.id).limit(1).with_for_update()
    return session.scalars(wanted).one_or_none()


def _insert(
    session: Session, settlement: Settlement, source: str, invoice: Invoice | None, invoice_ref: str | None
) -> _New | Payment:
    contract_ref = (
        session.scalars(select(Contract.ref).where(Contract.id == invoice.contract_id)).one() if invoice else None
    )
    new_id = session.execute(
        insert(Payment)
        .values(
            source=source,
            external_id=settlement.external_id,
            invoice_ref=invoice.ref if invoice else invoice_ref,
            contract_ref=contract_ref,
            amount_cents=settlement.amount_cents,
            method=settlement.method,
            e2e_id=settlement.e2e_id,
            state="reversed" if settlement.reversed else "returned" if settlement.returned else "unmatched",
            reversed_at=utc_now() if settlement.reversed else None,
            paid_at=settlement.paid_at,
            detail={"charge": settlement.charge_id} if settlement.charge_id else {},
        )
        .on_conflict_do_nothing(index_elements=[Payment.source, Payment.external_id])
        .returning(Payment.id)
    ).scalar()
    if new_id is not None:
        return _New(session.get_one(Payment, new_id))
    return session.scalars(
        select(Payment)
        .where(Payment.source == source, Payment.external_id == settlement.external_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def judge(session: Session, payment: Payment, invoice: Invoice | None) -> None:
    """What a payment that nobody judged yet is to its invoice, whose row the caller holds, and what follows from it."""
    if payment.state == "reversed":
        return
    if invoice is None or invoice.status == "cancelled":
        # Money for an invoice that was cancelled belongs to no debt: a person decides whose it is.
        raise_alert(session, UNMATCHED, payment.source, _UNMATCHED, detail=told(payment))
        if invoice is not None and invoice.seen_at is not None and payment.amount_cents >= invoice.amount_cents:
            # An outside ERP may only have lost it: who paid is not to stay cut off until a person decides.
            paid(session, str(payment.contract_ref), utc_now())
        return
    if invoice.status == "paid" and was_paid_otherwise(session, payment, invoice):
        payment.state = "doubled"
        raise_alert(session, DOUBLED, invoice.ref, _DOUBLED, detail=told(payment))
        return
    payment.detail = {**payment.detail, "late_days": _late_days(session, payment, invoice)}
    owed, before, now = invoice.amount_cents, invoice.paid_cents, payment.amount_cents
    if invoice.status == "paid":
        # The ERP told of it first, and this is the payment that it means.
        payment.state, payment.entered_at = "settled", utc_now()
        debt_reduced(session, payment, invoice)
    elif now < owed:
        payment.state = "partial"
        invoice.amount_cents, invoice.paid_cents = (
            owed - payment.amount_cents,
            invoice.paid_cents + payment.amount_cents,
        )
    else:
        payment.state = "settled"
        # What it cost as a whole: earlier parts had been taken off.
        invoice.amount_cents, invoice.paid_cents = owed + before, before + now
        invoice.status, invoice.paid_at, invoice.hold = "paid", payment.paid_at, ""
        debt_reduced(session, payment, invoice)
    session.flush()
    add_work(session, FOLLOW, payment.id)


def was_paid_otherwise(session: Session, payment: Payment, invoice: Invoice) -> bool:
    """Whether the paid invoice owes its state to something else: an invoice of our own tables always; an ERP's where
    another payment of it is known."""
    other = exists().where(
        Payment.invoice_ref == invoice.ref, Payment.id != payment.id, Payment.state.in_(("settled", "doubled"))
    )
    return invoice.seen_at is None or bool(session.scalar(select(other)))


def _missing(session: Session, part: Payment) -> int:
    """How much of a part that went back had paid the invoice: what was paid twice is given back first."""
    mine = select(Payment).where(Payment.source == part.source, Payment.id != part.id)
    others = session.scalars(mine.where(Payment.detail["charge"].astext == str(part.detail.get("charge")))).all()
    doubled = sum(other.amount_cents for other in others if other.state == "doubled")
    before = sum(other.amount_cents for other in others if other.state == "returned")
    return max(0, before + part.amount_cents - doubled) - max(0, before - doubled)


def _late_days(session: Session, payment: Payment, invoice: Invoice) -> int:
    paid_on = local_date(payment.paid_at, provider_row(session).timezone)
    return max(0, (paid_on - (invoice.original_due_date or invoice.due_date)).days)
