"""The arithmetic of a promise: when it is due, how much of it is spent, whether it was kept. From timestamps alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from core.work_calendar import WorkCalendar

State = Literal["running", "paused", "kept", "breached"]
Colour = Literal["ok", "warn", "late"]


@dataclass(frozen=True)
class Pause:
    """A time that does not count; it goes on while `ended_at` is None. Pauses may overlap."""

    started_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Promise:
    """So many working minutes of a calendar since `started_at`, less the pauses. Running while `stopped_at` is None."""

    calendar: WorkCalendar
    started_at: datetime
    target_minutes: float
    warn_percent: int = 80
    stopped_at: datetime | None = None
    pauses: Sequence[Pause] = ()


@dataclass(frozen=True)
class Reckoned:
    """A promise at a moment. It is broken from the moment after `due_at`, whoever looked or did not.

    `due_at` and `warn_at` are None where a pause that goes on, or a calendar without hours, keeps them open.
    `state` is breached for a promise that is broken, also while it still runs.
    """

    due_at: datetime | None
    warn_at: datetime | None
    spent_seconds: float
    state: State
    colour: Colour


def reckon(promise: Promise, now: datetime) -> Reckoned:
    """How a promise stands at `now`, or stood when it stopped. The same however often and however late it is asked."""
    at = promise.stopped_at or now
    due, warn = reached(promise, 100), reached(promise, promise.warn_percent)
    broken = due is not None and at > due
    colour: Colour = "late" if broken else "warn" if warn is not None and at >= warn else "ok"
    return Reckoned(due, warn, spent_seconds(promise, now), _state(promise, at, broken), colour)


def reached(promise: Promise, percent: float) -> datetime | None:
    """The first moment by which that share of the target is spent; None where it never is, as things stand."""
    left = timedelta(minutes=promise.target_minutes) * percent / 100
    for begins, ends in _counted(promise):
        if ends is None:
            return promise.calendar.add(begins, left / timedelta(minutes=1))
        worked = timedelta(seconds=promise.calendar.working_seconds(begins, ends))
        if worked >= left:
            return promise.calendar.add(begins, left / timedelta(minutes=1))
        left -= worked
    return None


def spent_seconds(promise: Promise, now: datetime) -> float:
    """The working time outside of pauses until `now`, or until it stopped."""
    at = promise.stopped_at or now
    return sum(
        promise.calendar.working_seconds(begins, at if ends is None else min(ends, at))
        for begins, ends in _counted(promise)
        if begins < at
    )


def _state(promise: Promise, at: datetime, broken: bool) -> State:
    if broken:
        return "breached"
    if promise.stopped_at is not None:
        return "kept"
    held = any(pause.started_at <= at and pause.ended_at is None for pause in promise.pauses)
    return "paused" if held else "running"


def _counted(promise: Promise) -> Iterator[tuple[datetime, datetime | None]]:
    """The times between the pauses, in order; the last one has no end, unless a pause goes on."""
    begins = promise.started_at
    for pause in sorted(promise.pauses, key=lambda pause: pause.started_at):
        if pause.started_at > begins:
            yield begins, pause.started_at
        if pause.ended_at is None:
            return
        begins = max(begins, pause.ended_at)
    yield begins, None
