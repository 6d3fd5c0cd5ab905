"""Looks for payments in an outside ERP: reads again the invoices whose payment somebody waits for, at a pace."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from billing.gateway import Settlement
from billing.mirror import PAID_BACK
from billing.ports import Erp
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
    second copy is waited for during `copied_within`."""

    rest: timedelta = timedelta(minutes=5)
    most: int = 30
    seconds: float = 60.0
    copied_within: timedelta = timedelta(days=5)


def poll_payments(_: int, *, db: Database, erp: Erp, source: str, told: Told, pace: PollPace | None = None) -> None:
    """Reads the contracts that matter (blocked, released on trust, in an agreement, noticed or suspended, second copy
    given lately), those first that were not read for longest, and tells `told` of each invoice that was open here and
    is paid now, with its ref, in a transaction of its own. `source` is under which payments are stored.

    `erp` writes what it reads into our rows (billing.mirror). May be called twice: a payment that is stored is not told
    again. Ends quietly where the ERP does not answer: its circuit raises the alarm.
    """
    limits = pace or PollPace()
    began = time.monotonic()
    with db.reading() as session:
        refs = _due(session, limits, utc_now())
    for ref in refs:
        if time.monotonic() - began > limits.seconds:
            return
        try:
            erp.open_invoices(ref)
        except Failure as failure:
            log.info("payments are not looked for any further: %s", failure.code)
            return
        _tell(db, ref, source, told)


def _due(session: Session, pace: PollPace, now: datetime) -> list[str]:
    waits = [
        Contract.status == "blocked",
        exists().where(TrustUnlock.contract_ref == Contract.ref, TrustUnlock.state.in_(("reserved", "active"))),
        exists().where(Negotiation.contract_ref == Contract.ref, Negotiation.state == "active"),
        exists().where(Suspension.contract_ref == Contract.ref, Suspension.state.in_(("noticed", "suspended"))),
        exists().where(
            Invoice.contract_id == Contract.id,
            Invoice.status == "open",
            Invoice.copied_at > now - pace.copied_within,
        ),
    ]
    rested = Contract.invoices_seen_at.is_(None) | (Contract.invoices_seen_at < now - pace.rest)
    matters = or_(*waits)
    # A bot's turn may have read the payment already: what is paid and was not told is due at once.
    wanted = select(Contract.ref).where((matters & rested) | exists().where(*_untold(now)))
    order = Contract.invoices_seen_at.asc().nulls_first()
    return list(session.scalars(wanted.where(Contract.status != "cancelled").order_by(order).limit(pace.most)))


def _untold(now: datetime) -> tuple[ColumnElement[bool], ...]:
    told = exists().where(Payment.invoice_ref == Invoice.ref)
    recent = Invoice.paid_at > now - PAID_BACK
    return Invoice.contract_id == Contract.id, Invoice.status == "paid", Invoice.seen_at.is_not(None), recent, ~told


def _tell(db: Database, contract_ref: str, source: str, told: Told) -> None:
    """Each payment of the contract that is in our rows and not stored yet."""
    untold = select(Invoice).join(Contract, Contract.id == Invoice.contract_id).where(*_untold(utc_now()))
    with db.reading() as session:
        paid = session.scalars(untold.where(Contract.ref == contract_ref).order_by(Invoice.id)).all()
    for invoice in paid:
        amount = invoice.paid_cents or invoice.amount_cents
        settlement = Settlement(f"{source}:{invoice.ref}", amount, invoice.paid_at or utc_now(), key=invoice.ref)
        with db.transaction() as session:
            told(session, settlement, invoice.ref)
