"""Reads what the detector looks at: the lines of every place near a drop, reports, alarms and silent OLTs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.alarm import Alarm
from models.contract import Contract
from models.device import Device
from models.line_report import LineReport
from models.onu_status import OnuStatus
from provisioning.outages.limits import Limits
from provisioning.outages.line import Line, Report, Scope, judge
from provisioning.outages.place import pon_scope


@dataclass(frozen=True)
class Evidence:
    """Everything that a detection needs."""

    lines: list[Line]
    reports: list[Report]
    alarms: frozenset[Scope]
    silent: frozenset[str]


def read_evidence(session: Session, now: datetime, limits: Limits) -> Evidence:
    """What is known now around the drops of the last `chronic_hours`; no lines where nothing dropped."""
    reports = [
        Report(ref, at)
        for ref, at in session.execute(
            select(LineReport.contract_ref, LineReport.at).where(
                LineReport.at > now - timedelta(minutes=limits.reports_minutes)
            )
        )
    ]
    quiet = select(Device.name).where(Device.role == "olt", Device.enabled, Device.failures >= limits.silent_sweeps)
    silent = frozenset(session.scalars(quiet))
    alarms = select(Alarm.device, Alarm.pon).where(Alarm.state == "firing", Alarm.device != "", Alarm.pon != "")
    complaints: frozenset[Scope] = frozenset(("pon", pon_scope(olt, pon)) for olt, pon in session.execute(alarms))
    return Evidence(_near(session, now, limits, silent if reports else frozenset()), reports, complaints, silent)


def _near(session: Session, now: datetime, limits: Limits, silent: frozenset[str]) -> list[Line]:
    dropped = select(OnuStatus.olt).where(OnuStatus.state != "online", OnuStatus.changed_at > now - limits.chronic)
    olts = set(session.scalars(dropped.distinct())) | silent
    if not olts:
        return []
    areas = select(Contract.area).where(Contract.olt.in_(olts), Contract.area != "").distinct()
    pops = select(Device.pop).where(Device.name.in_(olts), Device.pop != "")
    beside = select(Device.name).where(Device.pop.in_(pops))
    return list(
        read_lines(
            session,
            now,
            limits,
            or_(Contract.olt.in_(olts), Contract.olt.in_(beside), Contract.area.in_(areas)),
        )
    )


def read_lines(session: Session, now: datetime, limits: Limits, wanted: Any = True) -> Iterable[Line]:
    """The lines of the contracts that are not cancelled and fit `wanted`; what was not read lately is unknown."""
    contracts = session.execute(
        select(Contract.ref, Contract.olt, Contract.pon, Contract.cto, Contract.area, Contract.onu).where(
            Contract.status != "cancelled", wanted
        )
    ).all()
    olts = {row.olt for row in contracts}
    pops = {row.name: row.pop for row in session.execute(select(Device.name, Device.pop))}
    columns = (OnuStatus.olt, OnuStatus.serial, OnuStatus.pon, OnuStatus.state, OnuStatus.cause, OnuStatus.changed_at)
    found = session.execute(select(*columns, OnuStatus.seen_at, OnuStatus.online_at).where(OnuStatus.olt.in_(olts)))
    statuses = {(row.olt, row.serial): row for row in found}
    for row in contracts:
        status = statuses.get((row.olt, row.onu))
        yield _line(row, status, pops.get(row.olt, ""), now - limits.stale)


def _line(row: Any, status: Any, pop: str, stale: datetime) -> Line:
    if status is None or status.seen_at < stale:
        return Line(row.ref, row.olt, row.pon, row.cto, row.area, pop, "unknown")
    state, cause = judge(status.state, status.cause)
    since = status.changed_at if status.online_at is not None else None
    # Where it really hangs is what the OLT says; the customer base may be behind.
    return Line(row.ref, row.olt, status.pon or row.pon, row.cto, row.area, pop, state, cause, since)
