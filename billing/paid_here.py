"""Payments that we know and an outside ERP does not: until they are entered there, our word counts before the ERP's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import Session, aliased

from billing.provider_row import provider_row, settlement_of
from billing.records import Invoice
from billing.returns import NOT_ENTERED, alarm_reversed, told
from core.dates import format_date, local_date
from models.alert import end_alert, raise_alert
from models.contract import Contract
from models.invoice import Invoice as InvoiceRow
from models.payment import Payment

# An ERP that never says which invoices were paid is not asked for it for ever.
ASKED_FOR = timedelta(days=30)
OWED_TO_ERP = Payment.state.in_(("settled", "partial")) & Payment.entered_at.is_(None)


@dataclass(frozen=True)
class Withheld:
    """`owed`: what the ERP told, less what was paid here. `awaited`: refs of invoices that were paid here, which the
    ERP does not list as open: it may know the payment by now."""

    owed: tuple[Invoice, ...]
    awaited: tuple[str, ...]


def withhold(session: Session, contract_ref: str, listed: Sequence[Invoice], asked_at: datetime) -> Withheld:
    """The contract's open invoices as the house is to see them; holds their rows, so that no payment comes between.

    One that was paid here is not owed, and one that was paid in part only with the rest, as long as the ERP does not
    know of it. Where that takes longer than `enter_hours`, people are told; so they are where it knew the payment and
    says open again, which counts: there somebody took it back. An answer that a later one overtook tells nothing new.
    """
    read = session.scalar(select(Contract.invoices_seen_at).where(Contract.ref == contract_ref).with_for_update())
    overtaken = read is not None and read > asked_at
    refs = [one.ref for one in listed]
    wanted = select(InvoiceRow).where(InvoiceRow.ref.in_(refs)).order_by(InvoiceRow.ref).with_for_update()
    rows = {row.ref: row for row in session.scalars(wanted.execution_options(populate_existing=True))}
    mine = session.scalars(select(Payment).where(Payment.invoice_ref.in_(refs)).order_by(Payment.id)).all()
    owed = list[Invoice]()
    for one in listed:
        about = [payment for payment in mine if payment.invoice_ref == one.ref]
        left: Invoice | None = one
        if about and one.ref in rows:
            if not overtaken:
                _mark(session, one, rows[one.ref], about, asked_at)
            left = _left(one, rows[one.ref], about, overtaken)
        if left is not None:
            owed.append(left)
    if overtaken:
        return Withheld(tuple(owed), ())
    late = Payment.contract_ref == contract_ref, OWED_TO_ERP, Payment.known_at > asked_at - ASKED_FOR
    awaited = session.scalars(select(Payment.invoice_ref).where(*late, Payment.invoice_ref.not_in(refs)).distinct())
    return Withheld(tuple(owed), tuple(sorted(ref for ref in awaited if ref)))


def is_paid_here(session: Session, invoice_ref: str) -> bool:
    """Whether the invoice is paid by what the ERP does not know yet."""
    paid = InvoiceRow.ref == invoice_ref, InvoiceRow.status == "paid"
    mine = exists().where(Payment.invoice_ref == InvoiceRow.ref, OWED_TO_ERP)
    return session.scalar(select(InvoiceRow.id).where(*paid, mine)) is not None


def entered(session: Session, invoice_refs: Collection[str], at: datetime) -> None:
    """The ERP told these as paid: it knows their payments now."""
    mine = update(Payment).where(Payment.invoice_ref.in_(invoice_refs), OWED_TO_ERP)
    for ref in set(session.scalars(mine.values(entered_at=at).returning(Payment.invoice_ref))):
        end_alert(session, NOT_ENTERED, str(ref))


def taken_back_here() -> ColumnElement[bool]:
    """The condition on invoices: their payment, or a part of it, was taken back here, and the ERP has not listed them
    as open since. That it tells them as paid is an old word."""
    gone, other = aliased(Payment), aliased(Payment)
    stands = exists().where(other.invoice_ref == InvoiceRow.ref, other.state == "settled")
    back = (gone.state == "returned") | (gone.state == "reversed") & ~stands
    return exists().where(gone.invoice_ref == InvoiceRow.ref, gone.entered_at.is_not(None), back)


def _mark(session: Session, told_open: Invoice, row: InvoiceRow, about: Sequence[Payment], asked_at: datetime) -> None:
    """What follows for the payments of an invoice from its being told as open just now."""
    for payment in about:
        if payment.state in ("reversed", "returned"):
            payment.entered_at = None
    new = _new(about)
    if new and (row.status == "paid" or _came(about) > _known_there(told_open, row)):
        _alarm_late(session, new[0], asked_at)
    elif new:
        end_alert(session, NOT_ENTERED, row.ref)
    elif row.status == "paid" and (settled := [one for one in about if one.state == "settled"]):
        alarm_reversed(session, settled[-1], row)


def _left(told_open: Invoice, row: InvoiceRow, about: Sequence[Payment], overtaken: bool) -> Invoice | None:
    """What is owed of one invoice that the ERP tells as open; None where nothing is."""
    if row.status == "paid" and (overtaken or _new(about)):
        return None
    came = _came(about)
    if came <= 0:
        return told_open
    left = told_open.amount_cents - max(0, came - _known_there(told_open, row))
    return replace(told_open, amount_cents=left, paid_cents=max(told_open.paid_cents, came)) if left > 0 else None


def _new(about: Sequence[Payment]) -> list[Payment]:
    return [one for one in about if one.state in ("settled", "partial") and one.entered_at is None]


def _came(about: Sequence[Payment]) -> int:
    """What came in here that the ERP was not heard to count, less what went back."""
    back = sum(one.amount_cents for one in about if one.state == "returned")
    return sum(one.amount_cents for one in _new(about)) - back


def _known_there(told_open: Invoice, row: InvoiceRow) -> int:
    """An ERP says what came in, or lowers the amount without a word: either way it knows that much."""
    return max(told_open.paid_cents, row.amount_cents + row.paid_cents - told_open.amount_cents)


def _alarm_late(session: Session, payment: Payment, asked_at: datetime) -> None:
    provider = provider_row(session)
    if asked_at - payment.known_at < timedelta(hours=settlement_of(provider).enter_hours):
        return
    since = format_date(local_date(payment.known_at, provider.timezone))
    text = f"O ERP ainda mostra em aberto uma fatura cujo pagamento é conhecido desde {since}: dê baixa no ERP."
    raise_alert(session, NOT_ENTERED, str(payment.invoice_ref), text, severity="critical", detail=told(payment))
