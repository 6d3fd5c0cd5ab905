"""The detector: the smallest place that explains the drops, what caused them, and what makes no outage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.outages.detect import detect
from provisioning.outages.line import Line, judge
from tests.unit.provisioning.town import LIMITS, NOW, brief, down, seen, town


def in_pon(number: int) -> Callable[[Line], bool]:
    return lambda line: line.pon == f"0/1/{number}"


def in_cto(name: str) -> Callable[[Line], bool]:
    return lambda line: line.cto == name


def test_detector_names_the_pon_when_its_fibre_is_cut() -> None:
    assert brief(seen(down(town(), in_pon(2), "los"))) == [("pon", "OLT-A 0/1/2", "fibre", 32)]


def test_detector_names_the_cto_when_its_neighbours_stayed_up() -> None:
    assert brief(seen(down(town(), in_cto("OLT-A-1-CTO3"), "los"))) == [("cto", "OLT-A-1-CTO3", "fibre", 8)]


def test_detector_names_the_neighbourhood_when_its_power_goes_over_several_pons() -> None:
    lines = down(town(), lambda line: line.area == "Bairro 1", "dying_gasp")
    assert brief(seen(lines)) == [("area", "Bairro 1", "power", 32)]


def test_detector_names_the_ctos_when_fibre_fails_in_one_neighbourhood() -> None:
    lines = down(town(pons=2), lambda line: line.area == "Bairro 1", "los")
    assert [found[0] for found in brief(seen(lines))] == ["cto", "cto"]


def test_detector_names_the_olt_when_everything_on_it_is_down() -> None:
    lines = down(town(), lambda line: True, "dying_gasp") + town("OLT-B")
    assert brief(seen(lines)) == [("olt", "OLT-A", "power", 128)]


def test_detector_names_the_pop_when_all_of_its_olts_are_down() -> None:
    lines = down(town() + town("OLT-B"), lambda line: True, "los")
    assert brief(seen(lines)) == [("pop", "POP 1", "fibre", 256)]


@pytest.mark.parametrize(("state", "cause"), [("los", "dying_gasp"), ("dying_gasp", "los")])
def test_gasp_wins_when_light_goes_in_the_same_second(state: str, cause: str) -> None:
    assert brief(seen(down(town(), in_pon(0), state, cause=cause))) == [("pon", "OLT-A 0/1/0", "power", 32)]


def test_detector_says_mixed_when_causes_are() -> None:
    lines = down(town(), in_pon(0), "los")
    lines = down(lines, lambda line: line.pon == "0/1/0" and line.contract[-1] in "0246", "dying_gasp")
    assert brief(seen(lines)) == [("pon", "OLT-A 0/1/0", "mixed", 32)]


def test_kind_is_unknown_when_too_few_causes_are_known() -> None:
    lines = down(town(), in_pon(0), "offline")
    lines = down(lines, lambda line: in_pon(0)(line) and line.contract.endswith("-1"), "los")
    assert brief(seen(lines)) == [("pon", "OLT-A 0/1/0", "unknown", 32)]


def test_unread_lines_are_no_outage_when_the_olt_cannot_be_asked() -> None:
    lines = [replace(line, state="unknown") for line in town()]
    assert seen(lines) == ()
    assert seen(lines, "OLT-A-0-0-1", "OLT-A-0-0-2", "OLT-A-0-0-3", "OLT-A-0-0-4", silent=("OLT-A",)) == ()


def test_reports_alone_make_an_outage_of_unknown_kind_when_the_olt_is_silent() -> None:
    lines = [replace(line, state="unknown") for line in town()] + town("OLT-B")
    told = [f"OLT-A-0-{cto}-1" for cto in range(4)] + ["OLT-A-0-0-2"]
    assert brief(seen(lines, *told, silent=("OLT-A",))) == [("pon", "OLT-A 0/1/0", "unknown", 32)]


def test_few_lines_down_are_no_outage_when_the_rest_is_unread() -> None:
    lines = [replace(line, state="unknown") if line.pon == "0/1/0" else line for line in town()]
    assert seen(down(lines, lambda line: in_pon(0)(line) and line.contract.endswith("-0-1"), "los")) == ()


def test_single_subscriber_is_no_outage() -> None:
    assert seen(down(town(), lambda line: line.contract == "OLT-A-0-0-0", "los"), "OLT-A-0-0-0") == ()


def test_chronic_offliners_are_no_outage_and_do_not_hide_one() -> None:
    lines = down(town(), lambda line: line.contract[-1] in "01234", "los", ago=60 * 24 * 20)
    assert seen(lines) == ()
    cut = down(lines, lambda line: in_pon(0)(line) and line.contract[-1] in "567", "los")
    assert brief(seen(cut)) == [("pon", "OLT-A 0/1/0", "fibre", 12)]


def test_lines_nobody_saw_working_are_no_outage() -> None:
    lines = [replace(line, since=None) for line in down(town(), in_pon(0), "los")]
    assert seen(lines) == ()


def test_deactivated_onus_are_no_outage() -> None:
    assert seen(down(town(), in_pon(0), "offline", cause="deactivated")) == ()


def dropping(every_minutes: float, number: int) -> list[Line]:
    order = {f"OLT-A-0-{place % 4}-{place // 4}": place for place in range(number)}
    return [
        replace(line, state="down", cause="fibre", since=NOW - timedelta(minutes=order[line.contract] * every_minutes))
        if line.contract in order
        else line
        for line in town()
    ]


def test_drops_one_by_one_are_no_outage_until_nearly_all_are_gone() -> None:
    assert seen(dropping(40, 24)) == ()
    assert brief(seen(dropping(40, 30))) == [("pon", "OLT-A 0/1/0", "fibre", 30)]


def test_two_faults_are_two_outages_when_they_have_nothing_in_common() -> None:
    lines = down(down(town(), in_pon(0), "los"), in_cto("OLT-A-3-CTO1"), "dying_gasp")
    assert brief(seen(lines)) == [("pon", "OLT-A 0/1/0", "fibre", 32), ("cto", "OLT-A-3-CTO1", "power", 8)]


def test_nothing_is_left_when_everybody_is_back() -> None:
    assert seen(town()) == ()


@pytest.mark.parametrize(
    ("size", "dead", "told", "found"),
    [(2, 2, True, 1), (2, 2, False, 0), (2, 1, True, 0), (4, 3, True, 1), (4, 2, True, 0), (3, 3, False, 0)],
)
def test_small_cto_needs_all_of_its_lines_and_a_second_source(size: int, dead: int, told: bool, found: int) -> None:
    lines = down(town(each=size), lambda line: line.cto == "OLT-A-0-CTO0" and int(line.contract[-1]) < dead, "los")
    assert len(seen(lines, *(["OLT-A-0-0-0"] if told else []))) == found


def test_small_cto_is_out_when_the_equipment_complains_of_its_pon() -> None:
    lines = down(town(each=2), in_cto("OLT-A-0-CTO0"), "los")
    assert len(detect(lines, (), NOW, LIMITS, alarms=[("pon", "OLT-A 0/1/0")])) == 1


def test_evidence_names_counts_times_and_the_neighbours_that_stayed_up() -> None:
    lines = down(town(), lambda line: in_pon(0)(line) and line.cto != "OLT-A-0-CTO3", "los")
    (verdict,) = seen(lines, "OLT-A-0-0-1")
    facts = {
        name: verdict.evidence[name] for name in ("down", "judged", "fibre", "power", "pons", "up_beside", "reports")
    }
    assert facts == {
        "down": 24,
        "judged": 32,
        "fibre": 24,
        "power": 0,
        "pons": ["OLT-A 0/1/0"],
        "up_beside": ["OLT-A-0-CTO3"],
        "reports": 1,
    }
    assert verdict.started_at == NOW - timedelta(minutes=2)


STATES = st.sampled_from(["online", "online", "los", "los", "dying_gasp", "offline", "unknown"])
TOWNS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 1), STATES, st.sampled_from([1, 5, 50, 90, 3000])),
    max_size=60,
)


def random_town(given_lines: list[tuple[int, int, int, str, int]]) -> list[Line]:
    return [
        Line(
            f"c{n}",
            "OLT-A",
            f"0/1/{pon}",
            f"CTO{pon}{cto}",
            f"Bairro {area}",
            "POP",
            *judge(state, ""),
            NOW - timedelta(minutes=ago),
        )
        for n, (pon, cto, area, state, ago) in enumerate(given_lines)
    ]


def touched(lines: list[Line]) -> frozenset[str]:
    return frozenset().union(*(verdict.contracts for verdict in seen(lines, "c0")))


@given(TOWNS, st.integers(0, 1), st.integers(0, 2), st.integers(0, 1))
def test_outages_touch_no_more_lines_when_one_more_is_up(
    some: list[tuple[int, int, int, str, int]], pon: int, cto: int, area: int
) -> None:
    lines = random_town(some)
    more = Line("new", "OLT-A", f"0/1/{pon}", f"CTO{pon}{cto}", f"Bairro {area}", "POP", "up")
    assert touched([*lines, more]) <= touched(lines)


@given(TOWNS, st.integers(0, 1), st.integers(0, 2), st.integers(0, 1))
def test_unknown_line_never_makes_an_outage(
    some: list[tuple[int, int, int, str, int]], pon: int, cto: int, area: int
) -> None:
    lines = random_town(some)
    more = Line("new", "OLT-A", f"0/1/{pon}", f"CTO{pon}{cto}", f"Bairro {area}", "POP", "unknown")
    assert touched([*lines, more]) <= touched(lines)


@given(TOWNS)
def test_every_line_of_an_outage_is_down_and_belongs_to_one_only(some: list[tuple[int, int, int, str, int]]) -> None:
    lines = random_town(some)
    refs = [ref for verdict in seen(lines, "c0") for ref in verdict.contracts]
    assert len(refs) == len(set(refs))
    assert set(refs) <= {line.contract for line in lines if line.state == "down"}
