"""The simulated OLTs and ACS through their drivers: what an operator can do to them, and what the demo breaks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.db import Database
from core.errors import Refused, Unreachable
from demo import DEMO_FILE, is_demo, seed_demo, seed_devices, seed_neighbours
from models.device import Device
from provisioning.cpe import WifiWish
from provisioning.drivers.simulator import SimulatorOlt
from provisioning.olt import OnuOrder
from stores import EmbeddedPostgres
from tests.contract.drivers.rig import wait_until
from tests.integration.simulated import Simulation, numbers

ORDER = OnuOrder("0/1/1", "HWTC0000F001", "3001 teste", 100, "residencial", "ponte")


@pytest.fixture
def simulation(postgres: EmbeddedPostgres) -> Iterator[Simulation]:
    """A fresh one over an empty database."""
    name = f"simulated_olts_{next(numbers)}"
    postgres.ensure_database(name)
    simulation = Simulation(postgres.url(name))
    yield simulation
    if simulation.process.poll() is None:
        simulation.stop()


def states(olt: SimulatorOlt) -> dict[str, str]:
    return {onu.serial: onu.state for onu in olt.sweep().onus}


def test_sweep_sees_a_street_without_power_and_a_cut_fibre_apart(simulation: Simulation) -> None:
    centre, south = simulation.olt("OLT-CENTRO"), simulation.olt("OLT-SUL")
    simulation.post("/control", {"power_off_area": "Norte", "cut_cto": "CTO-L-001"})

    assert {onu.state for onu in centre.sweep().onus if onu.pon == "0/1/1"} == {"dying_gasp"}
    east = [onu for onu in south.sweep().onus if onu.cause == "los"]
    assert len(east) == 10
    assert all(onu.changed_at for onu in east)

    simulation.post("/control", {"power_on_area": "Norte", "restore_cto": "CTO-L-001"})
    assert {onu.state for onu in centre.sweep().onus if onu.pon == "0/1/1"} == {"online"}


def test_only_the_named_olt_is_silent(simulation: Simulation) -> None:
    simulation.post("/control", {"olts": {"answer": "silent", "only": "OLT-SUL"}})

    with pytest.raises(Unreachable):
        SimulatorOlt(simulation.url, "OLT-SUL", timeout=(1.0, 0.3)).sweep()
    assert states(simulation.olt("OLT-CENTRO"))


def test_onu_is_added_from_the_autofind_list_once_and_comes_back_to_it_when_removed(simulation: Simulation) -> None:
    olt = simulation.olt("OLT-CENTRO")
    before = olt.load("0/1/1").used
    assert [onu.serial for onu in olt.found()] == ["HWTC0000F001"]

    olt.add(ORDER)

    assert olt.found() == ()
    config = olt.config("0/1/1", "HWTC0000F001")
    assert config
    assert (config.description, config.vlan, config.line_profile) == ("3001 teste", 100, "residencial")
    assert olt.load("0/1/1").used == before + 1
    assert olt.read("0/1/1", "HWTC0000F001").onu_state == "online"
    with pytest.raises(Refused, match="exists"):
        olt.add(ORDER)
    olt.remove("0/1/1", "HWTC0000F001")
    olt.remove("0/1/1", "HWTC0000F001")
    assert olt.config("0/1/1", "HWTC0000F001") is None
    assert [onu.serial for onu in olt.found()] == ["HWTC0000F001"]


def test_full_pon_takes_no_more_and_an_unknown_onu_is_not_added(simulation: Simulation) -> None:
    south = simulation.olt("OLT-SUL")
    with pytest.raises(Refused, match="pon_full"):
        south.add(OnuOrder("1/2/2", "ZTEG0000F002", "cheia", 100))
    with pytest.raises(Refused, match="not_found"):
        simulation.olt("OLT-CENTRO").add(OnuOrder("0/1/1", "HWTC0000FFFF", "ninguém", 100))
    with pytest.raises(Refused, match="unknown_pon"):
        south.load("9/9/9")

    simulation.post("/control", {"plug_onu": {"onu": "HWTC0000F009", "olt": "OLT-CENTRO", "pon": "0/1/0"}})
    simulation.post("/control", {"fill_pon": {"olt": "OLT-CENTRO", "pon": "0/1/0"}})
    with pytest.raises(Refused, match="pon_full"):
        simulation.olt("OLT-CENTRO").add(OnuOrder("0/1/0", "HWTC0000F009", "cheia", 100))


def test_restart_ends_the_session_and_deactivation_holds_until_it_is_taken_back(simulation: Simulation) -> None:
    olt = simulation.olt("OLT-CENTRO")
    before = olt.read("0/1/0", "HWTC00000001").since

    olt.reboot("0/1/0", "HWTC00000001")

    after = olt.read("0/1/0", "HWTC00000001").since
    assert before
    assert after
    assert after > before
    wait_until(lambda: bool(simulation.subscriber("ana.souza")["passes"]))
    olt.set_active("0/1/0", "HWTC00000001", False)
    simulation.post("/control", {"power_on_cto": "CTO-C-001"})
    assert olt.read("0/1/0", "HWTC00000001").onu_state == "offline"
    olt.set_active("0/1/0", "HWTC00000001", True)
    assert olt.read("0/1/0", "HWTC00000001").onu_state == "online"


def test_router_takes_a_new_name_while_its_line_carries(simulation: Simulation) -> None:
    acs = simulation.acs()
    device = acs.find("ana.souza", "")
    assert acs.find("", "HWTC00000001") == device

    outcome = acs.set_wifi(device, WifiWish(ssid="Casa da Ana", password="outra-senha", channel=11))

    assert (outcome.result, outcome.facts["ssid"]) == ("verified", "Casa da Ana")
    assert acs.state(device).wifi[0].channel == 11
    assert acs.reboot(device).result == "verified"
    assert acs.set_wifi("davi.rocha", WifiWish(ssid="Casa")).code == "device_offline"
    with pytest.raises(Refused, match="unknown_cpe"):
        acs.find("ninguem", "")


def test_neighbours_fill_the_demo_once(db: Database) -> None:
    assert not is_demo(db)
    seed_demo(db, DEMO_FILE, "uma-senha-de-teste")

    assert is_demo(db)
    assert (seed_neighbours(db), seed_neighbours(db)) == (42, 0)


def test_demo_of_an_older_version_gets_its_equipment_once(db: Database) -> None:
    seed_demo(db, DEMO_FILE, "uma-senha-de-teste")
    with db.transaction() as session:
        session.query(Device).filter(Device.name != "OLT-SUL").delete()

    assert (seed_devices(db), seed_devices(db)) == (2, 0)
