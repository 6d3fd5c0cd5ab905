"""Which promises about time were kept, of those whose clock stopped in the period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from handoff.reports.period import Period
from handoff.reports.worked import Worked
from handoff.sla.promises import calendar_of_clocks, promises
from handoff.sla.reckoning import reckon
from handoff.sla.terms import ARRIVAL
from models.sla import SlaClock, SlaPause

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
    """By kind and queue, in that order. What took no longer than its target on the wall's clock is kept on every
    calendar, and the database counts it; the others alone are judged."""
    counts: Counter[tuple[str, str, bool]] = Counter()
    here = [SlaClock.stopped_at >= period.begins, SlaClock.stopped_at < period.ends]
    target = func.make_interval(0, 0, 0, 0, 0, SlaClock.target_minutes)
    short = SlaClock.stopped_at - SlaClock.started_at <= target
    grouped = select(SlaClock.kind, SlaClock.queue, func.count()).where(*here, short)
    for kind, queue, count in session.execute(grouped.group_by(SlaClock.kind, SlaClock.queue)):
        counts[kind, queue, False] += count
    rows = _long_ones(session, [*here, ~short])
    broken = _broken_ones(session, rows, period)
    counts.update((row.kind, row.queue, row.id in broken) for row in rows)
    found = sorted({(kind, queue) for kind, queue, _ in counts})
    return [Kept(kind, queue, counts[kind, queue, False], counts[kind, queue, True]) for kind, queue in found]


def _long_ones(session: Session, here: list[ColumnElement[bool]]) -> Sequence[Any]:
    paused = exists().where(SlaPause.conversation_id == SlaClock.conversation_id) & (SlaClock.kind != ARRIVAL)
    columns = (SlaClock.id, SlaClock.kind, SlaClock.queue, SlaClock.calendar, SlaClock.target_minutes)
    wanted = select(*columns, SlaClock.started_at, SlaClock.stopped_at, paused.label("paused"))
    return session.execute(wanted.where(*here)).all()


def _broken_ones(session: Session, rows: Sequence[Any], period: Period) -> set[int]:
    """The ids of those that were broken, as handoff.sla.reckoning says of each. Without a pause the working time alone
    tells, but for a target that is reached to the second: there, and where there was a pause, it is reckoned in full.
    """
    if not rows:
        return set()
    since = min(row.started_at for row in rows)
    until = period.ends + timedelta(days=1)
    names = {row.calendar for row in rows}
    worked = {name: Worked(calendar_of_clocks(session, name), since, until) for name in names}
    broken, doubtful = set(), []
    for row in rows:
        left = row.target_minutes * 60 - worked[row.calendar].seconds(row.started_at, row.stopped_at)
        if row.paused or abs(left) <= 1:
            doubtful.append(row.id)
        elif left < 0:
            broken.add(row.id)
    return broken | _reckoned(session, doubtful, period)


def _reckoned(session: Session, ids: list[int], period: Period) -> set[int]:
    broken: set[int] = set()
    for start in range(0, len(ids), AT_ONCE):
        portion = select(SlaClock).where(SlaClock.id.in_(ids[start : start + AT_ONCE]))
        promised = promises(session, session.scalars(portion).all())
        broken |= {id_ for id_, one in promised.items() if reckon(one, period.ends).state == "breached"}
    return broken
