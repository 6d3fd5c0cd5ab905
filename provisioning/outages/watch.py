"""What comes of incidents by time alone: mended ones end, maintenance overruns, and who is due is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import Database
from core.locks import hold
from models import utc_now
from models.alert import end_alert, raise_alert
from models.contract import Contract
from models.incident import Incident, IncidentContract
from provisioning.outages.incidents import INCIDENTS, tell_soon
from provisioning.outages.limits import Limits, read_limits

OVERRUN = "maintenance.overrun"


def watch_incidents(ref_id: int, *, db: Database) -> None:
    """Looks at every open incident; may be called at any time, again and again."""
    del ref_id
    now = utc_now()
    with db.transaction() as session:
        hold(session, INCIDENTS)
        limits = read_limits(session)
        for row in session.scalars(select(Incident).where(Incident.ended_at.is_(None)).order_by(Incident.id)).all():
            _overrun(session, row, now)
            _end(session, row, now, limits)
            if row.ended_at is None and not row.dismissed:
                tell_soon(session, row.id)


def _overrun(session: Session, row: Incident, now: datetime) -> None:
    late = row.planned and row.restored_at is None and row.eta is not None and row.eta < now
    if late:
        words = f"A manutenção em {row.scope} passou da hora prevista e não foi encerrada."
        raise_alert(session, OVERRUN, str(row.id), words, detail={"incident": row.id})
    elif row.planned:
        end_alert(session, OVERRUN, str(row.id))


def _end(session: Session, row: Incident, now: datetime, limits: Limits) -> None:
    """A detected one is mended when its lines are read as back, one that a person opened when they say so. It ends once
    that has held and everybody who was told and is back was told of that."""
    touched = _touched(session, row.id)
    if row.source == "detected" and row.restored_at is None and _mended(touched, now, limits):
        row.restored_at = now
    if row.restored_at is None:
        return
    lingered = now - row.restored_at > timedelta(minutes=limits.linger_minutes)
    held = now - row.restored_at > timedelta(seconds=limits.steady_seconds)
    waiting = [one for one in touched if one.told_at and not one.told_back_at]
    if lingered or (held and (row.dismissed or not waiting)):
        row.ended_at = now
        row.evidence = {**row.evidence, "still_down": [one.contract_ref for one in touched if one.back_at is None]}


def _mended(touched: Sequence[IncidentContract], now: datetime, limits: Limits) -> bool:
    back = [one.back_at for one in touched if one.back_at is not None]
    left = len(touched) - len(back)
    if not left:
        return True
    settled = bool(back) and now - max(back) > timedelta(minutes=limits.linger_minutes)
    return settled and left < limits.least_drops


def _touched(session: Session, incident_id: int) -> Sequence[IncidentContract]:
    """Contracts that were cancelled meanwhile are waited for by nobody."""
    return session.scalars(
        select(IncidentContract)
        .join(Contract, Contract.ref == IncidentContract.contract_ref)
        .where(IncidentContract.incident_id == incident_id, Contract.status != "cancelled")
    ).all()
