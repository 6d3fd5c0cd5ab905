"""The figures of a model, on messages few enough to count by hand."""

from __future__ import annotations

import ast

import pytest

from nlu import measures
from nlu.comparison import changes, objections
from nlu.environment import NLU
from nlu.labelled import Labelled
from nlu.measures import NO_REQUEST, Bin, Confusion, OfIntent, Outcome, figures
from nlu.report import ROWS, markdown, misses, table, written
from nlu.understanding import Band, Request, Understanding


def read_as(intent: str, confidence: float = 0.9, band: Band = "act", *more: tuple[str, Band]) -> Understanding:
    parts = tuple(Request(name, 0.9, of_part, 0, 1) for name, of_part in more)
    return Understanding(intent, confidence, ((intent, confidence),), (), "model", band, parts)


def outcome(
    primary: str, read: Understanding, *, labels: tuple[str, ...] = (), alt: str = "", seconds: float | None = None
) -> Outcome:
    accepted = frozenset({primary, *labels, *([alt] if alt else [])})
    return Outcome(Labelled(f"about {primary}", primary, labels or (primary,), accepted), read, seconds)


MIXED = [
    outcome("signal_release", read_as("signal_release", 0.95), seconds=0.004),
    outcome("signal_release", read_as("slow_internet", 0.85, "confirm"), alt="slow_internet", seconds=0.002),
    outcome("slow_internet", read_as("signal_release", 0.75), seconds=0.003),
    outcome("out_of_scope", read_as("greet", 0.35), seconds=0.001),
    outcome("out_of_scope", read_as("out_of_scope", 0.15, "menu"), seconds=0.005),
]


def test_accuracy_counts_the_primary_or_what_is_acceptable() -> None:
    assert measures.strict(MIXED) == pytest.approx(2 / 5)
    assert measures.lenient(MIXED) == pytest.approx(3 / 5)


def test_precision_at_coverage_takes_the_surest_messages() -> None:
    assert measures.precision_at(MIXED, 0.4) == 1.0
    assert measures.precision_at(MIXED, 0.6) == pytest.approx(2 / 3)
    assert [right for _, right in measures.coverage_curve(MIXED)] == pytest.approx([1, 1, 2 / 3, 1 / 2, 3 / 5])


def test_calibration_error_is_the_weighted_gap_between_confidence_and_right() -> None:
    assert measures.bins(MIXED)[9] == Bin(1, 0.95, 1.0)
    assert measures.bins(MIXED)[4] == Bin(0, 0.0, 0.0)
    assert measures.calibration_error(MIXED) == pytest.approx((0.05 + 0.15 + 0.75 + 0.35 + 0.85) / 5)
    assert measures.bins([outcome("greet", read_as("greet", 1.0))])[9].count == 1


def test_each_intent_has_precision_and_recall_where_there_is_something_to_divide() -> None:
    found = measures.by_intent(MIXED)
    assert found["signal_release"] == OfIntent(0.5, 0.5, 2)
    assert found["slow_internet"] == OfIntent(0.0, 0.0, 1)
    assert found["greet"] == OfIntent(0.0, None, 0)
    assert measures.macro_f1(MIXED) == pytest.approx((0.5 + 0.0 + 2 / 3) / 3)


def test_confusions_tell_mistakes_from_what_is_acceptable() -> None:
    assert measures.confusions([*MIXED, MIXED[3]]) == [
        Confusion("out_of_scope", "greet", 2, 0),
        Confusion("slow_internet", "signal_release", 1, 0),
        Confusion("signal_release", "slow_internet", 0, 1),
    ]


def test_only_what_is_answered_at_once_counts_as_answered() -> None:
    assert measures.answered_precision(MIXED) == pytest.approx(1 / 3)
    assert measures.answered_precision(MIXED, {"signal_release"}) == pytest.approx(1 / 2)
    assert measures.answered_precision(MIXED, {"payment_negotiation"}) is None
    assert measures.answered_recall(MIXED, {"signal_release"}) == pytest.approx(1 / 2)
    assert measures.outside_answered(MIXED) == pytest.approx(1 / 2)
    assert [measures.band_share(MIXED, band) for band in ("act", "confirm", "menu")] == pytest.approx([0.6, 0.2, 0.2])


