"""The simulated network as a process: what the demo sees, breaks and mends, and what survives a restart."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from core.errors import Misconfigured, Refused, Unreachable
from provisioning.drivers.radius import make as make_access
from provisioning.simulated_network import prepare_radius
from stores import EmbeddedPostgres
from tests.contract.drivers.rig import SECRET, wait_until
from tests.integration.simulated import Simulation, numbers

ROOT = Path(__file__).parents[2]


@pytest.fixture
def simulation(postgres: EmbeddedPostgres) -> Iterator[Simulation]:
    """A fresh one over an empty database."""
    name = f"simulated_{next(numbers)}"
    postgres.ensure_database(name)
    simulation = Simulation(postgres.url(name))
    yield simulation
    if simulation.process.poll() is None:
        simulation.stop()


def test_simulation_starts_with_the_demo_provider(simulation: Simulation) -> None:
    everybody = {line["pppoe_login"]: line["passes"] for line in simulation.get("/subscribers")}
    passes = {login: ok for login, ok in everybody.items() if not login.startswith("vizinho.")}

    assert len(everybody) == len(passes) + 42
    assert [login for login, ok in sorted(passes.items()) if not ok] == [
        "bruno.lima",
        "carla.dias",
        "davi.rocha",
        "gisele.ramos",
    ]
    assert len(passes) == 9
    assert simulation.subscriber("davi.rocha")["sessions"] == []


def test_lines_read_state_power_and_time_of_each_onu(simulation: Simulation) -> None:
    lines = simulation.lines()

    elisa = lines.read("1/2/1", "ZTEG00000005")
    davi = lines.read("1/2/1", "ZTEG00000004")
    gisele = lines.read("0/1/0", "HWTC00000008")

    assert (elisa.onu_state, elisa.rx_dbm) == ("online", -28.9)
    assert (davi.onu_state, davi.rx_dbm) == ("los", None)
    assert gisele.onu_state == "dying_gasp"
    assert davi.since
    assert davi.since < davi.read_at
    with pytest.raises(Refused, match="unknown_onu"):
        lines.read("1/2/1", "../control")


def test_lines_say_unreachable_when_the_olt_is_silent_and_wait_when_it_is_late(simulation: Simulation) -> None:
    simulation.post("/control", {"olts": "silent"})
    with pytest.raises(Unreachable):
        simulation.lines(0.3).read("1/2/1", "ZTEG00000005")

    simulation.post("/control", {"olts": {"answer": "late", "late_seconds": 0.2}})
    assert simulation.lines().read("1/2/1", "ZTEG00000005").onu_state == "online"


def test_release_reaches_the_subscriber_when_done_by_the_real_driver(simulation: Simulation) -> None:
    access = make_access(simulation.database_url, secret=SECRET, coa_port=simulation.coa_port)

    outcome = access.set_blocked("bruno.lima", False, lambda line: None)

    assert (outcome.result, outcome.code) == ("verified", "online")
    assert simulation.subscriber("bruno.lima")["passes"] is True


def test_release_waits_for_a_late_nas(simulation: Simulation) -> None:
    simulation.post("/control", {"nas": {"answer": "late", "late_seconds": 0.5}})
    access = make_access(simulation.database_url, secret=SECRET, coa_port=simulation.coa_port)

    assert access.set_blocked("bruno.lima", False, lambda line: None).result == "verified"


def test_release_is_unknown_when_the_nas_is_silent(simulation: Simulation) -> None:
    simulation.post("/control", {"nas": "silent"})
    access = make_access(simulation.database_url, secret=SECRET, coa_port=simulation.coa_port, settle_seconds=1)

    assert access.set_blocked("bruno.lima", False, lambda line: None).result == "unknown"


def test_cut_pon_takes_its_lines_down_and_leaves_the_others_and_restore_brings_them_back(
    simulation: Simulation,
) -> None:
    pon = {"olt": "OLT-CENTRO", "pon": "0/1/0"}
    simulation.post("/control", {"cut_pon": pon})

    states = {line["pppoe_login"]: line["state"] for line in simulation.get("/subscribers")}
    assert {states[login] for login in ("ana.souza", "bruno.lima", "padaria.sol")} == {"los"}
    assert (states["gisele.ramos"], states["carla.dias"]) == ("dying_gasp", "online")
    assert simulation.subscriber("ana.souza")["sessions"] == []

    simulation.post("/control", {"restore_pon": pon})
    wait_until(lambda: bool(simulation.subscriber("ana.souza")["passes"]))
    assert simulation.subscriber("ana.souza")["rx_dbm"] == -19.4


def test_power_off_cto_is_a_dying_gasp(simulation: Simulation) -> None:
    simulation.post("/control", {"power_off_cto": "CTO-O-001"})
    assert simulation.lines().read("1/2/2", "ZTEG00000006").onu_state == "dying_gasp"

    simulation.post("/control", {"power_on_cto": "CTO-O-001"})
    wait_until(lambda: bool(simulation.subscriber("fabio.casa")["passes"]))


def test_changed_onu_survives_a_kill_and_its_session_comes_back(simulation: Simulation) -> None:
    simulation.post("/onu/HWTC00000001", {"state": "los"})
    simulation.post("/onu/ZTEG00000004", {"state": "online", "rx_dbm": -25.5})
    simulation.stop(signal.SIGKILL)
    simulation.start()

    assert simulation.get("/onu/HWTC00000001")["state"] == "los"
    assert simulation.get("/onu/ZTEG00000004")["rx_dbm"] == -25.5
    wait_until(lambda: bool(simulation.subscriber("davi.rocha")["passes"]))


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/control", {"lever": 1}, 400),
        ("/control", {"nas": "asleep"}, 400),
        ("/control", [1], 400),
        ("/onu/HWTC00000001", {"state": "melted"}, 400),
        ("/onu/nobody", {"state": "los"}, 404),
        ("/elsewhere", {}, 404),
    ],
)
def test_wrong_orders_are_refused_with_a_reason(simulation: Simulation, path: str, body: Any, status: int) -> None:
    answer = simulation.post(path, body)

    assert answer.status_code == status
    assert answer.json()["error"]


def test_simulation_ends_cleanly_and_names_what_it_needs(simulation: Simulation) -> None:
    assert simulation.stop() == 0
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("RADIUS_", "LINE_"))}

    refused = subprocess.run(
        [sys.executable, "-m", "provisioning.simulated_network"],
        cwd=ROOT,
        env=bare,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )

    assert refused.returncode == 2
    assert "RADIUS_DATABASE_URL" in refused.stderr


def test_prepare_radius_seeds_once_and_leaves_a_foreign_database_alone(postgres: EmbeddedPostgres) -> None:
    postgres.ensure_database("foreign_radius")
    postgres.ensure_database("seeded_radius")
    seeded, foreign = postgres.url("seeded_radius"), postgres.url("foreign_radius")
    assert prepare_radius(seeded)
    assert not prepare_radius(seeded)

    with psycopg.connect(foreign) as connection:
        connection.execute("CREATE TABLE radusergroup (username text, groupname text, priority int)")
        connection.execute("INSERT INTO radusergroup VALUES ('alguem', 'plano', 1)")
    with pytest.raises(Misconfigured, match="foreign_radius_database"):
        prepare_radius(foreign)
    with psycopg.connect(foreign) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert tables == (1,)
