"""Rows of clocks as promises that can be reckoned: with their calendar and their pauses."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Misconfigured
from core.work_calendar import WorkCalendar
from handoff.calendars import calendar_named
from handoff.sla.reckoning import Pause, Promise
from handoff.sla.terms import ARRIVAL
from models.provider import provider_zone
from models.sla import SlaClock, SlaPause

log = logging.getLogger(__name__)


def promises(session: Session, clocks: Iterable[SlaClock]) -> dict[int, Promise]:
    """The promise of each clock by its id, whatever their number in one query for all pauses.

    A visit has its own time: pauses of the conversation do not move it. A calendar that cannot be read counts as always
    open, and is logged: a promise is measured too strictly rather than not at all.
    """
    wanted = list(clocks)
    paused: dict[int, list[Pause]] = defaultdict(list)
    ids = {clock.conversation_id for clock in wanted}
    for row in session.scalars(select(SlaPause).where(SlaPause.conversation_id.in_(ids))):
        paused[row.conversation_id].append(Pause(row.started_at, row.ended_at))
    calendars = {name: calendar_of_clocks(session, name) for name in {clock.calendar for clock in wanted}}
    return {
        clock.id: Promise(
            calendars[clock.calendar],
            clock.started_at,
            clock.target_minutes,
            clock.warn_percent,
            clock.stopped_at,
            () if clock.kind == ARRIVAL else tuple(paused[clock.conversation_id]),
        )
        for clock in wanted
    }


def calendar_of_clocks(session: Session, name: str) -> WorkCalendar:
    """The calendar that clocks of this name run by; see `promises` for one that cannot be read."""
    try:
        return calendar_named(session, name)
    except Misconfigured as problem:
        log.error("clocks run day and night: %s", problem.detail)
        return WorkCalendar(provider_zone(session), always_open=True)
