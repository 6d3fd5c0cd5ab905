"""Looks for payments in an outside ERP: reads again the invoices whose payment somebody waits for, at a pace."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from billing.collections_policy import collecting_of
from billing.gateway import Settlement
from billing.mirror import PAID_BACK
from billing.paid_here import ASKED_FOR, OWED_TO_ERP
from billing.ports import Erp
from billing.provider_row import provider_row
from core.db import Database
from core.errors import Failure
from models import utc_now
from models.contract import Contract
from models.invoice import Invoice
from models.negotiation import Negotiation
from models.payment import Payment
from models.suspension import Suspension
from models.trust_unlock import TrustUnlock

log = logging.getLogger(__name__)

Told = Callable[[Session, Settlement, str], None]


@dataclass(frozen=True)
class PollPace:
    """A contract is read once in `rest`, at most `most` contracts a run, which ends after `seconds`. The payment of a
    second copy is waited for during `copied_within`. Where debts are collected, all the others are read as well, once
    in `swept_every` and at most `swept` a run: invoices are made days before they are due."""

    rest: timedelta = timedelta(minutes=5)
    most: int = 30
    seconds: float = 60.0
    copied_within: timedelta = timedelta(days=5)
    swept: int = 15
    swept_every: timedelta = timedelta(days=2)


def poll_payments(_: int, *, db: Database, erp: Erp, source: str, told: Told, pace: PollPace | None = None) -> None:
    """Reads the contracts that matter (blocked, released on trust, in an agreement, noticed or suspended, second copy
    given lately, paid here and not known there yet), those first that were not read for longest, and tells `told` of
    each invoice that was open here and is paid now, and of each whose payment the ERP took back, with its ref, in a
    transaction of its own. `source` is under which payments are stored.

    `erp` writes what it reads into our rows (billing.mirror). May be called twice: a payment that is stored is not told
    again. Ends quietly where the ERP does not answer: its circuit raises the alarm.
    """
    limits = pace or PollPace()
    began = time.monotonic()
    with db.reading() as session:
        refs = _due(session, limits, source, utc_now())
    for ref in refs:
        if time.monotonic() - began > limits.seconds:
            return
        try:
            erp.open_invoices(ref)
        except Failure as failure:
            log.info("payments are not looked for any further: %s", failure.code)
            return
        _tell(db, ref, source, told)


def _due(session: Session, pace: PollPace, source: str, now: datetime) -> list[str]:
    waits = [
        Contract.status == "blocked",
        exists().where(TrustUnlock.contract_ref == Contract.ref, TrustUnlock.state.in_(("reserved", "active"))),
        exists().where(Negotiation.contract_ref == Contract.ref, Negotiation.state == "active"),
        exists().where(Suspension.contract_ref == Contract.ref, Suspension.state.in_(("noticed", "suspended"))),
        exists().where(Payment.contract_ref == Contract.ref, OWED_TO_ERP, Payment.known_at > now - ASKED_FOR),
        exists().where(
            Invoice.contract_id == Contract.id,
            Invoice.status == "open",
            Invoice.copied_at > now - pace.copied_within,
        ),
    ]
    # A bot's turn may have read the payment already: what is paid, or open again, and was not told is due at once.
    untold = exists().where(*_untold(now)) | exists().where(*_taken_back(source))
    refs = _longest_unread(session, or_(*waits) & _rested(now - pace.rest) | untold, pace.most)
    if collecting_of(provider_row(session), local=False).policy.enabled:
        refs += _longest_unread(session, _rested(now - pace.swept_every), pace.swept)
    return list(dict.fromkeys(refs))


def _rested(since: datetime) -> ColumnElement[bool]:
    return Contract.invoices_seen_at.is_(None) | (Contract.invoices_seen_at < since)


def _longest_unread(session: Session, condition: ColumnElement[bool], most: int) -> list[str]:
    wanted = select(Contract.ref).where(condition, Contract.status != "cancelled")
    return list(session.scalars(wanted.order_by(Contract.invoices_seen_at.asc().nulls_first()).limit(most)))


def _untold(now: datetime) -> tuple[ColumnElement[bool], ...]:
    told = exists().where(Payment.invoice_ref == Invoice.ref, Payment.state != "reversed")
    recent = Invoice.paid_at > now - PAID_BACK
    return Invoice.contract_id == Contract.id, Invoice.status == "paid", Invoice.seen_at.is_not(None), recent, ~told


def _taken_back(source: str) -> tuple[ColumnElement[bool], ...]:
    """An invoice that the ERP told as paid, and tells as open."""
    told = Payment.invoice_ref == Invoice.ref, Payment.source == source, Payment.state == "settled"
    return Invoice.contract_id == Contract.id, Invoice.status == "open", Invoice.seen_at.is_not(None), *told


def _tell(db: Database, contract_ref: str, source: str, told: Told) -> None:
    """Each payment of the contract that is in our rows and not stored yet, or stored and in our rows no more."""
    mine = Contract.ref == contract_ref
    back = select(Payment).join(Invoice, Invoice.ref == Payment.invoice_ref).join(Contract, mine)
    paid = select(Invoice).join(Contract, mine).where(*_untold(utc_now())).order_by(Invoice.id)
    with db.reading() as session:
        news = [
            (Settlement(row.external_id, row.amount_cents, row.paid_at, reversed=True), str(row.invoice_ref))
            for row in session.scalars(back.where(*_taken_back(source)).order_by(Payment.id))
        ]
        news += [(_settlement(session, source, invoice), invoice.ref) for invoice in session.scalars(paid)]
    for settlement, ref in news:
        with db.transaction() as session:
            told(session, settlement, ref)


def _settlement(session: Session, source: str, invoice: Invoice) -> Settlement:
    """One that is paid again after its payment was taken back gets a name of its own. Only those that were taken back
    count: another run that tells this very payment meanwhile must find the same name."""
    mine = Payment.invoice_ref == invoice.ref, Payment.source == source, Payment.state == "reversed"
    times = session.scalar(select(func.count()).where(*mine)) or 0
    name = f"{source}:{invoice.ref}" + (f":{times + 1}" if times else "")
    return Settlement(name, invoice.paid_cents or invoice.amount_cents, invoice.paid_at or utc_now(), key=invoice.ref)
