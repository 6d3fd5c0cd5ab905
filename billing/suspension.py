"""The suspension of a contract for debt as rows: noticed, suspended, restored, dropped. The network is asked above."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import exists, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.provider_row import provider_row
from core.dates import local_date
from models import utc_now
from models.contract import Contract
from models.invoice import Invoice
from models.network_job import OPEN_STATES, NetworkJob
from models.outbox import add_work
from models.suspension import Suspension

RELEASE, BLOCK = "release_signal", "block_signal"
DONE = ("verified", "already")
FOR_DEBT, PROMISE_OVER = "suspended_for_debt", "trust_unlock_expired"
NOTHING_OWED = ("paid", "nothing_owed")
TELL, RESTORE = "tell_suspension", "restore"
LIVE = ("noticed", "suspended")
_MISSING = (Invoice.status == "cancelled") & Invoice.seen_at.is_not(None)


def notice(session: Session, contract_ref: str, invoice_ref: str, amount_cents: int, suspend_from: date) -> int | None:
    """Notes that the notice of this debt went out, whose days now run; None when they run already."""
    return session.execute(
        insert(Suspension)
        .values(
            contract_ref=contract_ref,
            invoice_ref=invoice_ref,
            amount_cents=amount_cents,
            suspend_from=suspend_from,
            noticed_at=utc_now(),
        )
        .on_conflict_do_nothing(index_elements=[Suspension.invoice_ref], index_where=text("state = 'noticed'"))
        .returning(Suspension.id)
    ).scalar()


def notices(session: Session, contract_ref: str) -> list[Suspension]:
    """The notices of the contract whose days run or are over, one for each debt, locked; who comes first, first."""
    wanted = select(Suspension).where(Suspension.contract_ref == contract_ref, Suspension.state == "noticed")
    wanted = wanted.order_by(Suspension.suspend_from, Suspension.id).with_for_update()
    return list(session.scalars(wanted.execution_options(populate_existing=True)))


def in_force(session: Session, contract_ref: str) -> Suspension | None:
    """The contract's suspension, locked, as it is now; one for all of its debts."""
    wanted = select(Suspension).where(Suspension.contract_ref == contract_ref, Suspension.state == "suspended")
    return session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one_or_none()


def is_live(session: Session, contract_ref: str) -> bool:
    """Whether any notice of the contract runs, or a suspension is in force."""
    live = exists().where(Suspension.contract_ref == contract_ref, Suspension.state.in_(LIVE))
    return bool(session.scalar(select(live)))


def live_for(session: Session, invoice_ref: str) -> bool:
    """Whether the notice of this debt runs, or its contract is suspended by it."""
    live = exists().where(Suspension.invoice_ref == invoice_ref, Suspension.state.in_(LIVE))
    return bool(session.scalar(select(live)))


def put_off(session: Session, invoice_ref: str, days: int) -> None:
    """So many days of the debt's notice, if it runs, do not count."""
    mine = Suspension.invoice_ref == invoice_ref, Suspension.state == "noticed"
    for row in session.scalars(select(Suspension).where(*mine).with_for_update()):
        row.suspend_from += timedelta(days=days)


def unlisted(session: Session, contract_ref: str) -> None:
    """The ERP lists a debt of the contract no more: a block that waits for it is judged again, by the work that this
    adds. The law's day does not begin: nothing was paid."""
    block = NetworkJob.contract_ref == Contract.ref, NetworkJob.action == BLOCK, NetworkJob.reason == FOR_DEBT
    asked = exists().where(*block, NetworkJob.state.in_(OPEN_STATES))
    contract_id = session.scalar(select(Contract.id).where(Contract.ref == contract_ref, asked))
    if contract_id is not None:
        add_work(session, RESTORE, contract_id)


def paid(session: Session, contract_ref: str, at: datetime) -> None:
    """A payment for this contract became known at `at`, or what it owes was contested: from now on the law's day for
    its restoration runs.

    In the caller's transaction; may be called again, the first moment counts. Whether nothing else is overdue is read
    from the ERP by the work that this adds, which then releases the signal or drops the notice. A contract that nothing
    of the kind concerns gets none: most payments are of such.
    """
    all_paid(session, (contract_ref,), at)


def all_paid(session: Session, contract_refs: Collection[str], at: datetime) -> None:
    """As `paid`, for many contracts in a few statements."""
    session.execute(
        update(Suspension)
        .where(
            Suspension.contract_ref.in_(contract_refs),
            Suspension.state == "suspended",
            Suspension.known_paid_at.is_(None),
        )
        .values(known_paid_at=at)
    )
    block = NetworkJob.contract_ref == Contract.ref, NetworkJob.action == BLOCK, NetworkJob.state.in_(OPEN_STATES)
    concerned = (
        (Contract.status == "blocked")
        | exists().where(Suspension.contract_ref == Contract.ref, Suspension.state.in_(LIVE))
        | exists().where(*block)
    )
    wanted = select(Contract.id).where(Contract.ref.in_(contract_refs), concerned).order_by(Contract.id)
    for contract_id in session.scalars(wanted).all():
        add_work(session, RESTORE, contract_id)


def job_finished(session: Session, job: NetworkJob) -> None:
    """Writes what a finished job made true of a suspension, in the transaction that ends the job; may come twice."""
    if job.state not in DONE or job.action not in (BLOCK, RELEASE):
        return
    now = job.finished_at or utc_now()
    row = in_force(session, job.contract_ref)
    if job.action == RELEASE:
        if row is not None and row.known_paid_at is not None:
            row.state, row.restored_at = "restored", now
        elif row is not None and job.reason in NOTHING_OWED:
            # A debt was there again before the release ended: its days are over, and it suspends as before.
            row.state, row.suspended_at = "noticed", None
    elif job.reason in (FOR_DEBT, PROMISE_OVER):
        if row is None and job.reason == FOR_DEBT:
            row = _begin(session, job.contract_ref, now)
        if row is None or row.known_paid_at:
            # Paid or dropped while the block was under way: it must not stay.
            paid(session, job.contract_ref, utc_now())


def _begin(session: Session, contract_ref: str, now: datetime) -> Suspension | None:
    """The contract is suspended by the notice whose days are over; the others run on. None where the ERP lists no such
    debt any more: while the block was under way it went missing."""
    today = local_date(now, provider_row(session).timezone)
    gone = set(session.scalars(select(Invoice.ref).join(Contract).where(Contract.ref == contract_ref, _MISSING)))
    due = [row for row in notices(session, contract_ref) if row.suspend_from <= today and row.invoice_ref not in gone]
    if not due:
        return None
    due[0].state, due[0].suspended_at = "suspended", now
    add_work(session, TELL, due[0].id)
    return due[0]
