"""The verdict says what was read, never more; and the diagnosis survives being kept as a job's facts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from provisioning.diagnosis import (
    Access,
    Around,
    Diagnosis,
    Fault,
    LastEnd,
    Limits,
    Line,
    Neighbours,
    OpenSession,
    OpenTicket,
    Past,
    Router,
    WifiSeen,
)
from provisioning.optical_limits import limits_of
from provisioning.verdict import judge
from tests.unit.provisioning.fakes import NOW

SESSION = OpenSession(NOW, "100.64.0.1", "127.0.0.1")
UP = Access(NOW, sessions=(SESSION,))
GOOD = Diagnosis(access=UP, line=Line(NOW, "online", rx_dbm=-20.0))


def line(state: str, rx: float | None = None, *, olt_rx_dbm: float | None = None) -> Diagnosis:
    return replace(GOOD, line=Line(NOW, state, rx_dbm=rx, since=NOW - timedelta(hours=1), olt_rx_dbm=olt_rx_dbm))


def around(down: int, total: int, minutes_ago: int = 60) -> Neighbours:
    return Neighbours(NOW, cto=Around("CTO-1", total, down, NOW - timedelta(minutes=minutes_ago)))


PAST = Past(NOW, -19.0, 12)
CASES = [
    (replace(line("online", -20.0), access=Access(NOW, blocked=True)), "blocked_in_network", "person"),
    (line("los"), "fibre_cut", "ticket"),
    (line("dying_gasp"), "no_power", "try"),
    (line("offline"), "offline", "try"),
    (line("unknown"), "not_measured", "try"),
    (Diagnosis(access=UP, unread={"line": "no_answer"}), "not_measured", "try"),
    (Diagnosis(unread={"line": "no_answer", "access": "not_in_time"}), "not_measured", "try"),
    (line("online", -28.9), "weak_signal", "ticket"),
    (line("online", -6.0), "weak_signal", "ticket"),
    (line("online", -20.0, olt_rx_dbm=-29.0), "weak_signal", "ticket"),
    (replace(line("online", -20.0, olt_rx_dbm=-29.0), limits=Limits(olt_weak_dbm=-32.0)), "all_good", "try"),
    (replace(line("online", -22.0), past=PAST), "dropped_signal", "ticket"),
    (replace(line("online", -21.9), past=PAST), "all_good", "try"),
    (replace(line("online", -22.0), past=PAST, limits=Limits(drop_db=4.0)), "all_good", "try"),
    (replace(GOOD, access=Access(NOW, sessions=())), "not_connected", "try"),
    (replace(GOOD, access=None, unread={"access": "no_answer"}), "all_good", "try"),
    (replace(GOOD, cpe=Router(NOW, informed_at=NOW - timedelta(days=2))), "cpe_problem", "try"),
    (replace(GOOD, cpe=Router(NOW, NOW, wifi=(WifiSeen("Casa", enabled=False),))), "cpe_problem", "try"),
    (replace(GOOD, cpe=Router(NOW, NOW, wifi=(WifiSeen("Casa"),))), "all_good", "try"),
    (replace(line("los"), neighbours=around(3, 4)), "area_problem", "wait"),
    (replace(line("dying_gasp"), neighbours=around(2, 4)), "area_problem", "wait"),
    (replace(line("dying_gasp"), neighbours=around(4, 4, minutes_ago=20)), "no_power", "try"),
    (replace(line("los"), neighbours=around(4, 4, minutes_ago=55)), "area_problem", "wait"),
    (replace(line("los"), neighbours=around(1, 1)), "fibre_cut", "ticket"),
    (replace(line("los"), neighbours=around(2, 9)), "fibre_cut", "ticket"),
    (replace(GOOD, neighbours=around(4, 4)), "all_good", "try"),
]


@pytest.mark.parametrize(("diagnosis", "cause", "remedy"), CASES)
def test_verdict_follows_from_what_was_read(diagnosis: Diagnosis, cause: str, remedy: str) -> None:
    verdict = judge(diagnosis)

    assert (verdict.cause, verdict.remedy) == (cause, remedy)


def test_verdict_names_the_usual_power_and_the_neighbours_when_they_are_the_evidence() -> None:
    assert judge(replace(line("online", -22.0), past=PAST)).usual_dbm == -19.0
    verdict = judge(replace(line("los"), neighbours=around(3, 4)))
    assert verdict.around == Around("CTO-1", 4, 3, NOW - timedelta(hours=1))
    assert verdict.own == "fibre_cut"
    assert verdict.down


def test_pon_is_looked_at_when_the_cto_tells_nothing() -> None:
    seen = Neighbours(NOW, cto=Around("CTO-1", 1, 1, NOW), pon=Around("0/1/0", 20, 15, NOW - timedelta(hours=1)))

    assert judge(replace(line("los"), neighbours=seen)).around == seen.pon


def test_line_that_was_not_read_is_not_down() -> None:
    verdict = judge(Diagnosis(unread={"line": "no_answer"}, neighbours=around(4, 4)))

    assert not verdict.down
    assert verdict.measured_at is None


def test_diagnosis_survives_being_kept() -> None:
    full = Diagnosis(
        access=Access(NOW, True, False, ("fibra-500",), (SESSION,), LastEnd(NOW, "Lost-Carrier")),
        line=Line(NOW, "online", "", NOW, -20.0, -21.5, 2.1, 1200, 600, 3, ("aa:bb:cc:00:00:01",), True),
        neighbours=around(1, 4),
        past=PAST,
        incident=Fault(NOW, 3, "fibre", "cabo rompido", False, NOW, None),
        limits=Limits(weak_dbm=-26.0),
        tickets=(OpenTicket("2026", "sem luz", NOW),),
        unread={"cpe": "not_in_time"},
    )

    assert Diagnosis.from_facts(json.loads(json.dumps(full.as_facts()))) == full


def test_facts_of_another_version_are_left_out() -> None:
    facts = {"line": {"onu_state": "los", "colour": "red"}, "tries": 1, "past": None, "access": {"error": "busy"}}

    assert Diagnosis.from_facts(facts) == Diagnosis(line=Line(onu_state="los"), unread={"access": "busy"})


@pytest.mark.parametrize(
    ("made_by", "wanted", "limits"),
    [
        ("huawei simulator", {}, Limits(olt_weak_dbm=-32.0)),
        (" ufiber_snmp", {}, Limits()),
        ("nobody knows", {"weak_dbm": -25}, Limits(weak_dbm=-25.0)),
        ("zte", {"olt_weak_dbm": -30.5, "drop_db": 2, "nonsense": 1}, Limits(olt_weak_dbm=-30.5, drop_db=2.0)),
        ("", {"weak_dbm": "fraco", "drop_db": True}, Limits()),
    ],
)
def test_limits_are_the_vendors_unless_the_provider_wants_others(
    made_by: str, wanted: dict[str, object], limits: Limits
) -> None:
    assert limits_of(made_by, wanted) == limits
