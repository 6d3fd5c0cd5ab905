"""Charts and files of reports: scales are round, nothing leaves the canvas, and no cell is a formula."""

from __future__ import annotations

import csv
import io
import random
from datetime import UTC, date, datetime, timedelta

import pytest

from core.work_calendar import WorkCalendar
from handoff.calendars import TEMPLATE, calendar_of
from handoff.reports.charts import BOTTOM, HEIGHT, LEFT, MOST_LABELS, TOP, WIDTH, Series, columns, scale
from handoff.reports.csv_file import csv_of
from handoff.reports.lines import Line
from handoff.reports.period import LONGEST_DAYS, Period, period_of
from handoff.reports.terms import Targets
from handoff.reports.worked import Worked
from handoff.satisfaction.sentences import survey_sentences
from handoff.satisfaction.terms import Satisfaction

ZONE = "America/Sao_Paulo"


@pytest.mark.parametrize("highest", [0, 1, 2, 3, 7, 9, 10, 11, 99, 101, 12_345, 1_000_001])
def test_scale_holds_the_highest_and_is_even(highest: int) -> None:
    assert scale(highest) >= max(highest, 2)
    assert scale(highest) % 2 == 0
    assert scale(highest) <= max(2 * highest, 2)


@pytest.mark.parametrize("count", [0, 1, 7, 92])
def test_shapes_stay_on_the_canvas(count: int) -> None:
    labels = [f"{place:02d}" for place in range(count)]
    values = [place * place for place in range(count)]
    chart = columns("x", "X", labels, Series("a", values), Series("b", values[::-1]))
    assert len(chart.bars) == len(chart.dots) == count
    assert len(chart.labels) <= MOST_LABELS
    for bar in chart.bars:
        assert bar.x >= LEFT
        assert bar.x + bar.width <= WIDTH
        assert TOP <= bar.y <= HEIGHT - BOTTOM
        assert bar.y + bar.height == pytest.approx(HEIGHT - BOTTOM, abs=0.2)


def test_chart_says_its_values_in_words() -> None:
    chart = columns("x", "X", ["seg", "ter"], Series("abertas", [1, 2]), Series("encerradas", [0, 3]))
    assert chart.about == "seg: 1 abertas, 0 encerradas; ter: 2 abertas, 3 encerradas."


FORMULAS = ["=cmd|' /C calc'!A0", "+1", "-1", "@soma", "\tx", "\rx", " =1+1", "\u00a0=1+1", "\uff1d1+1", "\ufeff@x"]


@pytest.mark.parametrize("word", FORMULAS)
def test_cell_is_never_a_formula(word: str) -> None:
    body = csv_of([Line("S", "M", "W", word, "f", -12.5)]).decode("utf-8-sig")
    (_, row) = csv.reader(io.StringIO(body, newline=""), delimiter=";")
    assert row[3] == f"'{word}"
    assert row[5] == "-12,5"


def test_week_is_monday_to_sunday() -> None:
    week = period_of("week", date(2026, 11, 26), ZONE)
    assert (week.first, week.last) == (date(2026, 11, 23), date(2026, 11, 29))
    assert len(week.days) == 7


def test_day_that_the_clock_made_shorter_is_a_whole_day() -> None:
    short = Period(date(2018, 11, 4), date(2018, 11, 4), ZONE)
    assert (short.ends - short.begins).total_seconds() == 23 * 3600


@pytest.mark.parametrize(("first", "last"), [(2, 1), (1, 1 + LONGEST_DAYS)])
def test_period_without_sense_is_refused(first: int, last: int) -> None:
    with pytest.raises(ValueError, match="period"):
        Period(date.fromordinal(738_000 + first), date.fromordinal(738_000 + last), ZONE)


@pytest.mark.parametrize("wrong", [{"low": 0}, {"low": 5}, {"comment_minutes": 0}, {"nps_daily": -1}])
def test_terms_of_satisfaction_make_sense(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Satisfaction(**wrong)  # type: ignore[arg-type]


def test_targets_are_shares() -> None:
    with pytest.raises(ValueError, match="n1_percent"):
        Targets(n1_percent=101)


@pytest.mark.parametrize("language", ["pt_BR", "es"])
def test_words_fit_where_whatsapp_shows_them(language: str) -> None:
    sentences = survey_sentences(language)
    assert len(sentences) == 10
    assert all(len(sentence.text) <= sentence.longest for sentence in sentences.values())
    assert len(sentences["survey.farewell"].text) + len(sentences["survey.question"].text) < 1024


def test_working_time_is_the_calendars_whatever_the_moments() -> None:
    chance = random.Random(1)
    office = calendar_of("comercial", TEMPLATE["comercial"], zone=ZONE, state="SP")
    for calendar in (office, WorkCalendar(ZONE, always_open=True)):
        since = datetime(2026, 11, 1, tzinfo=UTC)
        worked = Worked(calendar, since, since + timedelta(days=31))
        for _ in range(200):
            a, b = sorted(since + timedelta(seconds=chance.randrange(30 * 86400)) for _ in range(2))
            assert worked.seconds(a, b) == pytest.approx(calendar.working_seconds(a, b), abs=1e-3)
