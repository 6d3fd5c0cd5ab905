"""Reports: every figure is the same as when it is counted by hand, whatever happened."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from core.db import Database
from handoff.reports.kept import read_kept
from handoff.reports.opinions import Nps, Opinion
from handoff.reports.period import Period
from handoff.reports.report import read_report
from handoff.sla.promises import promises
from handoff.sla.reckoning import reckon
from models.conversation import Conversation
from models.presence import PresenceSpan
from models.sla import SlaClock, SlaPause
from models.survey import Survey
from tests.integration.billing_rows import store_provider
from tests.integration.desk import a_conversation, a_reading, the_cast
from tests.integration.report_rows import Recount, Samples, a_history

ZONE = "America/Sao_Paulo"
SINCE = datetime(2026, 11, 1, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 12, 12, tzinfo=UTC)
PERIODS = (
    Period(date(2026, 11, 3), date(2026, 11, 3), ZONE),
    Period(date(2026, 11, 2), date(2026, 11, 8), ZONE),
    Period(date(2026, 10, 1), date(2026, 12, 1), ZONE),
)


def figures(samples: list[float]) -> tuple[int, float, float, float]:
    """Count, median, 90th percentile and average, between two neighbours where need be."""
    ordered = sorted(samples)

    def at(share: float) -> float:
        place = share * (len(ordered) - 1)
        below = int(place)
        above = min(below + 1, len(ordered) - 1)
        return ordered[below] + (ordered[above] - ordered[below]) * (place - below)

    return len(ordered), at(0.5), at(0.9), sum(ordered) / len(ordered)


@pytest.mark.parametrize("seed", range(3))
def test_report_is_what_a_recount_by_hand_finds(db: Database, seed: int) -> None:
    chance = random.Random(seed)
    a_history(db, list(the_cast(db, "helena", "igor", "joana").values()), chance, SINCE, 90)
    for period in PERIODS:
        report, recount = read_report(db, period, NOW), Recount(db, period, NOW)
        by_hand: dict[str, Samples] = {
            "first": recount.first(),
            "waiting": recount.waiting(),
            "handling": recount.handling(),
            "resolution": recount.resolution(),
        }
        for name, samples in by_hand.items():
            found = {(one.whose, one.key): one for one in report.times[name]}
            assert set(found) == set(samples), name
            for whose, took in samples.items():
                one = found[whose]
                told = (one.count, one.median, one.p90, one.average)
                assert told == pytest.approx(figures(took), abs=1e-3), (name, whose)
        assert report.endings == recount.endings()
        assert sum(day.opened for day in report.days) == sum(
            recount.inside(row.opened_at) for row in recount.conversations
        )


def test_day_is_the_providers_and_not_that_of_utc(db: Database) -> None:
    id_ = a_conversation(db, handler="closed", queue=None)
    late = datetime(2026, 11, 4, 2, 30, tzinfo=UTC)  # 23h30 of the third in São Paulo
    with db.transaction() as session:
        row = session.get_one(Conversation, id_)
        row.opened_at, row.closed_at = late, late + timedelta(minutes=10)
    days = read_report(db, Period(date(2026, 11, 3), date(2026, 11, 4), ZONE), NOW).days
    assert [(day.opened, day.closed) for day in days] == [(1, 1), (0, 0)]


def test_promises_are_judged_by_their_calendar_and_pauses(db: Database) -> None:
    store_provider(db)
    id_ = a_conversation(db)
    start = datetime(2026, 11, 3, 12, tzinfo=UTC)

    def clock(kind: str, minutes: int, calendar: str = "sempre", begins: datetime = start) -> SlaClock:
        stopped = begins + timedelta(minutes=minutes)
        return SlaClock(
            conversation_id=id_,
            kind=kind,
            queue="N1",
            calendar=calendar,
            target_minutes=60,
            started_at=begins,
            stopped_at=stopped,
        )

    night = datetime(2026, 11, 4, 1, tzinfo=UTC)  # 22h: the office opens at eight
    with db.transaction() as session:
        session.add_all([clock("first", 59), clock("next", 61), clock("resolution", 85), clock("level", 11 * 60)])
        session.add_all([clock("first", 630, "comercial", night), clock("next", 690, "comercial", night)])
        pause = {"conversation_id": id_, "reason": "customer", "by": "helena"}
        session.add(SlaPause(started_at=start + timedelta(minutes=62), ended_at=start + timedelta(minutes=90), **pause))
    with db.transaction() as session:
        found = {(one.kind): (one.kept, one.broken) for one in read_kept(session, PERIODS[1])}
    assert found == {"first": (2, 0), "next": (0, 2), "resolution": (0, 1), "level": (0, 1)}


def test_presence_is_cut_at_the_periods_edges(db: Database) -> None:
    helena = the_cast(db, "helena")["helena"].id
    period = PERIODS[0]
    begins = period.begins
    with db.transaction() as session:
        for state, reason, start, end in (
            ("online", "", -2, 3),
            ("paused", "almoço", 3, 4),
            ("online", "", 4, 30),
            ("offline", "", 30, 31),
        ):
            hours = timedelta(hours=1)
            row = PresenceSpan(agent_id=helena, state=state, reason=reason)
            row.started_at, row.ended_at = begins + start * hours, begins + end * hours
            session.add(row)
    found = {(one.state, one.reason): one.seconds / 3600 for one in read_report(db, period, NOW).presence}
    assert found == {("online", ""): 23.0, ("paused", "almoço"): 1.0}


def test_opinions_are_those_of_who_was_there_when_it_was_asked(db: Database) -> None:
    cast = the_cast(db, "helena", "igor")
    period = PERIODS[0]
    votes = ((5, "helena"), (2, "helena"), (None, "helena"), (4, "igor"))
    ids = [a_conversation(db, owner=cast["igor"], handler="agent") for _ in votes]
    with db.transaction() as session:
        for number, (id_, (score, login)) in enumerate(zip(ids, votes, strict=True)):
            until = period.begins + timedelta(days=1)
            row = Survey(kind="csat", conversation_id=id_, key=f"s{number}", score=score, expires_at=until)
            row.asked_at, row.agent_id, row.queue, row.cause, row.cto = period.begins, cast[login].id, "N1", "", "C-1"
            session.add(row)
        for number, score in enumerate((9, 9, 7, 0, None)):
            row = Survey(kind="nps", conversation_id=ids[0], key=f"n{number}", score=score, expires_at=until)
            row.asked_at = period.begins
            session.add(row)
    report = read_report(db, period, NOW)
    found = {(one.whose, one.key): one for one in report.opinions}
    everybody = found["all", ""]
    assert (everybody.asked, everybody.answered, everybody.pleased, everybody.low) == (4, 3, 2, 1)
    assert everybody.average == pytest.approx(11 / 3)
    assert found["agent", str(cast["helena"].id)] == Opinion("agent", str(cast["helena"].id), 3, 2, 3.5, 1, 1)
    assert found["cto", "C-1"].answered == 3
    assert report.nps == Nps(5, 2, 1, 1)
    assert report.nps.score == 25.0


def test_reasons_are_those_that_people_held_to_be_right(db: Database) -> None:
    id_ = a_conversation(db)
    at = PERIODS[0].begins
    a_reading(db, id_, said="boleto", read_at=at)
    corrected = {"corrected_intent": "complaint", "corrected_by": "helena", "corrected_at": at}
    a_reading(db, id_, said="boleto?", read_at=at, band="confirm", **corrected)
    found = {one.intent: (one.count, one.sure) for one in read_report(db, PERIODS[0], NOW).reasons}
    assert found == {"invoice_second_copy": (1, 1), "complaint": (1, 0)}


def test_promises_count_as_each_is_reckoned(db: Database) -> None:
    store_provider(db)
    chance = random.Random(5)
    ids = [a_conversation(db, said=None) for _ in range(12)]
    with db.transaction() as session:
        for id_ in ids * 5:
            start = SINCE + timedelta(minutes=chance.randrange(6 * 24 * 60))
            row = SlaClock(conversation_id=id_, kind=chance.choice(("next", "arrival")), queue="N1")
            row.calendar, row.target_minutes = chance.choice(("comercial", "sempre")), chance.choice((15, 60, 480))
            row.started_at, row.stopped_at = start, start + timedelta(minutes=chance.randrange(700))
            session.add(row)
        for id_ in ids[::2]:
            pause = SlaPause(conversation_id=id_, reason="customer", by="helena")
            pause.started_at = SINCE + timedelta(minutes=chance.randrange(6 * 24 * 60))
            pause.ended_at = pause.started_at + timedelta(hours=20)
            session.add(pause)
    period = PERIODS[1]
    with db.transaction() as session:
        clocks = [row for row in session.scalars(select(SlaClock)) if period.begins <= row.stopped_at < period.ends]  # type: ignore[operator]
        states = {id_: reckon(promise, NOW).state for id_, promise in promises(session, clocks).items()}
        by_hand = Counter((row.kind, states[row.id]) for row in clocks)
        found = {(one.kind): (one.kept, one.broken) for one in read_kept(session, period)}
    assert min(by_hand.values()) > 3
    assert found == {kind: (by_hand[kind, "kept"], by_hand[kind, "breached"]) for kind in ("next", "arrival")}
