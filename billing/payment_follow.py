"""What a payment sets going outside of billing: one message of thanks, with what became of the signal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from billing.overdue import is_demanded
from billing.payments import FOLLOW
from billing.provider_row import provider_row
from billing.unlock_ledger import BLOCK, DONE, RELEASE
from core.dates import local_date
from core.db import Database
from core.later import Later
from models import utc_now
from models.alert import end_alert, raise_alert
from models.contract import Contract
from models.network_job import OPEN_STATES, NetworkJob
from models.outbox import hasten
from models.payment import Payment

# A release is read back within seconds. Whoever paid looks at the phone: after a minute without a word they ask.
THANKED_WITHIN = timedelta(seconds=60)
# The end of the release hastens the thanks; this is for the end that came just as they were put off.
LOOK_AGAIN_SECONDS = 10.0
FOLLOWED_FOR = timedelta(days=1)
NOT_RELEASED = "payment.not_released"
_NOT_RELEASED = "O contrato {ref} foi pago, e a liberação do sinal não foi confirmada na rede ({outcome})."

Signal = Literal["", "back", "not_back"]


@dataclass(frozen=True)
class Told:
    """Who speaks to the customer, in the transaction that it is given. `thank` says that the payment came, and of the
    signal only what is known: that it is released and read back, that it is not (a person is called), or nothing.
    `follow` has the conversation told how a release ends, or ended, that the thanks did not wait for."""

    thank: Callable[[Session, Payment, Signal], None]
    follow: Callable[[Session, NetworkJob], None]


def follow_payment(payment_id: int, *, db: Database, told: Told) -> None:
    """Thanks once for a payment that settles an invoice, or a part of it. Where the signal is being released, the
    thanks wait for how that ends, but not longer than THANKED_WITHIN: then they go without a word of it, and the result
    follows. Raises Later while something is waited for. May run twice and be killed: each step is one transaction."""
    with db.transaction() as session:
        payment = session.get(Payment, payment_id, with_for_update=True, populate_existing=True)
        # One that was taken back meanwhile is not thanked for.
        if payment is None or payment.state not in ("settled", "partial"):
            return
        wait = _follow(session, payment, told)
    if wait:
        raise Later(wait, "the release is under way")


def job_finished(session: Session, job: NetworkJob) -> None:
    """Lets the thanks that wait for this release go, in the transaction that ends it; may be called again."""
    if job.action != RELEASE or job.dry_run:
        return
    if job.state in DONE:
        end_alert(session, NOT_RELEASED, job.contract_ref)
    recent = Payment.contract_ref == job.contract_ref, Payment.known_at > utc_now() - FOLLOWED_FOR
    for payment_id in session.scalars(select(Payment.id).where(*recent)).all():
        hasten(session, FOLLOW, payment_id)


def _follow(session: Session, payment: Payment, told: Told) -> float:
    """Seconds after which it is to be looked at again; 0 when all is said."""
    before = payment.detail.get("thanked", "")
    if before == "wholly":
        return 0.0
    release = _release_of(session, payment) if payment.state == "settled" else None
    # One that a conversation asked for is told of there.
    untold = release if release is not None and release.conversation_id is None else None
    waits = release.state in OPEN_STATES if release else _to_be_released(session, payment)
    age = utc_now() - payment.known_at
    if waits and age < THANKED_WITHIN:
        return LOOK_AGAIN_SECONDS
    if not before:
        _thank(session, payment, told, None if waits else untold)
    if (waits or before) and untold is not None:
        told.follow(session, untold)
    unasked = waits and release is None and age < FOLLOWED_FOR
    payment.detail = {**payment.detail, "thanked": "early" if unasked else "wholly"}
    return max(age.total_seconds() / 4, LOOK_AGAIN_SECONDS) if unasked else 0.0


def _thank(session: Session, payment: Payment, told: Told, ended: NetworkJob | None) -> None:
    signal: Signal = "" if ended is None else "back" if ended.state in DONE else "not_back"
    told.thank(session, payment, signal)
    if ended is not None and signal == "not_back":
        text = _NOT_RELEASED.format(ref=payment.contract_ref, outcome=ended.outcome or ended.state)
        raise_alert(session, NOT_RELEASED, str(payment.contract_ref), text, severity="critical")


def _release_of(session: Session, payment: Payment) -> NetworkJob | None:
    """The newest release of the contract that ran since the payment is known."""
    since = NetworkJob.state.in_(OPEN_STATES) | (NetworkJob.finished_at >= payment.known_at)
    mine = NetworkJob.contract_ref == payment.contract_ref, NetworkJob.action == RELEASE, ~NetworkJob.dry_run
    return session.scalars(select(NetworkJob).where(*mine, since).order_by(NetworkJob.id.desc()).limit(1)).one_or_none()


def _to_be_released(session: Session, payment: Payment) -> bool:
    """Blocked for debt, or about to be, with nothing overdue left. A block on the customer's own wish stays."""
    today = local_date(utc_now(), provider_row(session).timezone)
    if payment.state != "settled" or is_demanded(session, str(payment.contract_ref), today):
        return False
    contract = session.scalars(select(Contract).where(Contract.ref == payment.contract_ref)).one()
    if contract.status == "blocked":
        return contract.blocked_for == "debt"
    block = exists().where(
        NetworkJob.contract_ref == contract.ref, NetworkJob.action == BLOCK, NetworkJob.state.in_(OPEN_STATES)
    )
    return contract.status == "active" and bool(session.scalar(select(block)))
