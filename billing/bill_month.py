"""The chore that gives every contract of the local ERP its invoice of the month: once, whenever and however often."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.agreements import INSTALMENT
from billing.billing_terms import BillingTerms
from billing.periods import Bill, Billed, Span, bills
from billing.provider_row import billing_of, provider_row
from core.dates import local_date
from core.db import Database
from core.locks import hold
from models import utc_now
from models.contract import Contract
from models.invoice import Invoice
from models.outbox import add_work
from models.suspension import Suspension

log = logging.getLogger(__name__)

_PAGE = 500
REGISTER = "register_charge"


def bill_month(
    ref_id: int, *, db: Database, now: Callable[[], datetime] = utc_now, registers_charges: bool = False
) -> None:
    """Makes every invoice whose day has come, where the policy `billing` says that invoices are made here. With
    `registers_charges` each is registered at the gateway by work of its own.

    May be called any number of times and killed anywhere: a page of contracts is one transaction, and the index of
    contract and month lets no second invoice in. After days of standstill it makes what was missed.
    """
    with db.reading() as session:
        row = provider_row(session)
        terms, zone = billing_of(row), row.timezone
    if not terms.monthly:
        return
    today, last, made = local_date(now(), zone), 0, 0
    while True:
        with db.transaction() as session:
            hold(session, "bill_month")
            contracts = _page(session, last)
            new = _bill(session, contracts, terms, today, zone)
            for invoice_id in new if registers_charges else ():
                add_work(session, REGISTER, invoice_id)
            made += len(new)
        if len(contracts) < _PAGE:
            break
        last = contracts[-1].id
    if made:
        log.info("%s invoices made", made)


def _page(session: Session, last: int) -> Sequence[Contract]:
    billed = Contract.status.in_(("active", "blocked"))
    wanted = select(Contract).where(Contract.id > last, billed, Contract.seen_at.is_(None))
    return session.scalars(wanted.order_by(Contract.id).limit(_PAGE)).all()


def _bill(session: Session, contracts: Sequence[Contract], terms: BillingTerms, today: date, zone: str) -> list[int]:
    known = _known(session, [contract.id for contract in contracts])
    suspended = _suspended(session, [contract.ref for contract in contracts], zone)
    rows = []
    for contract in contracts:
        spans = suspended.get(contract.ref, ())
        if contract.status == "blocked" and not any(span.end is None for span in spans):
            # Blocked, and nobody wrote down since when: a day without service is not charged on a guess.
            spans = (Span(date.min),)
        facts = Billed(
            contract.monthly_fee_cents, contract.due_day, contract.starts_on, known.get(contract.id, frozenset()), spans
        )
        rows += [_row(contract, bill) for bill in bills(facts, terms, today)]
    if not rows:
        return []
    done = session.execute(insert(Invoice).on_conflict_do_nothing().returning(Invoice.id), rows)
    return [int(invoice_id) for (invoice_id,) in done]


def _row(contract: Contract, bill: Bill) -> dict[str, object]:
    name = f"{contract.ref}-{bill.period}"
    return {
        "ref": name,
        "contract_id": contract.id,
        "number": f"{contract.number}-{bill.period}",
        "amount_cents": bill.amount_cents,
        "due_date": bill.due_date,
        "period": bill.period,
        "description": contract.plan,
    }


def _known(session: Session, ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """The months of each contract that have an invoice: a cancelled one was cancelled by somebody who knew why, and
    one without a month counts for that of its due date. The instalment of an agreement is for no month."""
    month = func.coalesce(func.nullif(Invoice.period, ""), func.to_char(Invoice.due_date, "YYYY-MM"))
    rows = select(Invoice.contract_id, func.array_agg(month)).where(Invoice.contract_id.in_(ids))
    rows = rows.where(~Invoice.ref.startswith(INSTALMENT))
    return {owner: frozenset(months) for owner, months in session.execute(rows.group_by(Invoice.contract_id))}


def _suspended(session: Session, refs: Sequence[str], zone: str) -> dict[str, tuple[Span, ...]]:
    """The times without service: from the day of the block, and up to the day of the restoration without it."""
    rows = select(Suspension).where(Suspension.contract_ref.in_(refs), Suspension.suspended_at.is_not(None))
    found: dict[str, tuple[Span, ...]] = {}
    for row in session.scalars(rows.order_by(Suspension.suspended_at)):
        end = row.restored_at or row.ended_at
        first = local_date(row.suspended_at, zone) if row.suspended_at else date.min
        span = Span(first, local_date(end, zone) if end else None)
        found[row.contract_ref] = (*found.get(row.contract_ref, ()), span)
    return found
