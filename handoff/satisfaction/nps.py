"""NPS by period: each day some customers are asked whether they would recommend the provider, each seldom."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from core.dates import local_date
from core.db import Database
from core.locks import hold
from handoff.calendars import calendar_named
from handoff.outcome import Denied
from handoff.queues import OFFICE_HOURS
from handoff.satisfaction.asking import NPS, refuses
from handoff.satisfaction.terms import Satisfaction, satisfaction_terms
from handoff.templates import send_template
from models import utc_now
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation, open_of
from models.customer import Customer
from models.incident import Incident, IncidentContract
from models.message import Message
from models.provider import Provider, provider_zone
from models.survey import Survey

MONTH = timedelta(days=30)


def ask_nps(_ref_id: int, *, db: Database, language: str) -> None:
    """Asks those who are due today, as many as the policy says, in office hours. May be run at any time and again: a
    day's number is counted from what was asked."""
    now = utc_now()
    with db.transaction() as session:
        due = whom_to_ask(session, now)
    for contact_id in due:
        with db.transaction() as session:
            ask(session, contact_id, language, now)


def whom_to_ask(session: Session, now: datetime) -> list[int]:
    """The contacts to ask now: proved customers with an active contract, not asked within the months of the policy, who
    talk with nobody and whom no fault touches. Another mix every day, and the same one however often it is asked."""
    terms = satisfaction_terms(session)
    zone = provider_zone(session)
    left = terms.nps_daily - _asked_today(session, now, zone)
    if left <= 0 or not calendar_named(session, OFFICE_HOURS).is_open(now):
        return []
    chance = func.md5(func.concat(Contact.id, f"{local_date(now, zone):%Y%m%d}"))
    return list(session.scalars(_due(terms, now).order_by(chance).limit(left)))


def ask(session: Session, contact_id: int, language: str, now: datetime) -> bool:
    """Sends the template to one contact, if they are still due; whether it went."""
    hold(session, f"{NPS}/{contact_id}")
    terms = satisfaction_terms(session)
    if session.scalar(_due(terms, now).where(Contact.id == contact_id)) is None or refuses(session, contact_id):
        return False
    contact = session.get_one(Contact, contact_id)
    key = f"{NPS}-{contact_id}-{now:%Y%m%d}"
    provider = session.scalars(select(Provider.name).order_by(Provider.id).limit(1)).one()
    values = {"name": contact.profile_name.split(" ")[0] or "cliente", "provider": provider}
    sent = send_template(session, contact, NPS, values, language=language, reason=NPS, key=key)
    if isinstance(sent, Denied):
        return False
    message = session.get_one(Message, sent.message_id)
    until = now + timedelta(days=terms.nps_answer_days)
    place = message.conversation_id
    cto = _cto(session, contact)
    session.add(Survey(kind=NPS, conversation_id=place, key=key, cto=cto, asked_at=now, expires_at=until))
    return True


def _due(terms: Satisfaction, now: datetime) -> Select[int]:
    asked_in = aliased(Conversation)
    asked = exists().where(
        Survey.conversation_id == asked_in.id,
        asked_in.contact_id == Contact.id,
        Survey.kind == NPS,
        Survey.asked_at > now - MONTH * terms.nps_months,
    )
    talks = exists().where(open_of(Contact.id))
    served = exists().where(Conversation.contact_id == Contact.id, Conversation.handler == "closed")
    active = (
        select(Contract.ref)
        .join(Customer, Customer.id == Contract.customer_id)
        .where(Customer.ref == Contact.customer_ref, Contract.status == "active")
    )
    faulty = exists().where(
        IncidentContract.contract_ref.in_(active.correlate(Contact)),
        Incident.id == IncidentContract.incident_id,
        Incident.ended_at.is_(None),
        Incident.dismissed.is_(False),
    )
    return select(Contact.id).where(active.exists(), served, ~talks, ~asked, ~faulty)


def _asked_today(session: Session, now: datetime, zone: str) -> int:
    begins = datetime.combine(local_date(now, zone), time(), ZoneInfo(zone))
    wanted = select(func.count()).where(Survey.kind == NPS, Survey.asked_at >= begins)
    return session.scalar(wanted) or 0


def _cto(session: Session, contact: Contact) -> str:
    """Where the customer hangs; empty for one with several places."""
    rows = session.scalars(
        select(Contract.cto)
        .join(Customer, Customer.id == Contract.customer_id)
        .where(Customer.ref == contact.customer_ref, Contract.status == "active")
        .distinct()
    ).all()
    return rows[0] if len(rows) == 1 else ""
