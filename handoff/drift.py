"""Whether the bot understands less than it did: shares of unsure readings and unknown words, compared over time."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Float, case, cast, func, or_, select
from sqlalchemy.orm import Session

from core.dates import local_date
from core.errors import Misconfigured
from handoff import audit
from models.audit import Audit
from models.provider import provider_policies
from models.reading import Reading

log = logging.getLogger(__name__)

NOW = timedelta(days=7)
BEFORE = timedelta(days=28)
CHECKED = "understanding.checked"
SUBJECT = "understanding"
EVERY = timedelta(hours=24)


@dataclass(frozen=True)
class Margin:
    """The policy `drift`: an alarm when a share is `times` what it was, and both times know `at_least` readings."""

    times: float = 1.5
    at_least: int = 100

    def __post_init__(self) -> None:
        if not (self.times > 1 and self.at_least >= 1):
            raise ValueError("times tem de ser maior que 1, e at_least pelo menos 1")


@dataclass(frozen=True)
class Shares:
    """How many readings, and of them the share (0 to 1) that were unsure, and of words that the model never saw."""

    readings: int
    fallbacks: float
    unknown: float


@dataclass(frozen=True)
class Drift:
    """The last seven days beside the four weeks before. `worse` names the shares that grew beyond the margin."""

    now: Shares
    before: Shares
    worse: tuple[str, ...]


def margin_of(policies: Mapping[str, Any]) -> Margin:
    """The provider's policy `drift`; what it leaves out is as in Margin. Raises Misconfigured `provider`."""
    try:
        return Margin(**(policies.get("drift") or {}))
    except (TypeError, ValueError) as error:
        raise Misconfigured("provider", f"policies.drift: {error}") from error


def judge(now: Shares, before: Shares, margin: Margin) -> Drift:
    """The comparison. A share of nothing counts as one reading's: from zero, everything would be infinitely more."""
    enough = min(now.readings, before.readings) >= margin.at_least
    grown = [
        name
        for name in ("fallbacks", "unknown")
        if enough and getattr(now, name) > margin.times * max(getattr(before, name), 1 / before.readings)
    ]
    return Drift(now, before, tuple(grown))


def compare(session: Session, now: datetime, margin: Margin) -> Drift:
    """The last seven days against the four weeks before them."""
    start = now - NOW
    return judge(
        _shares(session, Reading.read_at > start, Reading.read_at <= now),
        _shares(session, Reading.read_at > start - BEFORE, Reading.read_at <= start),
        margin,
    )


def by_week(session: Session, now: datetime, zone: str, weeks: int) -> list[tuple[date, Shares]]:
    """Monday and shares of each of the last `weeks` with readings, oldest first, the running one last.

    Weeks are those of the zone's calendar.
    """
    today = local_date(now, zone)
    first = today - timedelta(days=today.weekday(), weeks=weeks - 1)
    since = datetime.combine(first, time(), ZoneInfo(zone))
    week = func.date_trunc("week", func.timezone(zone, Reading.read_at)).label("week")
    rows = session.execute(select(week, *_figures()).where(Reading.read_at >= since).group_by(week).order_by(week))
    return [(row.week.date(), Shares(row.readings, row.fallbacks, row.unknown)) for row in rows]


def check_daily(session: Session, now: datetime) -> Drift | None:
    """Compares once a day and writes down what was found; None when that was done already. May be called any time.

    A wrong policy is logged, and the usual margin taken: the alarm must not fall silent over it.
    """
    done = select(Audit.id).where(Audit.subject == SUBJECT, Audit.action == CHECKED, Audit.at > now - EVERY)
    if session.execute(done.limit(1)).first() is not None:
        return None
    try:
        margin = margin_of(provider_policies(session))
    except Misconfigured as problem:
        log.warning("%s; the usual margin is taken", problem.detail)
        margin = Margin()
    found = compare(session, now, margin)
    audit.record(session, "clock", CHECKED, SUBJECT, **asdict(found))
    return found


def last_check(session: Session, now: datetime) -> Drift | None:
    """What the last daily check found; None when there was none lately."""
    newest = select(Audit.detail).where(Audit.subject == SUBJECT, Audit.action == CHECKED, Audit.at > now - 2 * EVERY)
    found = session.scalar(newest.order_by(Audit.at.desc()).limit(1))
    return Drift(Shares(**found["now"]), Shares(**found["before"]), tuple(found["worse"])) if found else None


def _shares(session: Session, *during: ColumnElement[bool]) -> Shares:
    row = session.execute(select(*_figures()).where(*during)).one()
    return Shares(row.readings, row.fallbacks, row.unknown)


def _figures() -> tuple[ColumnElement[Any], ...]:
    """Only the model knows which words it never saw; the rest of the readings say nothing about that."""
    fallback = or_(Reading.band == "menu", Reading.source == "unavailable")
    unknown = func.avg(Reading.unknown_words).filter(Reading.source == "model")
    return (
        func.count().label("readings"),
        func.coalesce(func.avg(cast(case((fallback, 1), else_=0), Float)), 0.0).label("fallbacks"),
        func.coalesce(unknown, 0.0).label("unknown"),
    )
