"""Before a trust unlock ends unpaid, the customer hears of it, once and not at night."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.overdue import demanded_of
from billing.ports import Erp
from billing.provider_row import end_terms_of, provider_row
from billing.unlock_end import remind_at
from bot.addressed import addressed
from bot.effects import Option
from bot.notices import Notice, send_notice
from bot.owing import owing
from bot.texts import Texts
from core.dates import format_when, local_date
from core.db import Database
from core.errors import Failure
from core.later import Later
from models import utc_now
from models.alert import raise_alert
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation
from models.customer import Customer
from models.trust_unlock import TrustUnlock

LOOK_AGAIN_SECONDS = 300.0


def remind_unlock(
    unlock_id: int, *, db: Database, erp: Erp, texts: Texts, now: Callable[[], datetime] = utc_now
) -> None:
    """Reminds of the end, unless the debt was paid. May be called at any time, twice or in parallel: it is told once.

    Raises Later until its time has come, and while the ERP does not say what is owed: nobody is dunned on a guess.
    """
    at = now()
    with db.transaction() as session:
        unlock = session.get(TrustUnlock, unlock_id)
        if unlock is None or not _wanted(unlock, at):
            return
        row = provider_row(session)
        zone, moment = row.timezone, remind_at(unlock.granted_at, unlock.expires_at, end_terms_of(row), row.timezone)
    if moment is None:
        return
    if at < moment:
        raise Later((moment - at).total_seconds(), "the unlock ends later")
    try:
        invoices = [i for i in erp.open_invoices(unlock.contract_ref) if i.contract_ref == unlock.contract_ref]
    except Failure as failure:
        raise Later(LOOK_AGAIN_SECONDS, failure.code) from failure
    with db.transaction() as session:
        debt = demanded_of(session, invoices, local_date(at, zone))
        unlock = session.get_one(TrustUnlock, unlock_id, with_for_update=True)
        if not _wanted(unlock, at):
            return
        unlock.reminded_at = at
        if debt:
            until = format_when(unlock.expires_at, at, zone, texts.language)
            _tell(session, unlock, texts, at, until, owing(texts, debt))


def _wanted(unlock: TrustUnlock, now: datetime) -> bool:
    return unlock.state == "active" and unlock.reminded_at is None and now < unlock.expires_at


def _tell(session: Session, unlock: TrustUnlock, texts: Texts, now: datetime, until: str, amount: str) -> None:
    contact = _contact(session, unlock)
    if contact is None:
        return
    owner = select(Customer.name).join(Contract, Contract.customer_id == Customer.id)
    name = addressed(session.scalars(owner.where(Contract.ref == unlock.contract_ref)).one(), texts)
    values = {"name": name, "until": until, "amount": amount}
    option = Option("intent:invoice_second_copy", texts("button.second_copy"))
    notice = Notice(texts("release.expiring", **values), "unlock_expiring", values, (option,))
    key = f"unlock:{unlock.id}:reminder"
    denied = send_notice(session, contact, notice, key=key, reason="unlock_expiring", texts=texts, now=now)
    if denied:
        raise_alert(session, "unlock_reminder", unlock.contract_ref, f"Aviso de fim de liberação: {denied.reason}")


def _contact(session: Session, unlock: TrustUnlock) -> Contact | None:
    """Who agreed to it; for one that a person gave, the newest contact who proved to be the customer."""
    if unlock.conversation_id is not None:
        talk = session.get_one(Conversation, unlock.conversation_id)
        return session.get_one(Contact, talk.contact_id)
    mine = (
        select(Contact)
        .join(Customer, Customer.ref == Contact.customer_ref)
        .join(Contract, Contract.customer_id == Customer.id)
        .where(Contract.ref == unlock.contract_ref)
    )
    return session.scalars(mine.order_by(Contact.id.desc()).limit(1)).one_or_none()
