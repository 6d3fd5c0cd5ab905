"""DIAGNOSE gathers what can be read, and names what cannot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import Unreachable
from provisioning.actions import ACTIONS, BLOCK_SIGNAL, DIAGNOSE, RELEASE_SIGNAL, Equipment
from provisioning.ports import AccessControl, LineReader, LineReading, Outcome, Target
from tests.unit.provisioning.fakes import NOW, FakeAccess, FakeLines

TARGET = Target("1002", "bruno.lima", "OLT-CENTRO", "0/1/0", "CTO-C-002", "HWTC00000002")
READING = LineReading("online", -20.1, NOW, NOW)


@contextmanager
def _free(name: str) -> Iterator[None]:
    yield


@contextmanager
def _busy(name: str) -> Iterator[None]:
    raise Unreachable("busy", name)
    yield


def _diagnose(access: AccessControl | None, lines: LineReader | None, *, target: Target = TARGET) -> Outcome:
    return ACTIONS[DIAGNOSE].apply(target, Equipment(access, lines, _free), lambda line: None, doubtful=False)


def test_diagnose_gathers_access_and_line_with_their_times_when_both_answer() -> None:
    outcome = _diagnose(FakeAccess(blocked=True), FakeLines(READING))

    assert (outcome.result, outcome.code) == ("verified", "read")
    facts = json.loads(json.dumps(outcome.facts))
    assert facts["access"]["blocked"] is True
    assert facts["line"] == {
        "onu_state": "online",
        "rx_dbm": -20.1,
        "since": NOW.isoformat(),
        "read_at": NOW.isoformat(),
    }


def test_diagnose_names_the_source_that_failed_when_the_other_answers() -> None:
    outcome = _diagnose(FakeAccess(), FakeLines(Unreachable("no_answer")))

    assert (outcome.result, outcome.code) == ("verified", "partial")
    assert outcome.facts["line"]["error"] == "no_answer"
    assert "tried_at" in outcome.facts["line"]


def test_diagnose_is_partial_when_there_is_no_driver_or_no_onu() -> None:
    assert _diagnose(None, FakeLines(READING)).facts["access"]["error"] == "no_driver"
    assert _diagnose(FakeAccess(), None).facts["line"]["error"] == "no_driver"
    assert _diagnose(FakeAccess(), FakeLines(READING), target=Target("1", "x")).facts["line"]["error"] == "no_onu"


def test_diagnose_does_not_wait_for_a_device_that_somebody_else_uses() -> None:
    equipment = Equipment(FakeAccess(), FakeLines(READING), _busy)

    outcome = ACTIONS[DIAGNOSE].apply(TARGET, equipment, lambda line: None, doubtful=False)

    assert outcome.facts["line"]["error"] == "busy"


def test_diagnose_fails_with_both_reasons_when_nothing_could_be_read() -> None:
    outcome = _diagnose(None, FakeLines(Unreachable("no_answer")))

    assert (outcome.result, outcome.code) == ("failed", "nothing_read")
    assert {part["error"] for part in outcome.facts.values()} == {"no_driver", "no_answer"}


def test_plan_shows_the_difference_and_changes_nothing() -> None:
    access = FakeAccess(blocked=True)
    equipment = Equipment(access, None, _free)

    assert ACTIONS[RELEASE_SIGNAL].plan(TARGET, equipment).diff == {"blocked": [True, False]}
    assert ACTIONS[BLOCK_SIGNAL].plan(TARGET, equipment).diff == {}
    assert access.calls == []


def test_plan_refuses_a_login_that_radius_does_not_know() -> None:
    outcome = ACTIONS[RELEASE_SIGNAL].plan(TARGET, Equipment(FakeAccess(known=False), None, _free)).outcome

    assert outcome
    assert (outcome.result, outcome.code) == ("refused", "unknown_login")


def test_verify_takes_a_success_back_when_the_state_no_longer_reads_as_wanted() -> None:
    equipment = Equipment(FakeAccess(blocked=True), None, _free)

    outcome = ACTIONS[RELEASE_SIGNAL].verify(TARGET, equipment, Outcome("verified", "settled"))

    assert (outcome.result, outcome.code) == ("failed", "changed_by_another")


def test_verify_leaves_unknown_as_it_is() -> None:
    equipment = Equipment(FakeAccess(blocked=False), None, _free)

    assert ACTIONS[RELEASE_SIGNAL].verify(TARGET, equipment, Outcome("unknown", "nas_silent")).result == "unknown"


def test_target_survives_being_stored() -> None:
    assert Target.from_json(json.loads(json.dumps(TARGET.as_json()))) == TARGET
    assert Target.from_json({"contract_ref": "1", "extra": 2}) == Target("1", "")
