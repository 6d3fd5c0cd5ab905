"""The ledger of trust unlocks: reserved before the network is touched, active once verified, judged when it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import exists, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from billing.overdue import demanded_of
from billing.ports import Erp
from billing.provider_row import end_terms_of, provider_row
from billing.records import Invoice
from billing.trust_unlock import Promise
from billing.unlock_end import wait_to_block
from core.dates import local_date
from core.db import Database
from core.errors import Failure
from core.later import Later
from models import utc_now
from models.alert import end_alert, raise_alert
from models.contract import Contract
from models.network_job import OPEN_STATES, NetworkJob
from models.outbox import add_work
from models.trust_unlock import TrustUnlock

EXPIRY, REMINDER = "unlock_expiry", "remind_unlock"
UNREAD, UNREAD_SECONDS = "unlock_unread", 300.0
RELEASE, BLOCK = "release_signal", "block_signal"
LIVE = ("reserved", "active")
DONE = ("verified", "already")
NEVER_TOOK_EFFECT = ("failed", "refused")
NOT_DONE = ("refused", "failed")
AGAIN_AFTER = timedelta(days=1)
_KEPT = {"kept": True, "broken": False}


def reserve(
    session: Session,
    *,
    contract_ref: str,
    conversation_id: int | None,
    until: datetime,
    amount_cents: int,
    shown_text: str,
    confirmed_text: str,
) -> TrustUnlock | None:
    """Writes the promise down before anything is asked of the network; None when the contract has a live one already.

    Of parallel callers one gets the row: the others wait for its commit in the database and get None. `until` is when
    the unlock ends, `shown_text` what the customer agreed to, `confirmed_text` how.
    """
    new_id = session.execute(
        insert(TrustUnlock)
        .values(
            contract_ref=contract_ref,
            conversation_id=conversation_id,
            expires_at=until,
            amount_cents=amount_cents,
            shown_text=shown_text,
            confirmed_text=confirmed_text,
        )
        .on_conflict_do_nothing(
            index_elements=[TrustUnlock.contract_ref], index_where=text("state in ('reserved', 'active')")
        )
        .returning(TrustUnlock.id)
    ).scalar()
    return None if new_id is None else session.get_one(TrustUnlock, new_id)


def promises(db: Database, contract_ref: str) -> tuple[Promise, ...]:
    """The contract's unlocks that took or may have taken effect, oldest first, for trust_unlock.assess."""
    wanted = select(TrustUnlock).where(
        TrustUnlock.contract_ref == contract_ref, TrustUnlock.state.not_in(NEVER_TOOK_EFFECT)
    )
    with db.transaction() as session:
        rows = session.scalars(wanted.order_by(TrustUnlock.granted_at, TrustUnlock.id)).all()
        return tuple(Promise(row.granted_at, row.expires_at, _KEPT.get(row.state)) for row in rows)


def job_finished(session: Session, job: NetworkJob) -> None:
    """Writes into contract and ledger what a finished job made true; called in the transaction that ends the job.

    May be called again for the same job: it neither turns back a later job nor adds the expiry twice. A job that
    ended as unknown changes nothing: its unlock stays reserved until a person has looked.
    """
    if job.action == RELEASE:
        _released(session, job)
    elif job.action == BLOCK:
        _blocked(session, job)


def expire(unlock_id: int, *, db: Database, erp: Erp, ask_block: Callable[[Session, TrustUnlock], None]) -> None:
    """Judges an unlock whose time is over: kept when nothing of its contract is demanded, otherwise `ask_block`.

    `ask_block` adds the block_signal job, with the unlock's id as its `trust_unlock_id`, in the transaction it is
    given; the row becomes broken when that job has verified the block, or at once where the ERP blocks by itself. A job
    that came to nothing is asked for again a day later. May be called again and in parallel: one call asks. Raises
    Later before the unlock ends and outside of the hours in which is blocked, and what the ERP raises, so that it is
    tried again: nobody is blocked on a debt that was not read.
    """
    with db.transaction() as session:
        unlock = session.get(TrustUnlock, unlock_id)
        if unlock is None or not _to_be_judged(session, unlock):
            return
        row = provider_row(session)
        zone, state, terms = row.timezone, row.state, end_terms_of(row)
    now = utc_now()
    if now < unlock.expires_at:
        raise Later((unlock.expires_at - now).total_seconds(), "unlock still runs")
    invoices = _read_debt(db, erp, unlock, now - unlock.expires_at > timedelta(hours=terms.alert_after_hours))
    with db.reading() as session:
        debt = demanded_of(session, invoices, local_date(now, zone))
    by_erp = terms.erp_reblocks(released_by_erp=unlock.erp_asked_at is not None)
    if debt and not by_erp and (wait := wait_to_block(now, terms, zone, state)):
        raise Later(wait, "nobody is blocked at this hour")
    with db.transaction() as session:
        unlock = session.get_one(TrustUnlock, unlock_id, with_for_update=True)
        if not _to_be_judged(session, unlock):
            return
        if debt and not by_erp:
            ask_block(session, unlock)
            add_work(session, EXPIRY, unlock.id, after_seconds=AGAIN_AFTER.total_seconds())
        else:
            unlock.state, unlock.ended_at = "broken" if debt else "kept", now
        end_alert(session, UNREAD, unlock.contract_ref)


