"""What every AccessControl promises, on a MikroTik over its API, for each of the three ways to block."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.errors import Misconfigured, Unreachable
from provisioning.driver import drivers
from provisioning.drivers.routeros import DRIVER, RouterOsAccess
from provisioning.ports import Outcome
from provisioning.routeros.api import Address
from provisioning.routeros.blocks import Block, ListBlock, ProfileBlock, SecretBlock
from tests.integration.routeros_server import PASSWORD, USER, RouterOsServer
from tests.unit.provisioning.fakes import FakeClock

WAYS: dict[str, Block] = {
    "address_list": ListBlock("bloqueados"),
    "profile": ProfileBlock("bloqueado"),
    "disable": SecretBlock(),
}
SECRETS, ACTIVE, ENTRIES = "/ppp/secret", "/ppp/active", "/ip/firewall/address-list"


class Router:
    """A router where ana.souza is online, with a queue; the driver over it, and what it said."""

    def __init__(self, server: RouterOsServer, way: str) -> None:
        self.server, self.tables, self.way = server, server.tables, way
        self.clock, self.lines = FakeClock(), list[str]()
        for profile in ("fibra-600", "bloqueado"):
            self.tables.add("/ppp/profile", name=profile)
        self.tables.add(
            SECRETS,
            name="ana.souza",
            profile="fibra-600",
            disabled="no",
            comment="Rua A 10",
            remote_address="100.64.0.10",
            last_logged_out="nov/26/2026 11:00:00",
            last_disconnect_reason="peer-request",
        )
        self.tables.add("/queue/simple", name="<pppoe-ana.souza>", max_limit="600M/600M", disabled="false")
        self.tables.dial("ana.souza")

    def access(self, port: int = 0) -> RouterOsAccess:
        address = Address("127.0.0.1", port or self.server.port, USER, PASSWORD, answer_seconds=2.0)
        return RouterOsAccess(address, WAYS[self.way], "bloqueados", log=self.lines.append, clock=self.clock)

    def set(self, blocked: bool, *, doubtful: bool = False) -> Outcome:
        return self.access().set_blocked("ana.souza", blocked, self.lines.append, doubtful=doubtful)

    def secret(self) -> dict[str, str]:
        return self.tables.find(SECRETS, name="ana.souza")[0]

    def come_late(self) -> None:
        """A session appears that authenticated before."""
        self.tables.rows[ACTIVE]["*FFFF"] = {".id": "*FFFF", "name": "ana.souza", "address": "100.64.0.10"}

    def block_by_hand(self) -> None:
        change = {"profile": {"profile": "bloqueado"}, "disable": {"disabled": "true"}}.get(self.way)
        if change:
            self.secret().update(change)
        else:
            self.tables.add(ENTRIES, list="bloqueados", address="100.64.0.10", comment="atraso", disabled="false")


@pytest.fixture(params=list(WAYS))
def router(request: pytest.FixtureRequest) -> Iterator[Router]:
    """The same router for each way."""
    with RouterOsServer() as server:
        yield Router(server, request.param)


def test_block_and_release_leave_the_router_as_it_was(router: Router) -> None:
    before = dict(router.secret())

    assert router.set(True).result == "verified"
    assert router.access().state("ana.souza").blocked
    outcome = router.set(False)

    assert (outcome.result, outcome.facts["queue"]["max_limit"]) == ("verified", "600M/600M")
    assert not router.access().state("ana.souza").blocked
    assert router.secret() == before
    assert router.tables.find(ENTRIES) == []


def test_second_press_changes_nothing_when_it_is_so_already(router: Router) -> None:
    router.set(True)
    before = len(router.server.commands)

    assert router.set(True).result == "already"

    assert not [name for name in router.server.commands[before:] if not name.endswith(("print", "login"))]


def test_release_is_refused_and_said_clearly_when_a_person_blocked_by_hand(router: Router) -> None:
    router.block_by_hand()

    outcome = router.set(False)

    assert (outcome.result, outcome.code) == ("refused", "blocked_by_hand")
    assert router.access().state("ana.souza").blocked
    assert any("à mão" in line for line in router.lines)


def test_sessions_from_before_are_ended_where_the_change_only_counts_from_the_next_one(router: Router) -> None:
    session = router.tables.find(ACTIVE)[0][".id"]

    outcome = router.set(True)

    left = [row[".id"] for row in router.tables.find(ACTIVE)]
    assert (session in left) == (router.way == "address_list")
    assert outcome.facts["online"] == (router.way != "disable")


def test_doubtful_try_reaches_the_session_when_the_secret_was_changed_before(router: Router) -> None:
    router.server.behaviour.hang_up_after = {"address_list": f"{ENTRIES}/add"}.get(router.way, f"{SECRETS}/set")
    with pytest.raises(Unreachable) as failure:
        router.set(True)
    assert failure.value.ambiguous
    router.server.behaviour.hang_up_after = ""

    assert router.set(True, doubtful=True).result == "verified"


def test_outcome_is_unknown_when_the_session_stays(router: Router) -> None:
    router.server.behaviour.ignore = {f"{ACTIVE}/remove"}

    outcome = router.set(True)

    expected = ("verified", "online") if router.way == "address_list" else ("unknown", "session_stays")
    assert (outcome.result, outcome.code) == expected
    assert router.clock.now <= 11


def test_change_fails_when_the_router_takes_the_command_and_does_not_do_it(router: Router) -> None:
    router.server.behaviour.ignore = {f"{ENTRIES}/add", f"{SECRETS}/set"}

    assert (router.set(True).result, router.set(True).code) == ("failed", "changed_by_another")


def test_absence_counts_as_done_when_the_entry_or_the_session_vanished(router: Router) -> None:
    router.set(True)
    router.server.behaviour.refuse = {f"{ACTIVE}/remove": "no such item", f"{ENTRIES}/remove": "no such item"}
    for row in router.tables.find(ENTRIES):
        row["disabled"] = "true"
    router.tables.rows[ACTIVE].clear()

    assert router.set(False, doubtful=True).result == "verified"


def test_login_is_refused_when_the_router_does_not_know_it(router: Router) -> None:
    outcome = router.access().set_blocked("ninguem", True, router.lines.append)

    assert (outcome.result, outcome.code) == ("refused", "unknown_login")


def test_nothing_was_changed_when_the_router_cannot_be_reached(router: Router) -> None:
    with pytest.raises(Unreachable) as failure:
        router.access(port=1).set_blocked("ana.souza", True, router.lines.append)

    assert not failure.value.ambiguous


def test_missing_permission_is_a_wrong_setting(router: Router) -> None:
    refusal = "failure: not enough permissions (9)"
    router.server.behaviour.refuse = {f"{SECRETS}/set": refusal, f"{ENTRIES}/add": refusal}

    with pytest.raises(Misconfigured):
        router.set(True)


def test_state_tells_sessions_and_how_the_last_one_ended_whatever_the_clock_of_the_router(router: Router) -> None:
    state = router.access().state("ana.souza")

    assert state.sessions[0].framed_ip == "100.64.0.10"
    assert state.last_end
    assert (round((state.read_at - state.last_end[0]).total_seconds()), state.last_end[1]) == (3600, "peer-request")


def test_everybody_whom_we_hold_back_is_listed_at_once(router: Router) -> None:
    for number in range(500):
        router.tables.add(SECRETS, name=f"cliente.{number}", profile="fibra-600", disabled="no")
    access = router.access()
    assert access.held_back() == frozenset()
    router.secret()["name"] = "Ana.Souza"
    access.set_blocked("Ana.Souza", True, router.lines.append)
    before = router.server.sent_rows

    assert access.held_back() == {"ana.souza"}

    assert router.server.sent_rows - before == 1
    access.set_blocked("Ana.Souza", False, router.lines.append)
    assert access.held_back() == frozenset()


def test_whom_a_person_holds_back_by_hand_is_not_listed_as_ours(router: Router) -> None:
    router.block_by_hand()

    assert router.access().state("ana.souza").blocked
    assert router.access().held_back() == frozenset()


def test_one_login_costs_a_few_rows_when_the_router_has_thousands(router: Router) -> None:
    for number in range(3000):
        router.tables.add(SECRETS, name=f"cliente.{number}", profile="fibra-600", disabled="no")

    router.access().state("ana.souza")

    assert router.server.sent_rows <= 4


def test_address_from_a_pool_is_never_put_on_a_list(router: Router) -> None:
    router.secret()["remote-address"] = "pool-clientes"

    outcome = router.set(True)

    assert (outcome.code == "address_from_pool") == (router.way == "address_list")
    assert router.tables.find(ENTRIES) == []


@pytest.mark.parametrize("way", ["profile", "disable"])
def test_redial_that_authenticated_before_the_change_is_ended_too(way: str) -> None:
    with RouterOsServer() as server:
        router = Router(server, way)
        server.behaviour.redial = False
        router.clock.at(0.5, router.come_late)
        router.clock.at(2.0, lambda: router.tables.dial("ana.souza"))

        assert router.set(True).result == "verified"

        assert "*FFFF" not in router.tables.rows[ACTIVE]
        assert len(router.tables.find(ACTIVE)) == (1 if way == "profile" else 0)


def test_profile_that_does_not_exist_is_a_wrong_setting() -> None:
    with RouterOsServer() as server:
        router = Router(server, "profile")
        server.tables.rows["/ppp/profile"].clear()
        with pytest.raises(Misconfigured) as failure:
            router.set(True)
    assert failure.value.code == "routeros_profile"


def test_driver_says_which_field_makes_no_sense() -> None:
    assert drivers()["routeros"] is DRIVER
    fields = {item.name: item.default for item in DRIVER.fields} | {"host": "127.0.0.1"}
    for name, value in (("block_by", "magia"), ("tls", "talvez"), ("port", "porta"), ("tls", "fingerprint")):
        with pytest.raises(Misconfigured):
            DRIVER.connect({**fields, name: value}, print)
    assert {item.name for item in DRIVER.fields if item.secret} == {"password"}
