"""Subscribers who say that they are offline: evidence for an outage, or one more of a known one."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models import utc_now
from models.incident import Incident, IncidentContract
from models.line_report import LineReport, LineWatch
from provisioning.outages.incidents import incident_of, touch
from provisioning.outages.limits import read_limits
from provisioning.outages.sweep import hasten_sweep
from provisioning.ports import Target


def add_report(session: Session, target: Target, conversation_id: int | None) -> None:
    """Notes that the subscriber says so. One of a contract in a known incident only counts for it; the third from one
    CTO (or PON, where no CTO is known) has its OLT swept at once."""
    known = incident_of(session, target.contract_ref, utc_now())
    if known is not None:
        known.reports += 1
        return
    place = {"olt": target.olt, "pon": target.pon, "cto": target.cto}
    session.add(LineReport(contract_ref=target.contract_ref, conversation_id=conversation_id, **place))
    session.flush()
    limits = read_limits(session)
    here = (
        [LineReport.cto == target.cto] if target.cto else [LineReport.olt == target.olt, LineReport.pon == target.pon]
    )
    since = utc_now() - timedelta(minutes=limits.hasten_minutes)
    said = select(func.count(LineReport.contract_ref.distinct())).where(*here, LineReport.at > since)
    if target.olt and (session.scalar(said) or 0) >= limits.hasten_reports:
        hasten_sweep(session, target.olt)


def told_in_chat(session: Session, incident_id: int, contract_ref: str, conversation_id: int) -> None:
    """The subscriber asked and was answered with the incident: they are not told of it again, only when it is over."""
    if session.get(Incident, incident_id) is None:
        return
    touch(session, incident_id, [contract_ref])
    session.execute(update(Incident).where(Incident.id == incident_id).values(reports=Incident.reports + 1))
    mine = IncidentContract.incident_id == incident_id, IncidentContract.contract_ref == contract_ref
    told_at = func.coalesce(IncidentContract.told_at, utc_now())
    session.execute(update(IncidentContract).where(*mine).values(told_at=told_at, conversation_id=conversation_id))
    replace_watch(session, incident_id, contract_ref)


def replace_watch(session: Session, incident_id: int, contract_ref: str) -> None:
    """Whoever waits to hear that the line is back hears it of the incident instead."""
    session.execute(
        update(LineWatch)
        .where(LineWatch.contract_ref == contract_ref, LineWatch.ended_at.is_(None))
        .values(ended_at=utc_now(), outcome="replaced", incident_id=incident_id)
    )
