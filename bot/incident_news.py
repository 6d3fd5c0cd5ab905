"""Tells those whom an incident touches, once, and once again when their own line is back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from bot.addressed import addressed
from bot.notices import Notice, send_notice
from bot.texts import Texts
from core.dates import format_when
from core.db import Database
from core.later import Later
from handoff.whom import contact_of
from models import utc_now
from models.alert import raise_alert
from models.contract import Contract
from models.customer import Customer
from models.incident import Incident, IncidentContract
from models.provider import provider_zone
from provisioning.outages.limits import Limits, read_limits
from provisioning.outages.reports import replace_watch

UNTOLD = "incident.untold"
# A notice of maintenance leaves this long before the latest moment that the law allows.
AHEAD = timedelta(days=2)
WROTE_BEFORE = timedelta(hours=2)

# Whom to tell: those who wrote of it, or everybody ("all"), whose line is not back by itself meanwhile.
_DUE = text(
    "SELECT contract_ref FROM incident_contract AS touched WHERE incident_id = :id AND told_at IS NULL"
    " AND back_at IS NULL AND (:all OR conversation_id IS NOT NULL OR EXISTS (SELECT FROM line_report"
    " WHERE line_report.contract_ref = touched.contract_ref AND conversation_id IS NOT NULL AND at > :wrote))"
    " ORDER BY contract_ref"
)
_BACK = text(
    "SELECT contract_ref, back_at <= :steady AS due FROM incident_contract WHERE incident_id = :id"
    " AND told_at IS NOT NULL AND told_back_at IS NULL AND back_at IS NOT NULL ORDER BY contract_ref"
)
_CLAIM = {
    "news": text(
        "UPDATE incident_contract SET told_at = :now WHERE incident_id = :id AND contract_ref = :ref"
        " AND told_at IS NULL AND back_at IS NULL RETURNING 1"
    ),
    "back": text(
        "UPDATE incident_contract AS touched SET told_back_at = :now FROM contract, onu_status AS status"
        " WHERE incident_id = :id AND contract_ref = :ref AND told_back_at IS NULL AND back_at IS NOT NULL"
        " AND contract.ref = contract_ref AND status.olt = contract.olt AND status.serial = contract.onu"
        " AND status.state = 'online' RETURNING 1"
    ),
}
# Who wrote of it, and whose contract it is.
_WHOSE = text(
    "SELECT customer.ref, (SELECT contact_id FROM conversation WHERE id = coalesce("
    " (SELECT conversation_id FROM incident_contract WHERE incident_id = :id AND contract_ref = :ref),"
    " (SELECT conversation_id FROM line_report WHERE contract_ref = :ref AND conversation_id IS NOT NULL"
    " ORDER BY at DESC LIMIT 1))) AS wrote"
    " FROM contract JOIN customer ON customer.id = contract.customer_id WHERE contract.ref = :ref"
)


def tell_incident(incident_id: int, *, db: Database, texts: Texts, now: Callable[[], datetime] = utc_now) -> None:
    """Tells everybody who is due, each in a transaction of its own: whoever is killed in between tells the rest later
    and nobody twice. May be called at any time. Raises Later while lines are back that must hold first."""
    with db.reading() as session:
        row = session.get(Incident, incident_id)
        limits = read_limits(session)
        if row is None or row.ended_at is not None or row.dismissed:
            return
        due = _due(session, row, limits, now())
        steady = now() - timedelta(seconds=limits.steady_seconds)
        back = session.execute(_BACK, {"id": incident_id, "steady": steady}).all()
    news = [("news", ref) for ref in due] + [("back", found.contract_ref) for found in back if found.due]
    for phase, ref in news:
        with db.transaction() as session:
            _tell(session, incident_id, ref, phase, texts, now())
    if any(not found.due for found in back):
        raise Later(limits.steady_seconds, "a line must hold first")


def _due(session: Session, row: Incident, limits: Limits, now: datetime) -> list[str]:
    if row.restored_at is not None or (limits.tell == "nobody" and not row.planned):
        return []
    if row.started_at > now and row.started_at - now > timedelta(hours=limits.notice_hours or 0) + AHEAD:
        return []
    # The law has everybody told of maintenance.
    everybody = row.planned or limits.tell == "all"
    wanted = {"id": row.id, "all": everybody, "wrote": row.started_at - WROTE_BEFORE}
    return list(session.scalars(_DUE, wanted))


def _tell(session: Session, incident_id: int, ref: str, phase: str, texts: Texts, now: datetime) -> None:
    """Marks and message in one transaction; the mark is taken back where the message may not be sent."""
    row = session.get_one(Incident, incident_id)
    whose = session.execute(_WHOSE, {"id": incident_id, "ref": ref}).one_or_none()
    # Whoever wrote of it may have been merged with others since, or be somebody else by now.
    contact = contact_of(session, whose.ref, first=whose.wrote) if whose else None
    if contact is None:
        return
    if session.execute(_CLAIM[phase], {"id": incident_id, "ref": ref, "now": now}).first() is None:
        return
    notice = _notice(session, row, ref, phase, texts, now)
    key = f"outage:{incident_id}:contact:{contact.id}:{phase}"
    denied = send_notice(session, contact, notice, key=key, reason="outage", texts=texts, now=now)
    if denied is None:
        replace_watch(session, incident_id, ref)
        return
    mark = {"told_at": None} if phase == "news" else {"told_back_at": None}
    mine = IncidentContract.incident_id == incident_id, IncidentContract.contract_ref == ref
    session.execute(update(IncidentContract).where(*mine).values(**mark))
    raise_alert(session, UNTOLD, str(incident_id), f"Avisos de falha não saíram: {denied.reason}")


def _notice(session: Session, row: Incident, ref: str, phase: str, texts: Texts, now: datetime) -> Notice:
    contract = session.scalars(select(Contract).where(Contract.ref == ref)).one()
    name = addressed(session.get_one(Customer, contract.customer_id).name, texts)
    zone = provider_zone(session)
    district = contract.area or contract.cto or contract.olt
    if phase == "back":
        template = "" if row.planned else "outage_over"
        return Notice(texts("incident.back", name=name), template, {"name": name, "district": district})
    eta = format_when(row.eta, now, zone, texts.language) if row.eta else texts("incident.eta_unknown")
    since = format_when(row.started_at, now, zone, texts.language)
    if row.planned:
        words = texts("incident.news_planned", name=name, cause=row.cause, since=since, eta=eta)
        values = {"name": name, "district": district, "since": since, "eta": eta}
        return Notice(words, "maintenance_notice", values)
    said = texts("incident.eta", eta=eta) if row.eta else texts("incident.no_eta")
    words = texts("incident.news", name=name, cause=row.cause, since=since, eta=said)
    return Notice(words, "outage_notice", {"name": name, "district": district, "eta": eta})