def test_requests_are_compared_as_sets_and_courtesies_do_not_count() -> None:
    two = ("invoice_second_copy", "slow_internet", "thanks")
    both = read_as("slow_internet", 0.9, "act", ("slow_internet", "act"), ("invoice_second_copy", "confirm"))
    half = read_as("invoice_second_copy", 0.5, "menu", ("invoice_second_copy", "menu"), ("plan_change", "act"))
    dropped = read_as("slow_internet", 0.9, "act", ("slow_internet", "act"), ("invoice_second_copy", "menu"))
    every = [outcome(two[0], read, labels=two) for read in (both, half, dropped)]
    one_request = outcome("thanks", read_as("complaint"), labels=("thanks", "slow_internet"))
    assert measures.requests([*every, one_request]) == (4 / 5, 4 / 6)
    assert measures.requests([]) == (None, None)


def test_courtesies_are_those_that_the_component_takes_for_none() -> None:
    tree = ast.parse((NLU / "components" / "requests.py").read_text(encoding="utf-8"))
    named = {
        ast.unparse(node.targets[0]): node.value.args[0]
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
    }
    assert frozenset(ast.literal_eval(named["NO_REQUEST"])) == NO_REQUEST


def test_nothing_to_measure_gives_no_figures_and_no_error() -> None:
    assert {name for name, value in figures([]).items() if value is not None} == {"messages"}
    assert measures.milliseconds([outcome("greet", read_as("greet"))], 0.5) is None
    assert measures.milliseconds(MIXED, 0.5) == pytest.approx(3.0)
    assert measures.milliseconds(MIXED, 0.99) == pytest.approx(5.0)


def test_every_figure_has_its_line_in_the_table() -> None:
    assert figures(MIXED).keys() == ROWS.keys()
    lines = table({"antes": MIXED, "depois": MIXED[:2]}, difference=True).splitlines()
    assert len(lines) == len(ROWS) + 1
    assert len({len(line) for line in lines}) == 1
    assert lines[0].split() == ["antes", "depois", "diferença"]
    assert lines[3].split()[-5:] == ["60,0", "%", "100,0", "%", "+40,0"]
    assert not [line for line in markdown({"todas": MIXED}).splitlines() if "ms por" in line]


def test_figures_are_written_as_in_brazil() -> None:
    assert written(0.9345, "share") == "93,5 %"
    assert written(0.0214, "number") == "0,021"
    assert written(None, "share") == "-"


def test_misses_name_what_was_read_and_whether_it_is_acceptable() -> None:
    text = misses(MIXED)
    assert "aceita signal_release -> slow_internet 0,850 confirm\n       about signal_release" in text
    assert text.count("ERRO") == 2


def test_a_change_is_better_when_right_and_worse_when_a_mistake_is_answered() -> None:
    right, asked, answered = (
        outcome("slow_internet", read_as("slow_internet")),
        outcome("slow_internet", read_as("signal_release", 0.5, "confirm")),
        outcome("slow_internet", read_as("signal_release")),
    )
    better, worse = changes([asked, answered, right, asked, right], [right, asked, answered, answered, right])
    assert [each.gain for each in better] == [1, 1]
    assert [each.gain for each in worse] == [-2, -1]
    assert "slow_internet: slow_internet 0,900 act -> signal_release 0,900 act\n    about" in str(worse[0])


def test_a_model_that_loses_more_than_is_allowed_is_objected_to() -> None:
    good = [outcome("greet", read_as("greet", 0.9, "confirm"))] * 100
    bad = [*good[:98], *[outcome("greet", read_as("thanks", 0.9, "confirm"))] * 2]
    assert objections(good, good, 0.0) == []
    assert objections(bad, good, 0.0) == []
    assert objections(good, bad, 0.02) == []
    assert objections(good, bad, 0.01) == ["O acerto caiu de 100,0 % para 98,0 %."]


def test_an_intent_that_acts_may_not_lose_precision_but_may_be_asked_back() -> None:
    answered = [outcome("signal_release", read_as("signal_release"))] * 50
    asked = [outcome("signal_release", read_as("signal_release", 0.9, "confirm"))] * 50
    wrong = [*answered[:49], outcome("slow_internet", read_as("signal_release"))]
    assert objections(answered, asked, 0.0) == []
    assert "signal_release caiu de 100,0 % para 98,0 %" in " ".join(objections(answered, wrong, 1.0))
    assert "signal_release passa a ser respondida, com só 98,0 % de precisão" in " ".join(objections(asked, wrong, 1.0))
