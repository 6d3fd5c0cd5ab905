"""Calendars as an administrator writes them: what they mean, and what is refused with a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.errors import Misconfigured
from core.work_calendar import WorkCalendar
from handoff.calendars import TEMPLATE, calendar_of
from handoff.queues import ALWAYS, OFFICE_HOURS
from tests.unit.core.calendars import at

WEEK: list[Any] = [[["08:00", "12:00"], ["13:00", "18:00"]]] * 5 + [[], []]


def read(state: str = "SP", **terms: Any) -> WorkCalendar:
    return calendar_of("turno", terms, zone="America/Sao_Paulo", state=state)


def test_the_template_has_office_hours_and_always() -> None:
    office = read(**TEMPLATE[OFFICE_HOURS])
    assert office.is_open(at("2026-11-27 19:59"))
    assert not office.is_open(at("2026-11-28 14:00"))
    assert office.next_opening(at("2026-11-29 12:00")) == at("2026-11-30 08:00")
    assert read(**TEMPLATE[ALWAYS]).is_open(at("2026-12-25 03:00"))


HOLIDAYS = {
    "of the country": (["national"], "SP", "2026-09-07", True),
    "of the state": (["national", "state"], "SP", "2026-07-09", True),
    "of another state": (["national", "state"], "MG", "2026-07-09", False),
    "of the state, which was not asked for": (["national"], "SP", "2026-07-09", False),
    "many years on": (["national"], "SP", "2061-09-07", True),
    "by custom": (["national", "optional"], "SP", "2026-02-17", True),
    "by custom, which was not asked for": (["national"], "SP", "2026-02-17", False),
    "none": ([], "SP", "2026-09-07", False),
}


@pytest.mark.parametrize("name", HOLIDAYS)
def test_holidays_close_the_day(name: str) -> None:
    kinds, state, day, closed = HOLIDAYS[name]
    calendar = read(state, week=[[["08:00", "18:00"]]] * 7, holidays=kinds)
    assert (calendar.hours(date.fromisoformat(day)) == ()) is closed


def test_days_of_the_town_come_every_year_or_once_with_hours_or_none() -> None:
    days = [
        {"date": "2026-07-27", "name": "Aniversário da cidade", "yearly": True},
        {"date": "2026-12-24", "name": "Véspera de Natal", "hours": [["08:00", "12:00"]]},
    ]
    calendar = read(week=WEEK, days=days)
    assert not calendar.is_open(at("2027-07-27 10:00"))
    assert calendar.is_open(at("2026-12-24 11:59"))
    assert not calendar.is_open(at("2026-12-24 14:00"))
    assert calendar.is_open(at("2027-12-24 14:00"))


def test_hours_go_over_midnight_and_round_the_clock() -> None:
    calendar = read(week=[[["22:00", "06:00"]], [], [["00:00", "24:00"]], [["00:00", "00:00"]], [], [], []])
    assert calendar.week[0] == ((1320, 1800),)
    assert calendar.week[2] == calendar.week[3] == ((0, 1440),)


BAD: dict[str, dict[str, Any]] = {
    "six days": {"week": WEEK[:6]},
    "no week": {},
    "a week of words": {"week": ["seg"] * 7},
    "an hour that is none": {"week": [[["8h", "12:00"]], *WEEK[1:]]},
    "a minute that is none": {"week": [[["08:60", "12:00"]], *WEEK[1:]]},
    "after midnight": {"week": [[["08:00", "24:30"]], *WEEK[1:]]},
    "beginning at the end of the day": {"week": [[["24:00", "06:00"]], *WEEK[1:]]},
    "only a beginning": {"week": [[["08:00"]], *WEEK[1:]]},
    "a number": {"week": [[[8, 12]], *WEEK[1:]]},
    "a date that is none": {"week": WEEK, "days": [{"date": "27/07/2026"}]},
    "a day without a date": {"week": WEEK, "days": [{"name": "Natal"}]},
    "a day with something else": {"week": WEEK, "days": [{"date": "2026-07-27", "closed": True}]},
    "days that are no list": {"week": WEEK, "days": "27/07"},
    "yearly as a word": {"week": WEEK, "days": [{"date": "2026-07-27", "yearly": "sim"}]},
    "holidays of nobody": {"week": WEEK, "holidays": ["municipal"]},
    "always as a word": {"always_open": "sim"},
    "an unknown field": {"week": WEEK, "zone": "UTC"},
}


@pytest.mark.parametrize("name", BAD)
def test_a_calendar_without_sense_is_refused_by_name(name: str) -> None:
    with pytest.raises(Misconfigured, match="calendário turno: "):
        read(**BAD[name])


def test_a_state_that_is_none_is_refused() -> None:
    with pytest.raises(Misconfigured, match="'XX'"):
        read("XX", week=WEEK, holidays=["state"])
