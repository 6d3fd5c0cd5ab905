"""The work calendar as a table: hours, shifts over midnight, holidays, and clocks that jump."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from core.work_calendar import WHOLE_DAY, WorkCalendar
from tests.unit.core.calendars import at, hours, weekdays

ZONE = "America/Sao_Paulo"
NINE_TO_FIVE = WorkCalendar(ZONE, weekdays("09:00-17:00"))
# 2026-11-23 is a Monday.
TEN_TO_SIX = WorkCalendar(ZONE, weekdays("10:00-18:00"))
LUNCH = WorkCalendar(ZONE, weekdays("08:00-12:00", "13:30-18:00", saturday=("08:00-12:00",)))
NIGHTS = WorkCalendar(ZONE, (hours("22:00-06:00"),) * 7)


def closed_on(*days: str, calendar: WorkCalendar = NINE_TO_FIVE) -> WorkCalendar:
    return WorkCalendar(ZONE, calendar.week, dated={date.fromisoformat(day): () for day in days})


DEADLINES = {
    "within the day": (NINE_TO_FIVE, "2026-11-23 10:00", 60, "2026-11-23 11:00"),
    "the whole day, from its start to its end": (NINE_TO_FIVE, "2026-11-23 09:00", 480, "2026-11-23 17:00"),
    "begun before hours": (NINE_TO_FIVE, "2026-11-23 06:15", 30, "2026-11-23 09:30"),
    "begun after hours": (NINE_TO_FIVE, "2026-11-23 19:00", 30, "2026-11-24 09:30"),
    "begun at the end of work": (NINE_TO_FIVE, "2026-11-23 17:00", 30, "2026-11-24 09:30"),
    "over the night": (NINE_TO_FIVE, "2026-11-23 16:00", 120, "2026-11-24 10:00"),
    "over several days": (NINE_TO_FIVE, "2026-11-23 09:00", 3 * 480 + 1, "2026-11-26 09:01"),
    "over the weekend": (NINE_TO_FIVE, "2026-11-27 16:30", 60, "2026-11-30 09:30"),
    "begun on a Saturday": (NINE_TO_FIVE, "2026-11-28 12:00", 60, "2026-11-30 10:00"),
    "begun on a holiday": (closed_on("2026-11-23"), "2026-11-23 10:00", 60, "2026-11-24 10:00"),
    "over a holiday": (closed_on("2026-11-24"), "2026-11-23 16:30", 60, "2026-11-25 09:30"),
    "over holidays in a row": (closed_on("2026-11-24", "2026-11-25"), "2026-11-23 16:30", 60, "2026-11-26 09:30"),
    "a short day": (
        WorkCalendar(ZONE, NINE_TO_FIVE.week, dated={date(2026, 11, 24): hours("09:00-09:10")}),
        "2026-11-23 16:50",
        30,
        "2026-11-25 09:10",
    ),
    "ten to six on a Friday": (TEN_TO_SIX, "2026-11-27 17:45", 30, "2026-11-30 10:15"),
    "over lunch": (LUNCH, "2026-11-23 11:30", 60, "2026-11-23 14:00"),
    "begun at lunch": (LUNCH, "2026-11-23 12:45", 15, "2026-11-23 13:45"),
    "a Saturday of its own hours": (LUNCH, "2026-11-27 17:30", 5 * 60, "2026-11-30 08:30"),
    "a night shift over midnight": (NIGHTS, "2026-11-23 23:30", 120, "2026-11-24 01:30"),
    "after midnight in a shift of yesterday": (NIGHTS, "2026-11-24 05:30", 60, "2026-11-24 22:30"),
    "nothing is owed at once": (NINE_TO_FIVE, "2026-11-28 12:00", 0, "2026-11-28 12:00"),
    "always open": (WorkCalendar(ZONE, always_open=True), "2026-12-25 03:00", 1440, "2026-12-26 03:00"),
}


@pytest.mark.parametrize("name", DEADLINES)
def test_add_gives_the_deadline(name: str) -> None:
    calendar, start, minutes, due = DEADLINES[name]
    assert calendar.add(at(start), minutes) == at(due)


def test_a_calendar_that_never_opens_has_no_deadline_and_does_not_fall_back_to_the_clock_on_the_wall() -> None:
    never = WorkCalendar(ZONE)
    start = at("2026-11-23 10:00")
    assert never.next_opening(start) is None
    assert never.add(start, 1) is None
    assert never.working_seconds(start, at("2027-11-23 10:00")) == 0
    assert not never.is_open(start)


def test_a_calendar_with_one_day_a_year_opens_on_it() -> None:
    yearly = WorkCalendar(ZONE, yearly={(12, 24): hours("08:00-12:00")})
    assert yearly.next_opening(at("2026-12-24 12:00")) == at("2027-12-24 08:00")
    assert yearly.add(at("2026-01-01 00:00"), 5 * 60) == at("2027-12-24 09:00")


OPEN = {
    "in hours": (NINE_TO_FIVE, "2026-11-23 09:00", True),
    "before": (NINE_TO_FIVE, "2026-11-23 08:59", False),
    "the minute of closing": (NINE_TO_FIVE, "2026-11-23 17:00", False),
    "a closed weekday": (NINE_TO_FIVE, "2026-11-22 12:00", False),
    "at lunch": (LUNCH, "2026-11-23 12:30", False),
    "the night after": (NIGHTS, "2026-11-23 05:59", True),
    "the last minute of a day that is open throughout": (
        WorkCalendar(ZONE, (WHOLE_DAY,) * 7),
        "2026-11-23 23:59",
        True,
    ),
}


@pytest.mark.parametrize("name", OPEN)
def test_is_open(name: str) -> None:
    calendar, moment, is_open = OPEN[name]
    assert calendar.is_open(at(moment)) is is_open
    if is_open:
        assert calendar.next_opening(at(moment)) == at(moment)


def test_the_same_moment_is_open_in_one_zone_and_closed_in_another() -> None:
    moment = at("2026-11-23 16:30", "America/Rio_Branco")
    assert WorkCalendar("America/Rio_Branco", NINE_TO_FIVE.week).is_open(moment)
    assert not NINE_TO_FIVE.is_open(moment)


def test_a_holiday_closes_unless_the_day_has_hours_of_its_own() -> None:
    eve, day = date(2026, 12, 24), date(2026, 12, 25)
    calendar = WorkCalendar(ZONE, NIGHTS.week, yearly={(12, 24): hours("08:00-12:00")}, holidays={eve, day})
    assert calendar.hours(eve) == hours("08:00-12:00")
    assert calendar.hours(day) == ()


def test_a_night_shift_goes_on_into_the_town_s_holiday_and_none_begins_on_it() -> None:
    town = WorkCalendar(ZONE, NIGHTS.week, yearly={(7, 27): ()})
    assert town.is_open(at("2026-07-27 03:00"))
    assert not town.is_open(at("2026-07-27 23:00"))
    assert town.next_opening(at("2026-07-27 06:00")) == at("2026-07-28 22:00")
    assert town.add(at("2026-07-27 05:00"), 120) == at("2026-07-28 23:00")


@pytest.mark.parametrize(
    ("begins", "ends", "real_hours"),
    [
        pytest.param("2026-03-07 22:00", "2026-03-08 06:00", 7, id="the clock jumps over an hour"),
        pytest.param("2026-10-31 22:00", "2026-11-01 06:00", 9, id="the clock shows an hour twice"),
    ],
)
def test_a_night_in_which_the_clock_changes_has_the_hours_that_people_work(
    begins: str, ends: str, real_hours: int
) -> None:
    zone = "America/New_York"
    nights = WorkCalendar(zone, NIGHTS.week)
    assert nights.working_seconds(at(begins, zone), at(ends, zone)) == real_hours * 3600
    assert nights.add(at(begins, zone), real_hours * 60) == at(ends, zone)


def test_a_calendar_of_a_minute_a_year_keeps_no_promise_of_days_instead_of_leaving_the_calendar() -> None:
    rare = WorkCalendar(ZONE, yearly={(12, 24): hours("08:00-08:01")})
    start = at("2026-11-23 10:00")
    assert rare.add(start, 1) == at("2026-12-24 08:01")
    assert rare.add(start, 60 * 24 * 90) is None


def test_hours_that_begin_in_an_hour_that_never_was_begin_at_the_jump() -> None:
    zone = "America/New_York"
    early = WorkCalendar(zone, (hours("02:30-04:00"),) * 7)
    assert early.next_opening(at("2026-03-08 00:00", zone)) == at("2026-03-08 03:00", zone)


def test_hours_that_end_in_an_hour_that_is_twice_end_the_first_time() -> None:
    zone = "America/New_York"
    late = WorkCalendar(zone, (hours("20:00-01:30"),) * 7)
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert late.add(at("2026-10-31 20:00", zone), 330) == first
    assert not late.is_open(datetime(2026, 11, 1, 6, 15, tzinfo=UTC))


def test_a_day_whose_midnight_never_was_begins_an_hour_later_as_it_did_in_brazil() -> None:
    whole = WorkCalendar(ZONE, (WHOLE_DAY,) * 7)
    eve, noon = at("2018-11-03 12:00"), at("2018-11-04 12:00")
    assert whole.working_seconds(eve, noon) == 23 * 3600


def test_overlapping_hours_count_once() -> None:
    doubled = WorkCalendar(ZONE, (hours("08:00-12:00", "10:00-14:00", "22:00-09:00"),) * 7)
    assert doubled.working_seconds(at("2026-11-23 08:00"), at("2026-11-24 08:00")) == 16 * 3600


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        NINE_TO_FIVE.is_open(datetime(2026, 11, 23, 10))  # noqa: DTZ001


def test_no_time_lies_between_moments_in_the_wrong_order() -> None:
    assert NINE_TO_FIVE.working_seconds(at("2026-11-23 12:00"), at("2026-11-23 10:00")) == 0
