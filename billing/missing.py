"""An invoice that an outside ERP lists no more and never said was paid: for a while it may come back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.collections_policy import NOTICE, CollectionsPolicy, collecting_of
from billing.holds import drop_notices, new_round
from billing.provider_row import provider_row
from billing.records import Invoice
from billing.rows import invoice_of
from billing.suspension import live_for, put_off
from core.dates import local_date
from models.contract import Contract
from models.invoice import Invoice as InvoiceRow

# An ERP whose nightly work hides its invoices around midnight takes no day from anybody.
A_DAY_LOST = timedelta(hours=12)


def may_return(row: InvoiceRow | None, policy: CollectionsPolicy, now: datetime) -> bool:
    """Whether an invoice that the ERP did not list just now is still waited for: what became of it could not be read,
    or it is missing for less than `policy.missing_hours`. What is paid or held is not, nor what our own tables
    cancelled."""
    if row is None or row.hold:
        return False
    if row.status == "cancelled":
        return row.seen_at is not None and now - row.seen_at < timedelta(hours=policy.missing_hours)
    return row.status == "open"


def is_awaited(session: Session, contract_ref: str, told: Sequence[Invoice], today: date, now: datetime) -> bool:
    """Whether a late debt of the contract that is not among what the ERP `told` now may come back: then nobody knows
    that nothing is owed."""
    policy = collecting_of(provider_row(session), local=False).policy
    late = func.coalesce(InvoiceRow.original_due_date, InvoiceRow.due_date) < today
    mine = select(InvoiceRow).join(Contract, Contract.id == InvoiceRow.contract_id).where(Contract.ref == contract_ref)
    rows = mine.where(InvoiceRow.seen_at.is_not(None), late, InvoiceRow.ref.not_in([one.ref for one in told]))
    return any(may_return(row, policy, now) for row in session.scalars(rows))


def come_back(session: Session, told: Sequence[Invoice], asked_at: datetime) -> None:
    """Those of `told` that were missing until now are listed again: called before they are written as open.

    Unchanged and within `missing_hours`, its notice goes on, and the days on which it could not be paid are not
    counted, unless it was missing for some hours only; where the notice ended meanwhile, only that is planned anew.
    Otherwise it is collected anew, with a notice and days of its own.
    """
    again = {invoice.ref: invoice for invoice in told}
    gone = select(InvoiceRow).where(InvoiceRow.ref.in_(again), InvoiceRow.status == "cancelled")
    rows = session.scalars(gone.where(InvoiceRow.seen_at.is_not(None)).order_by(InvoiceRow.ref)).all()
    if not rows:
        return
    provider = provider_row(session)
    policy = collecting_of(provider, local=False).policy
    for row in rows:
        if not (may_return(row, policy, asked_at) and _same_debt(row, again[row.ref])):
            drop_notices(session, [row.ref])
            new_round(session, [row.ref])
        elif live_for(session, row.ref):
            since = row.seen_at or asked_at
            if asked_at - since >= A_DAY_LOST:
                days = (local_date(asked_at, provider.timezone) - local_date(since, provider.timezone)).days
                put_off(session, row.ref, days)
        else:
            new_round(session, [row.ref], step=NOTICE)


def _same_debt(row: InvoiceRow, told: Invoice) -> bool:
    """What a notice named: fines, interest and parts that came in change what is left of a debt, not the debt."""
    was = invoice_of(row, told.contract_ref)
    return (was.number, was.late_from, _principal(was)) == (told.number, told.late_from, _principal(told))


def _principal(invoice: Invoice) -> int:
    return invoice.amount_cents - invoice.fine_cents - invoice.interest_cents + invoice.paid_cents
