"""The actions on a customer's router: planned, applied, and told as what was read back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import cast

import pytest

from core.errors import Refused, Unreachable
from provisioning.action import REBOOT_CPE, SET_WIFI, Equipment, Order
from provisioning.actions import ACTIONS
from provisioning.cpe import Cpe, CpeState, Wifi, WifiWish
from provisioning.ports import Outcome, Target
from tests.unit.provisioning.fakes import NOW

STATE = CpeState(
    device="D-1",
    model="M",
    firmware="1",
    informed_at=NOW,
    uptime_seconds=9000,
    wifi=(Wifi("w1", "Casa da Ana", "2.4", 6), Wifi("w2", "Casa da Ana", "5", 44)),
    hosts=(),
    read_at=NOW,
)
TARGET = Target("C-1", "ana.souza", onu="HWTC00000001")


class FakeCpe:
    """An ACS with one router; `outcome` is what it answers, and `obeys` whether that is also so."""

    def __init__(self) -> None:
        self.now = STATE
        self.outcome: Outcome | Exception = Outcome("verified", "read_back", {"device": "D-1"})
        self.obeys = True
        self.known = True
        self.done: list[str] = []
        self.open = 0

    def find(self, login: str, serial: str) -> str:
        """By the login of the tests."""
        if not self.known:
            raise Refused("unknown_cpe", login)
        return "D-1"

    def state(self, device: str) -> CpeState:
        """As it is now."""
        return self.now

    def set_wifi(self, device: str, wish: WifiWish) -> Outcome:
        """The outcome; changes the networks if it obeys."""
        self.done.append(f"wifi {wish.ssid} {wish.password}")
        if self.obeys and isinstance(self.outcome, Outcome) and self.outcome.result == "verified":
            self.now = replace(self.now, wifi=tuple(replace(wifi, ssid=wish.ssid or wifi.ssid) for wifi in STATE.wifi))
        return self._answer()

    def reboot(self, device: str) -> Outcome:
        """The outcome."""
        self.done.append("reboot")
        return self._answer()

    def close(self) -> None:
        """Nothing is open."""

    def _answer(self) -> Outcome:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


class Bench:
    """Actions over the fake."""

    def __init__(self) -> None:
        self.cpe = FakeCpe()
        self.lines: list[str] = []

        @contextmanager
        def opened() -> Iterator[Cpe]:
            self.cpe.open += 1
            yield cast(Cpe, self.cpe)
            self.cpe.open -= 1

        self.equipment = Equipment(None, lambda name: (_ for _ in ()).throw(Refused("no_driver")), opened)

    def run(self, name: str, order: Order) -> Outcome:
        action = ACTIONS[name]
        plan = action.plan(order, self.equipment)
        return plan.outcome or action.verify(
            order, self.equipment, action.apply(order, self.equipment, self.lines.append)
        )


@pytest.fixture
def bench() -> Bench:
    """A router that answers."""
    return Bench()


def an_order(*, password: str = "", doubtful: bool = False, **arguments: object) -> Order:
    return Order(TARGET, arguments, {"wifi_password": password} if password else {}, doubtful)


def test_plan_shows_name_and_channel_by_band_and_hides_the_password(bench: Bench) -> None:
    plan = ACTIONS[SET_WIFI].plan(an_order(password="senha-nova-1", ssid="Nova", channel=11), bench.equipment)

    assert plan.diff == {
        "ssid 1 (2.4 GHz)": ["Casa da Ana", "Nova"],
        "canal 1 (2.4 GHz)": [6, 11],
        "ssid 2 (5 GHz)": ["Casa da Ana", "Nova"],
        "senha": ["••••", "••••"],
    }
    assert bench.cpe.done == []


def test_wifi_is_verified_when_the_router_shows_it(bench: Bench) -> None:
    outcome = bench.run(SET_WIFI, an_order(ssid="Nova", password="senha-nova-1"))

    assert (outcome.result, outcome.facts["wifi"][0]["ssid"]) == ("verified", "Nova")
    assert "senha-nova-1" not in str(outcome) + str(bench.lines)
    assert bench.cpe.open == 0


def test_second_click_changes_nothing_when_the_name_is_so_already(bench: Bench) -> None:
    results = [bench.run(SET_WIFI, an_order(ssid="Nova")).result for _ in range(2)]

    assert results == ["verified", "already"]
    assert len(bench.cpe.done) == 1


def test_wifi_fails_when_the_router_shows_something_else_afterwards(bench: Bench) -> None:
    bench.cpe.obeys = False

    outcome = bench.run(SET_WIFI, an_order(ssid="Nova"))

    assert (outcome.result, outcome.code) == ("failed", "changed_by_another")


@pytest.mark.parametrize("name", [SET_WIFI, REBOOT_CPE])
@pytest.mark.parametrize(
    "answer",
    [
        Outcome("refused", "device_offline"),
        Outcome("pending", "task_queued"),
        Outcome("failed", "cwmp_fault"),
        Outcome("unknown", "not_read_back"),
    ],
)
def test_outcome_is_passed_on_as_it_is_when_the_router_did_not_do_it(bench: Bench, name: str, answer: Outcome) -> None:
    bench.cpe.outcome = answer

    assert bench.run(name, an_order(ssid="Nova")) == answer


def test_wish_that_no_router_takes_is_refused_before_the_router_is_asked(bench: Bench) -> None:
    outcome = bench.run(SET_WIFI, an_order(password="curta"))

    assert (outcome.result, outcome.code) == ("refused", "wifi_password")
    assert "8 a 63" in outcome.facts["why"]


@pytest.mark.parametrize("name", [SET_WIFI, REBOOT_CPE])
def test_router_that_the_acs_does_not_know_is_refused(bench: Bench, name: str) -> None:
    bench.cpe.known = False

    assert bench.run(name, an_order(ssid="Nova")).code == "unknown_cpe"


def test_failure_is_raised_when_the_acs_is_silent_in_the_middle(bench: Bench) -> None:
    bench.cpe.outcome = Unreachable("no_answer", ambiguous=True)

    with pytest.raises(Unreachable):
        bench.run(SET_WIFI, an_order(ssid="Nova"))


def test_reboot_in_doubt_is_not_repeated_when_the_router_has_just_started(bench: Bench) -> None:
    bench.cpe.now = replace(STATE, uptime_seconds=60)
    started = bench.run(REBOOT_CPE, an_order(doubtful=True))
    bench.cpe.now = replace(STATE, uptime_seconds=None)
    silent = bench.run(REBOOT_CPE, an_order(doubtful=True))

    assert (started.result, silent.result) == ("verified", "unknown")
    assert bench.cpe.done == []


def test_reboot_has_a_time_to_cool_down() -> None:
    cooldowns = {name: getattr(ACTIONS[name], "cooldown_seconds", 0) for name in (SET_WIFI, REBOOT_CPE)}

    assert cooldowns == {SET_WIFI: 0, REBOOT_CPE: 600}
