"""Calendars and promises against an oracle that counts minute by minute: shifts, holidays, pauses, jumping clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.work_calendar import DAY_MINUTES, Hours, WorkCalendar
from handoff.sla.reckoning import Pause, Promise, reckon
from tests.unit.core.calendars import MINUTE, Oracle

DAYS = 9
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
# Two with clocks that jump within these weeks, by an hour and by half of one.
ZONES = st.sampled_from(["America/Sao_Paulo", "America/New_York", "Australia/Lord_Howe", "America/Noronha"])
STARTS = st.builds(
    lambda base, minutes: base + timedelta(minutes=minutes),
    st.sampled_from(
        [
            datetime(2026, 3, 5, tzinfo=UTC),
            datetime(2026, 4, 2, tzinfo=UTC),
            datetime(2026, 10, 1, tzinfo=UTC),
            datetime(2026, 10, 29, tzinfo=UTC),
            datetime(2018, 11, 1, tzinfo=UTC),
        ]
    ),
    st.integers(0, 3 * DAY_MINUTES),
)


@st.composite
def day_hours(draw: st.DrawFn) -> Hours:
    """Up to three intervals, also over midnight, also one over another."""
    count = draw(st.sampled_from([0, 1, 1, 2, 3]))
    found = []
    for _ in range(count):
        begins = draw(st.integers(0, DAY_MINUTES - 1))
        found.append((begins, begins + draw(st.integers(1, DAY_MINUTES))))
    return tuple(found)


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    """A week, a day of its own, a yearly one and a holiday around the weeks that are looked at."""
    near = st.builds(lambda day, month: date(2026, month, day), st.integers(1, 12), st.sampled_from([3, 4, 10, 11]))
    yearly = draw(near)
    return WorkCalendar(
        draw(ZONES),
        week=tuple(draw(day_hours()) for _ in range(7)),
        dated=draw(st.dictionaries(near, day_hours(), max_size=1)),
        yearly={(yearly.month, yearly.day): draw(day_hours())},
        holidays=frozenset(draw(st.lists(near, max_size=2))),
        always_open=draw(st.sampled_from([False] * 9 + [True])),
    )


@st.composite
def pauses_after(draw: st.DrawFn, start: datetime) -> tuple[Pause, ...]:
    """Up to three pauses that may overlap; the last may go on."""
    found = []
    for _ in range(draw(st.integers(0, 3))):
        begins = start + MINUTE * draw(st.integers(-600, 4 * DAY_MINUTES))
        ends = draw(st.none() | st.integers(0, 2 * DAY_MINUTES))
        found.append(Pause(begins, None if ends is None else begins + MINUTE * ends))
    return tuple(found)


@QUICK
@given(calendars(), STARTS, st.integers(0, 4 * DAY_MINUTES), st.integers(1, 3000))
def test_a_calendar_agrees_with_counting_minutes(
    calendar: WorkCalendar, start: datetime, span: int, minutes: int
) -> None:
    oracle = Oracle(calendar, start, DAYS)
    last = start + timedelta(days=DAYS - 1)
    end = start + MINUTE * span
    assert calendar.working_seconds(start, end) == 60 * oracle.worked(start, end)
    assert calendar.is_open(start) == oracle.is_open(start)
    due, found = oracle.due(start, minutes, last), calendar.add(start, minutes)
    assert found == due if due else found is None or found > last
    opens = calendar.next_opening(start)
    assert opens is None or opens > last or (oracle.is_open(opens) and oracle.worked(start, opens) == 0)


@QUICK
@given(st.data(), calendars(), STARTS, st.integers(1, 2000), st.integers(0, 4 * DAY_MINUTES), st.booleans())
def test_a_promise_agrees_with_counting_minutes(
    data: st.DataObject, calendar: WorkCalendar, start: datetime, target: int, passed: int, stopped: bool
) -> None:
    pauses = data.draw(pauses_after(start))
    oracle = Oracle(calendar, start, DAYS)
    last, end = start + timedelta(days=DAYS - 1), start + MINUTE * passed
    promise = Promise(calendar, start, target, stopped_at=end if stopped else None, pauses=pauses)
    stands = reckon(promise, last if stopped else end)
    due = oracle.due(start, target, last, pauses)
    assert stands.due_at == due if due else stands.due_at is None or stands.due_at > last
    assert stands.spent_seconds == 60 * oracle.worked(start, end, pauses)
    assert (stands.state == "breached") == (due is not None and end > due)


@QUICK
@given(st.data(), calendars(), STARTS, st.integers(1, 2000), st.integers(0, 4 * DAY_MINUTES), st.integers(1, 600))
def test_what_is_broken_is_the_same_after_hours_of_downtime(
    data: st.DataObject, calendar: WorkCalendar, start: datetime, target: int, passed: int, away: int
) -> None:
    promise = Promise(
        calendar, start, target, stopped_at=start + MINUTE * passed, pauses=data.draw(pauses_after(start))
    )
    assert reckon(promise, start + MINUTE * passed) == reckon(promise, start + MINUTE * (passed + away))
