"""Promises as a table: due, spent, kept or broken, and the colour; the cases that other desks have written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.work_calendar import WorkCalendar
from handoff.sla.reckoning import Pause, Promise, reached, reckon
from tests.unit.core.calendars import at, hours, weekdays

ZONE = "America/Sao_Paulo"
OFFICE = WorkCalendar(ZONE, weekdays("10:00-18:00"), dated={date(2026, 11, 25): ()})
ALWAYS = WorkCalendar(ZONE, always_open=True)

# Monday 2026-11-23; the Wednesday is a holiday.
TARGETS = {
    "on a working day": ("2026-11-23 11:00", (), "2026-11-23 12:00", "2026-11-23 17:00"),
    "before hours": ("2026-11-23 07:00", (), "2026-11-23 11:00", "2026-11-23 16:00"),
    "after hours": ("2026-11-23 19:30", (), "2026-11-24 11:00", "2026-11-24 16:00"),
    "on a day off": ("2026-11-28 15:00", (), "2026-11-30 11:00", "2026-11-30 16:00"),
    "on a Friday in hours": ("2026-11-27 16:00", (), "2026-11-27 17:00", "2026-11-30 14:00"),
    "on a Friday after hours": ("2026-11-27 18:00", (), "2026-11-30 11:00", "2026-11-30 16:00"),
    "on a holiday": ("2026-11-25 12:00", (), "2026-11-26 11:00", "2026-11-26 16:00"),
    "held in hours": (
        "2026-11-23 11:00",
        (("2026-11-23 11:30", "2026-11-23 12:30"),),
        "2026-11-23 13:00",
        "2026-11-23 18:00",
    ),
    "held over the night: only working time is given back": (
        "2026-11-23 17:30",
        (("2026-11-23 17:45", "2026-11-24 10:15"),),
        "2026-11-24 11:00",
        "2026-11-24 16:00",
    ),
    "held outside of hours: nothing is given back": (
        "2026-11-23 17:30",
        (("2026-11-23 18:30", "2026-11-24 09:00"),),
        "2026-11-24 10:30",
        "2026-11-24 15:30",
    ),
    "held twice at once": (
        "2026-11-23 11:00",
        (("2026-11-23 11:30", "2026-11-23 12:30"), ("2026-11-23 12:00", "2026-11-23 13:00")),
        "2026-11-23 13:30",
        "2026-11-24 10:30",
    ),
    "held before it began": (
        "2026-11-23 11:00",
        (("2026-11-23 10:00", "2026-11-23 11:15"),),
        "2026-11-23 12:15",
        "2026-11-23 17:15",
    ),
}


@pytest.mark.parametrize("name", TARGETS)
def test_response_and_resolution_are_due(name: str) -> None:
    start, held, response, resolution = TARGETS[name]
    pauses = tuple(Pause(at(begins), at(ends)) for begins, ends in held)
    for minutes, due in ((60, response), (360, resolution)):
        assert reckon(Promise(OFFICE, at(start), minutes, pauses=pauses), at(start)).due_at == at(due)


PROMISE = Promise(ALWAYS, at("2026-11-23 10:00"), 60)
OUTCOMES = {
    "runs": (None, "2026-11-23 10:30", "running", "ok"),
    "runs, and its owner is warned": (None, "2026-11-23 10:48", "running", "warn"),
    "runs in its last second": (None, "2026-11-23 11:00", "running", "warn"),
    "runs too long": (None, "2026-11-23 11:01", "breached", "late"),
    "answered in time": ("2026-11-23 10:20", "2026-11-24 10:00", "kept", "ok"),
    "answered in the last second": ("2026-11-23 11:00", "2026-11-24 10:00", "kept", "warn"),
    "resolved too late stays broken for good": ("2026-11-23 11:05", "2026-11-24 10:00", "breached", "late"),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_promise_is_kept_or_broken(name: str) -> None:
    stopped, now, state, colour = OUTCOMES[name]
    promise = replace(PROMISE, stopped_at=at(stopped) if stopped else None)
    stands = reckon(promise, at(now))
    assert (stands.state, stands.colour) == (state, colour)


def test_while_time_is_held_nothing_is_due_and_nothing_is_spent() -> None:
    held = replace(PROMISE, pauses=(Pause(at("2026-11-23 10:10")),))
    stands = reckon(held, at("2026-11-25 10:00"))
    assert (stands.due_at, stands.spent_seconds, stands.state, stands.colour) == (None, 600, "paused", "ok")


def test_what_was_broken_before_the_pause_stays_broken() -> None:
    held = replace(PROMISE, pauses=(Pause(at("2026-11-23 11:30")),))
    assert reckon(held, at("2026-11-23 12:00")).state == "breached"


def test_a_promise_in_a_calendar_without_hours_is_never_due_instead_of_running_by_the_wall() -> None:
    stands = reckon(replace(PROMISE, calendar=WorkCalendar(ZONE)), at("2027-11-23 10:00"))
    assert (stands.due_at, stands.spent_seconds, stands.state) == (None, 0, "running")


def test_it_is_the_same_whenever_somebody_looks() -> None:
    stopped = replace(PROMISE, stopped_at=at("2026-11-23 10:59"))
    first = reckon(stopped, at("2026-11-23 10:59"))
    assert all(reckon(stopped, at("2026-11-23 10:59") + timedelta(hours=n)) == first for n in range(3))


def test_steps_of_a_chain_are_reached_in_working_time() -> None:
    promise = Promise(OFFICE, at("2026-11-23 17:00"), 120)
    assert [reached(promise, percent) for percent in (50, 80, 100, 150)] == [
        at("2026-11-23 18:00"),
        at("2026-11-24 10:36"),
        at("2026-11-24 11:00"),
        at("2026-11-24 12:00"),
    ]


def test_a_night_shift_over_the_town_s_holiday_counts_the_shift_that_began_on_the_eve() -> None:
    town = WorkCalendar(ZONE, (hours("19:00-07:00"),) * 7, yearly={(7, 27): ()})
    promise = Promise(town, at("2026-07-26 23:00"), 9 * 60)
    stands = reckon(promise, at("2026-07-28 12:00"))
    assert (stands.due_at, stands.spent_seconds) == (at("2026-07-28 20:00"), 8 * 3600)
