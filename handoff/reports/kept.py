"""Which promises about time were kept, of those whose clock stopped in the period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.reports.period import Period
from handoff.sla.promises import promises
from handoff.sla.reckoning import reckon
from models.sla import SlaClock

AT_ONCE = 2000
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
    """By kind and queue, in that order."""
    counts: Counter[tuple[str, str, bool]] = Counter()
    for clocks in _portions(session, period):
        broken = broken_ones(session, clocks, period.ends)
        counts.update((clock.kind, clock.queue, clock.id in broken) for clock in clocks)
    found = sorted({(kind, queue) for kind, queue, _ in counts})
    return [Kept(kind, queue, counts[kind, queue, False], counts[kind, queue, True]) for kind, queue in found]


def broken_ones(session: Session, clocks: Sequence[SlaClock], now: datetime) -> set[int]:
    """The ids of those that were broken. What took no longer than its target on the wall's clock is kept on every
    calendar: the others alone are reckoned."""
    long = [clock for clock in clocks if _took(clock, now) > timedelta(minutes=clock.target_minutes)]
    reckoned = promises(session, long)
    return {clock.id for clock in long if reckon(reckoned[clock.id], now).state == "breached"}


def _took(clock: SlaClock, now: datetime) -> timedelta:
    return (clock.stopped_at or now) - clock.started_at


def _portions(session: Session, period: Period) -> Iterator[Sequence[SlaClock]]:
    last = 0
    while True:
        wanted = select(SlaClock).where(
            SlaClock.stopped_at >= period.begins, SlaClock.stopped_at < period.ends, SlaClock.id > last
        )
        clocks = session.scalars(wanted.order_by(SlaClock.id).limit(AT_ONCE)).all()
        if not clocks:
            return
        yield clocks
        last = clocks[-1].id
        session.expunge_all()
