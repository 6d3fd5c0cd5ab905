"""A trust unlock that is the ERP's to give: asked for once, its refusal wins, and then the network is verified."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.ports import Erp
from billing.records import Unlocked
from billing.unlock_ledger import RELEASE
from core.db import Database
from core.errors import Conflict, Refused, Unreachable
from core.later import Later
from models import utc_now
from models.alert import raise_alert
from models.contract import Contract
from models.customer import Customer
from models.network_job import OPEN_STATES, NetworkJob
from models.outbox import add_work
from models.trust_unlock import TrustUnlock

TOPIC = "erp_unlock"
MOST_TRIES = 8
DAY = timedelta(days=1)
# How long an ERP that does the network itself is given to show the contract as active.
LOOK_AGAIN_SECONDS = 15.0
LOOKS_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class UnlockDesk:
    """What it works with. `has_network` says whether there is equipment of ours to release on; `finished` is what
    hangs on the end of a network job, in the transaction that ends it."""

    db: Database
    erp: Erp
    has_network: Callable[[], bool]
    finished: Callable[[Session, NetworkJob], None]


@dataclass(frozen=True)
class _Reserved:
    """An unlock that waits for the ERP: `granted` once it said yes and only the network is still to be verified."""

    id: int
    contract_ref: str
    customer_ref: str
    days: int
    asked_at: datetime | None
    granted: bool
    since: datetime


def erp_unlock(unlock_id: int, *, desk: UnlockDesk) -> None:
    """Has the ERP release a reserved unlock, and starts the network job that waits for it.

    May be killed anywhere and called again: that the ERP is asked is written first, so a second call reads the contract
    before it asks anything. Raises Conflict when two run at once, Later while an ERP that does the network itself has
    not shown the contract as active, and what the ERP raises while it does not answer.
    """
    unlock = _reserved(desk.db, unlock_id)
    if unlock is None:
        return
    if not unlock.granted:
        answer = _ask(desk, unlock)
        if isinstance(answer, Refused):
            _end_job(desk, unlock.id, "refused", f"erp_{answer.code}", answer)
            return
        _grant(desk, unlock, answer)
    if desk.has_network():
        return
    if _is_active(desk.erp, unlock):
        _end_job(desk, unlock.id, "verified", "erp_read")
    elif utc_now() - unlock.since < LOOKS_FOR:
        raise Later(LOOK_AGAIN_SECONDS, "the ERP does not show the contract as active yet")
    else:
        _end_job(desk, unlock.id, "unknown", "erp_not_active")


def give_up(unlock_id: int, *, desk: UnlockDesk) -> None:
    """The ERP does not answer, or lets us in no more: people go on. Where it may have released it, nobody knows."""
    unlock = _reserved(desk.db, unlock_id)
    if unlock is None:
        return
    state = "unknown" if unlock.asked_at else "failed"
    with desk.db.transaction() as session:
        text = f"O ERP não respondeu à liberação em confiança do contrato {unlock.contract_ref}"
        raise_alert(session, "erp_unlock", unlock.contract_ref, text)
    _end_job(desk, unlock_id, state, "erp_silent")


def _reserved(db: Database, unlock_id: int) -> _Reserved | None:
    with db.transaction() as session:
        unlock = session.get(TrustUnlock, unlock_id)
        if unlock is None or unlock.state != "reserved":
            return None
        job = _job(session, unlock_id)
        if job is None or job.state not in OPEN_STATES:
            return None
        owner = select(Customer.ref).join(Contract, Contract.customer_id == Customer.id)
        return _Reserved(
            unlock.id,
            unlock.contract_ref,
            session.scalars(owner.where(Contract.ref == unlock.contract_ref)).one(),
            ceil((unlock.expires_at - unlock.granted_at) / DAY),
            unlock.erp_asked_at,
            job.state != "asked",
            unlock.granted_at,
        )


def _ask(desk: UnlockDesk, unlock: _Reserved) -> Unlocked | Refused:
    """The ERP's answer. A call that may have arrived is never repeated while the contract reads as released."""
    if unlock.asked_at is not None and _is_active(desk.erp, unlock):
        return Unlocked(already=True)
    now = utc_now()
    _mark_asked(desk.db, unlock, unlock.asked_at, now)
    try:
        return desk.erp.trust_unlock(unlock.contract_ref, unlock.days)
    except Refused as refusal:
        # Free already, in the ERP's eyes: then only the network is behind.
        return Unlocked(already=True) if refusal.code == "not_blocked" else refusal
    except Unreachable as failure:
        if not failure.ambiguous:
            _mark_asked(desk.db, unlock, now, None)
        raise


def _is_active(erp: Erp, unlock: _Reserved) -> bool:
    return any(c.ref == unlock.contract_ref and c.status == "active" for c in erp.contracts(unlock.customer_ref))


def _mark_asked(db: Database, unlock: _Reserved, before: datetime | None, after: datetime | None) -> None:
    """Written before the ERP is asked. Raises Conflict where somebody else has asked meanwhile."""
    mine = TrustUnlock.id == unlock.id, TrustUnlock.erp_asked_at.is_not_distinct_from(before)
    with db.transaction() as session:
        done = session.execute(update(TrustUnlock).where(*mine).values(erp_asked_at=after).returning(TrustUnlock.id))
        if done.first() is None:
            raise Conflict("unlock_asked", str(unlock.id))


def _grant(desk: UnlockDesk, unlock: _Reserved, answer: Unlocked) -> None:
    """Its number and its own end into the ledger, and the network's turn, together."""
    with desk.db.transaction() as session:
        row = session.get_one(TrustUnlock, unlock.id, with_for_update=True)
        job = _job(session, unlock.id)
        if row.state != "reserved" or job is None or job.state != "asked":
            return
        row.erp_protocol = answer.protocol or None
        row.expires_at = answer.until or row.expires_at
        job.state = "approved"
        if desk.has_network():
            add_work(session, "network", job.id)


def _end_job(desk: UnlockDesk, unlock_id: int, state: str, outcome: str, refusal: Refused | None = None) -> None:
    """Ends the job that waited for the ERP, with what it refused, and lets its conversation tell of it."""
    with desk.db.transaction() as session:
        row = session.get_one(TrustUnlock, unlock_id, with_for_update=True)
        job = _job(session, unlock_id)
        if row.state != "reserved" or job is None or job.state not in OPEN_STATES:
            return
        now = utc_now()
        job.state, job.outcome, job.finished_at = state, outcome, now
        if refusal:
            row.state, row.refusal, row.ended_at = "refused", refusal.code, now
            job.log = [*job.log, {"at": now.isoformat(), "text": f"ERP: {refusal}"}]
        desk.finished(session, job)
        if job.conversation_id is not None:
            add_work(session, "turn", job.conversation_id)


def _job(session: Session, unlock_id: int) -> NetworkJob | None:
    wanted = select(NetworkJob).where(NetworkJob.trust_unlock_id == unlock_id, NetworkJob.action == RELEASE)
    return session.scalars(wanted.order_by(NetworkJob.id).limit(1).with_for_update()).one_or_none()