def _read_debt(db: Database, erp: Erp, unlock: TrustUnlock, late: bool) -> list[Invoice]:
    """What is open on the contract. An ERP that has not said so for too long, or will not before a person mends
    something, is told of; the question is asked again all the same."""
    try:
        return [i for i in erp.open_invoices(unlock.contract_ref) if i.contract_ref == unlock.contract_ref]
    except Failure as failure:
        if late or failure.permanent:
            text = f"Liberação em confiança vencida e dívida não lida no ERP ({failure.code}): ninguém foi bloqueado"
            with db.transaction() as session:
                raise_alert(session, UNREAD, unlock.contract_ref, text)
        if failure.permanent:
            raise Later(UNREAD_SECONDS, failure.code) from failure
        raise


def _to_be_judged(session: Session, unlock: TrustUnlock) -> bool:
    """Active, and no block of it is under way, or came to nothing just now: a person sees that one first."""
    settled = NetworkJob.state.in_((*OPEN_STATES, *DONE)) | (NetworkJob.asked_at > utc_now() - AGAIN_AFTER)
    asked = exists().where(NetworkJob.trust_unlock_id == unlock.id, NetworkJob.action == BLOCK, settled)
    return unlock.state == "active" and not session.scalar(select(asked))


def _released(session: Session, job: NetworkJob) -> None:
    if job.state in DONE:
        if job.trust_unlock_id is not None:
            _activate(session, job.trust_unlock_id)
        _set_contract(session, job, "blocked", "active")
    elif job.state in NOT_DONE and job.trust_unlock_id is not None:
        _end(session, job.trust_unlock_id, "reserved", "failed")


def _blocked(session: Session, job: NetworkJob) -> None:
    if job.state not in DONE:
        return
    if job.trust_unlock_id is not None:
        _end(session, job.trust_unlock_id, "active", "broken")
    _set_contract(session, job, "active", "blocked")


def _activate(session: Session, unlock_id: int) -> None:
    """The release is real: from now on it has an end. A failed row comes back when a person's second try worked."""
    other = aliased(TrustUnlock)
    another_is_live = exists().where(
        other.contract_ref == TrustUnlock.contract_ref, other.id != TrustUnlock.id, other.state.in_(LIVE)
    )
    expires_at = session.scalar(
        update(TrustUnlock)
        .where(TrustUnlock.id == unlock_id, TrustUnlock.state.in_(("reserved", "failed")), ~another_is_live)
        .values(state="active", ended_at=None)
        .returning(TrustUnlock.expires_at)
    )
    if expires_at is not None:
        left = (expires_at - utc_now()).total_seconds()
        add_work(session, EXPIRY, unlock_id, after_seconds=max(0.0, left))
        add_work(session, REMINDER, unlock_id)


def _end(session: Session, unlock_id: int, before: str, after: str) -> None:
    session.execute(
        update(TrustUnlock)
        .where(TrustUnlock.id == unlock_id, TrustUnlock.state == before)
        .values(state=after, ended_at=utc_now())
    )


def _set_contract(session: Session, job: NetworkJob, before: str, after: str) -> None:
    """Mirrors the network into the contract, unless a later job has changed the network since."""
    later = exists().where(
        NetworkJob.contract_ref == job.contract_ref,
        NetworkJob.action.in_((RELEASE, BLOCK)),
        NetworkJob.state.in_(DONE),
        NetworkJob.finished_at > (job.finished_at or utc_now()),
    )
    session.execute(
        update(Contract).where(Contract.ref == job.contract_ref, Contract.status == before, ~later).values(status=after)
    )
