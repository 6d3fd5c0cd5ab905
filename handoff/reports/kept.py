"""Which promises about time were kept, of those whose clock stopped in the period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core.work_calendar import WorkCalendar
from handoff.reports.period import Period
from handoff.reports.worked import Worked
from handoff.sla.promises import promises
from handoff.sla.reckoning import Promise, reckon
from models.sla import SlaClock

AT_ONCE = 10_000
FORMULA = (
    "Relógios que pararam no período. Cumprido: o tempo útil do calendário, sem as pausas, coube no prazo prometido"
    " quando o relógio começou. Calculado dos horários, e não de quem olhou."
)


@dataclass(frozen=True)
class Kept:
    """Promises of a kind (models.sla.SlaClock) in a queue."""

    kind: str
    queue: str
    kept: int
    broken: int


def read_kept(session: Session, period: Period) -> list[Kept]:
    """By kind and queue, in that order. What took no longer than its target on the wall's clock is kept on every
    calendar, and the database counts it; the others alone are judged."""
    counts: Counter[tuple[str, str, bool]] = Counter()
    here = [SlaClock.stopped_at >= period.begins, SlaClock.stopped_at < period.ends]
    target = func.make_interval(0, 0, 0, 0, 0, SlaClock.target_minutes)
    short = SlaClock.stopped_at - SlaClock.started_at <= target
    grouped = select(SlaClock.kind, SlaClock.queue, func.count()).where(*here, short)
    for kind, queue, count in session.execute(grouped.group_by(SlaClock.kind, SlaClock.queue)):
        counts[kind, queue, False] += count
    for clocks in _portions(session, [*here, ~short]):
        broken = broken_ones(session, clocks, period.ends)
        counts.update((clock.kind, clock.queue, clock.id in broken) for clock in clocks)
    found = sorted({(kind, queue) for kind, queue, _ in counts})
    return [Kept(kind, queue, counts[kind, queue, False], counts[kind, queue, True]) for kind, queue in found]


def broken_ones(session: Session, clocks: Sequence[SlaClock], now: datetime) -> set[int]:
    """The ids of those that were broken by `now`, as handoff.sla.reckoning says of each.

    Without a pause the working time alone tells, but for a target that is reached to the second: there, and where there
    was a pause, it is reckoned in full.
    """
    promised = promises(session, clocks)
    worked = _laid_out(promised.values(), now)
    return {id_ for id_, promise in promised.items() if _is_broken(promise, worked, now)}


def _is_broken(promise: Promise, worked: dict[int, Worked], now: datetime) -> bool:
    if not promise.pauses:
        spent = worked[id(promise.calendar)].seconds(promise.started_at, promise.stopped_at or now)
        left = promise.target_minutes * 60 - spent
        if abs(left) > 1:
            return left < 0
    return reckon(promise, now).state == "breached"


def _laid_out(promised: Collection[Promise], now: datetime) -> dict[int, Worked]:
    """The working time of each calendar, by its identity: promises of one portion share theirs."""
    calendars: dict[int, WorkCalendar] = {id(promise.calendar): promise.calendar for promise in promised}
    if not calendars:
        return {}
    since = min(promise.started_at for promise in promised)
    until = max(promise.stopped_at or now for promise in promised) + timedelta(days=1)
    return {name: Worked(calendar, since, until) for name, calendar in calendars.items()}


def _portions(session: Session, here: list[ColumnElement[bool]]) -> Iterator[Sequence[SlaClock]]:
    last = 0
    while True:
        wanted = select(SlaClock).where(*here, SlaClock.id > last).order_by(SlaClock.id).limit(AT_ONCE)
        clocks = session.scalars(wanted).all()
        if not clocks:
            return
        yield clocks
        last = clocks[-1].id
        session.expunge_all()
