"""What somebody who waits is told, and how long they are said to wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handoff.routing.news import News, news, told_now
from handoff.routing.outlook import Hours, Outlook
from handoff.routing.terms import Routing
from handoff.routing.wait_time import Minutes, Pace, waiting_time

NOON = datetime(2026, 11, 27, 15, tzinfo=UTC)
TERMS = Routing(retell_minutes=10, retell_places=3, callback_minutes=30)
FIFTH = Outlook("N1", 5, Minutes(5, 10), Hours(closed=False))
CLOSED = replace(FIFTH, minutes=None, hours=Hours(closed=True, opens_at=NOON + timedelta(hours=20)))


def told(outlook: Outlook = FIFTH, kind: str = "first") -> dict[str, Any]:
    return told_now({}, outlook, News(kind), NOON)


def after(minutes: float, memory: dict[str, Any], outlook: Outlook = FIFTH) -> News | None:
    return news(memory, outlook, since=NOON, now=NOON + timedelta(minutes=minutes), terms=TERMS)


def test_news_are_told_once_and_then_only_a_real_change() -> None:
    assert after(0, {}) == News("first")
    assert after(0, told()) is None
    assert after(11, told(), replace(FIFTH, minutes=Minutes(10, 15))) == News("longer")
    assert after(11, told(replace(FIFTH, minutes=None)), FIFTH) is None


@pytest.mark.parametrize(
    ("place", "kind"), [(5, None), (4, None), (3, None), (2, "closer"), (1, "closer"), (7, None), (60, None)]
)
def test_news_of_the_place_are_only_those_that_are_clearly_better(place: int, kind: str | None) -> None:
    known = told(replace(FIFTH, minutes=Minutes(20, 30)))
    found = after(15, known, replace(FIFTH, place=place))
    assert (found.kind if found else None) == kind


def test_news_keep_their_distance() -> None:
    assert after(9, told(), replace(FIFTH, place=1)) is None
    assert after(10, told(), replace(FIFTH, place=1)) == News("closer")


def test_news_of_another_queue_are_told() -> None:
    assert after(15, told(), replace(FIFTH, queue="Transbordo")) == News("moved")


def test_another_time_is_offered_once_after_a_while_beside_what_is_told_anyway() -> None:
    known = told(replace(FIFTH, minutes=None))
    assert after(29, known) is None
    assert after(30, known) == News("offer", offers_later=True)
    moved = after(30, known, replace(FIFTH, queue="N2"))
    assert moved == News("moved", offers_later=True)
    once = told_now(known, FIFTH, News("offer", offers_later=True), NOON + timedelta(minutes=30))
    assert after(90, once) is None


def test_offer_does_not_put_off_what_was_said_of_the_time() -> None:
    once = told_now(told(), FIFTH, News("offer", offers_later=True), NOON)
    assert after(15, once) == News("longer")


def test_closed_hours_are_told_once_in_each_of_them_and_nothing_else_meanwhile() -> None:
    assert after(0, {}, CLOSED) == News("closed")
    assert after(120, told(CLOSED, "closed"), CLOSED) is None
    assert after(1, told(), CLOSED) == News("closed")
    next_day = replace(CLOSED, hours=Hours(closed=True, opens_at=NOON + timedelta(days=2)))
    assert after(120, told(CLOSED, "closed"), next_day) == News("closed")
    never = replace(CLOSED, hours=Hours(closed=True))
    assert after(120, told(never, "closed"), never) is None


@pytest.mark.parametrize("mark", ["silent", "callback"])
def test_nothing_is_told_to_machines_and_to_who_will_be_called(mark: str) -> None:
    assert after(60, {mark: True}) is None
    assert after(60, {mark: True}, CLOSED) is None


@pytest.mark.parametrize(
    ("place", "pace", "said"),
    [
        (1, Pace(taken=60, person_minutes=300, people=1), Minutes(3, 7)),
        (3, Pace(taken=60, person_minutes=300, people=1), Minutes(10, 20)),
        (3, Pace(taken=60, person_minutes=300, people=3), Minutes(3, 7)),
        (10, Pace(taken=60, person_minutes=300, people=1), Minutes(30, 75)),
        (1, Pace(taken=60, person_minutes=30, people=5), Minutes(1, 2)),
    ],
)
def test_waiting_time_is_a_range_by_place_and_people(place: int, pace: Pace, said: Minutes) -> None:
    assert waiting_time(place, pace) == said


def test_waiting_time_is_wider_the_less_was_measured() -> None:
    assert waiting_time(8, Pace(taken=5, person_minutes=25, people=1)) == Minutes(20, 60)
    assert waiting_time(8, Pace(taken=500, person_minutes=2500, people=1)) == Minutes(25, 55)


@pytest.mark.parametrize(
    "pace",
    [
        Pace(taken=60, person_minutes=300, people=0),
        Pace(taken=4, person_minutes=300, people=2),
        Pace(taken=60, person_minutes=0, people=2),
        Pace(taken=5, person_minutes=3000, people=1),
    ],
)
def test_waiting_time_is_not_told_where_it_would_be_a_guess(pace: Pace) -> None:
    assert waiting_time(1, pace) is None
