"""A whole report of a period: all of it seen at one moment of the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import Database
from handoff.reports.daily import Day, read_days
from handoff.reports.endings import Endings, read_endings
from handoff.reports.kept import Kept, read_kept
from handoff.reports.opinions import Nps, Opinion, read_nps, read_opinions
from handoff.reports.period import Period
from handoff.reports.presence_time import PresenceTime, read_presence
from handoff.reports.reasons import Reason, read_reasons
from handoff.reports.terms import Targets, targets
from handoff.reports.times import Times, read_times
from models.agent import Agent


@dataclass(frozen=True)
class Report:
    """Every figure of a period. `names` are the people's by the id of their account."""

    period: Period
    names: Mapping[int, str]
    times: Mapping[str, list[Times]]
    kept: list[Kept]
    endings: Endings
    targets: Targets
    reasons: list[Reason]
    presence: list[PresenceTime]
    opinions: list[Opinion]
    nps: Nps
    days: list[Day]


def read_report(db: Database, period: Period, now: datetime) -> Report:
    """Reckons the report in one transaction that sees one state of everything and changes nothing."""
    with db.transaction() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        return _read(session, period, now)


def _read(session: Session, period: Period, now: datetime) -> Report:
    return Report(
        period=period,
        names={row.id: row.name for row in session.execute(select(Agent.id, Agent.name))},
        times=read_times(session, period),
        kept=read_kept(session, period),
        endings=read_endings(session, period, now),
        targets=targets(session),
        reasons=read_reasons(session, period),
        presence=read_presence(session, period, now),
        opinions=read_opinions(session, period),
        nps=read_nps(session, period),
        days=read_days(session, period),
    )
