"""DIAGNOSE gathers what can be read, and names what cannot."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from core.errors import Refused, Unreachable
from provisioning.action import BLOCK_SIGNAL, DIAGNOSE, RELEASE_SIGNAL, Equipment, Order
from provisioning.actions import ACTIONS
from provisioning.actions.diagnose import Diagnose
from provisioning.cpe import Cpe, CpeState, Host, Wifi
from provisioning.olt import Olt
from provisioning.ports import AccessControl, LineReading, Outcome, Target
from tests.unit.provisioning.fakes import NOW, FakeAccess, FakeOlt

TARGET = Target("1002", "bruno.lima", "OLT-CENTRO", "0/1/0", "CTO-C-002", "HWTC00000002")
READING = LineReading("online", -20.1, NOW, NOW)


@contextmanager
def _no_cpe() -> Iterator[Cpe]:
    raise Refused("no_driver")
    yield


def _equipment(access: AccessControl | None, olt: FakeOlt | Exception | None = None) -> Equipment:
    @contextmanager
    def opened(name: str) -> Iterator[Olt]:
        if isinstance(olt, FakeOlt):
            yield cast(Olt, olt)
        else:
            raise olt or Refused("no_driver")

    return Equipment(access, opened, _no_cpe)


def _diagnose(access: AccessControl | None, olt: FakeOlt | None, *, target: Target = TARGET) -> Outcome:
    return ACTIONS[DIAGNOSE].apply(Order(target), _equipment(access, olt), lambda line: None)


def test_diagnose_gathers_access_and_line_with_their_times_when_both_answer() -> None:
    outcome = _diagnose(FakeAccess(blocked=True), FakeOlt(READING))

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
    outcome = _diagnose(FakeAccess(), FakeOlt(Unreachable("no_answer")))

    assert (outcome.result, outcome.code) == ("verified", "partial")
    assert outcome.facts["line"]["error"] == "no_answer"
    assert "tried_at" in outcome.facts["line"]


def test_diagnose_is_partial_when_there_is_no_driver_or_no_onu() -> None:
    assert _diagnose(None, FakeOlt(READING)).facts["access"]["error"] == "no_driver"
    assert _diagnose(FakeAccess(), None).facts["line"]["error"] == "no_driver"
    assert _diagnose(FakeAccess(), FakeOlt(READING), target=Target("1", "x")).facts["line"]["error"] == "no_onu"


def test_diagnose_does_not_wait_for_a_device_that_somebody_else_uses() -> None:
    equipment = _equipment(FakeAccess(), Unreachable("busy", "OLT-CENTRO"))

    outcome = ACTIONS[DIAGNOSE].apply(Order(TARGET), equipment, lambda line: None)

    assert outcome.facts["line"]["error"] == "busy"


def test_diagnose_fails_with_both_reasons_when_nothing_could_be_read() -> None:
    outcome = _diagnose(None, FakeOlt(Unreachable("no_answer")))

    assert (outcome.result, outcome.code) == ("failed", "nothing_read")
    assert {part["error"] for part in outcome.facts.values()} == {"no_driver", "no_answer"}


class FakeAcs:
    """An ACS that knows one router."""

    def find(self, login: str, serial: str) -> str:
        """Its name."""
        return f"{login}/{serial}"

    def state(self, device: str) -> CpeState:
        """Its state."""
        hosts = (Host("tv", "aa:bb:cc:xx:xx:xx", "192.168.0.2", True), Host("old", "", "192.168.0.3", False))
        return CpeState(device, "R1", "1.0", NOW, 900, (Wifi("1", "Casa", "2.4", 6),), hosts, NOW)


@contextmanager
def _acs() -> Iterator[Cpe]:
    yield cast(Cpe, FakeAcs())


def test_router_is_read_where_there_is_an_acs_and_says_nothing_secret() -> None:
    equipment = Equipment(FakeAccess(), _equipment(None, FakeOlt(READING)).olt, _acs)

    facts = ACTIONS[DIAGNOSE].apply(Order(TARGET), equipment, lambda line: None).facts

    assert facts["cpe"]["wifi"] == [{"ssid": "Casa", "band": "2.4", "channel": 6, "enabled": True}]
    assert facts["cpe"]["connected"] == 1
    assert "password" not in json.dumps(facts)


def test_late_reading_is_named_and_the_others_stand() -> None:
    released = threading.Event()

    def slow(pon: str, serial: str) -> LineReading:
        released.wait(30)
        return READING

    action = Diagnose(limits={"access": 30.0, "line": 0.05, "cpe": 30.0})
    outcome = action.apply(Order(TARGET), _equipment(FakeAccess(), FakeOlt(slow)), lambda line: None)
    released.set()

    assert outcome.code == "partial"
    assert outcome.facts["line"]["error"] == "not_in_time"
    assert "read_at" in outcome.facts["access"]


def test_restart_from_here_is_offered_only_by_an_olt_that_can_do_it() -> None:
    able = FakeOlt(READING)
    able.can = frozenset({"read", "reboot"})

    assert _diagnose(FakeAccess(), able).facts["line"]["can_reboot"] is True
    assert "can_reboot" not in _diagnose(FakeAccess(), FakeOlt(READING)).facts["line"]


def test_plan_shows_the_difference_and_changes_nothing() -> None:
    access = FakeAccess(blocked=True)
    equipment = _equipment(access)

    assert ACTIONS[RELEASE_SIGNAL].plan(Order(TARGET), equipment).diff == {"blocked": [True, False]}
    assert ACTIONS[BLOCK_SIGNAL].plan(Order(TARGET), equipment).diff == {}
    assert access.calls == []


def test_plan_refuses_a_login_that_radius_does_not_know() -> None:
    outcome = ACTIONS[RELEASE_SIGNAL].plan(Order(TARGET), _equipment(FakeAccess(known=False))).outcome

    assert outcome
    assert (outcome.result, outcome.code) == ("refused", "unknown_login")


def test_verify_takes_a_success_back_when_the_state_no_longer_reads_as_wanted() -> None:
    equipment = _equipment(FakeAccess(blocked=True))

    outcome = ACTIONS[RELEASE_SIGNAL].verify(Order(TARGET), equipment, Outcome("verified", "settled"))

    assert (outcome.result, outcome.code) == ("failed", "changed_by_another")


def test_verify_leaves_unknown_as_it_is() -> None:
    equipment = _equipment(FakeAccess(blocked=False))

    assert (
        ACTIONS[RELEASE_SIGNAL].verify(Order(TARGET), equipment, Outcome("unknown", "nas_silent")).result == "unknown"
    )


def test_target_survives_being_stored() -> None:
    assert Target.from_json(json.loads(json.dumps(TARGET.as_json()))) == TARGET
    assert Target.from_json({"contract_ref": "1", "extra": 2}) == Target("1", "")
