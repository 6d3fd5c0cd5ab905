"""OLTs over SNMP: what each recording of a real OLT holds, what an outage looks like, and what silence means."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import Misconfigured, Refused, Unreachable
from core.onu_serial import onu_serial
from provisioning.drivers.snmp_olt import DRIVER, SnmpOlt
from provisioning.snmp.huawei import XPON, port_index
from tests.integration.snmpsim import RESPONDER, free_udp_port, snmpsim
from tests.vectors import DATA

NETWORK = DATA / "network"
SCENARIOS = ("baseline_few_isolated", "chronic_offline", "pon_cut")
MAKERS = ("huawei", "vsol", "ufiber")
OTHERS = (
    "datacom-dmos_dm4610-hw2",
    "datacom-dmos_dm4618",
    "fiberhome",
    "fiberhome_an5516-01",
    "nokia-isam",
    "routeros_rb2011il",
    "zxa10_c320",
)
HALF_READ = f"""1.3.6.1.2.1.1.1.0|4|Huawei Integrated Access Software
{XPON}.21.1.16.4194312192|2|2
{XPON}.21.1.16.4194312448|2|2
{XPON}.21.1.16.4194312704|2|1
{XPON}.43.1.3.4194312192.0|4x|4857544300000001
{XPON}.43.1.3.4194312192.1|4x|4857544300000002
{XPON}.46.1.1.4194312192.0|2|1
{XPON}.46.1.1.4194312192.1|2:error|op=set,status=notwritable,value=1
{XPON}.46.1.15.4194312192.0|2|-1
{XPON}.46.1.15.4194312192.1|2|2
{XPON}.46.1.23.4194312192.1|4x|07ea0b1415180000
{XPON}.46.1.24.4194312192.1|2|1
{XPON}.46.1.25.4194312192.1|4x|07ea0b1415180200
"""
UFIBER = "1.3.6.1.4.1.41112.1.5.6.2.1"
UFIBER_INDEX = "12." + ".".join(str(ord(letter)) for letter in "UBNT00C0FFEE")
UFIBER_OFF = "12." + ".".join(str(ord(letter)) for letter in "UBNT00C0FFFF")
UFIBER_TABLE = f"""1.3.6.1.2.1.1.1.0|4|UFiber OLT
{UFIBER}.3.{UFIBER_INDEX}|2|1
{UFIBER}.3.{UFIBER_OFF}|2|2
{UFIBER}.5.{UFIBER_INDEX}|2|4
{UFIBER}.5.{UFIBER_OFF}|2|4
{UFIBER}.8.{UFIBER_INDEX}|2|215
{UFIBER}.9.{UFIBER_INDEX}|2|-2041
{UFIBER}.9.{UFIBER_OFF}|2|-4000
"""


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    if not RESPONDER.exists():
        pytest.skip("snmpsim is not installed")
    if not (NETWORK / "snmp").is_dir():
        pytest.skip("shared data not present: network/snmp")
    recordings = [*(NETWORK / "snmp").glob("*.snmp*"), *(NETWORK / "olt_scenarios").glob("*.snmprec")]
    written = {"half-read": HALF_READ, "ufiber": UFIBER_TABLE}
    with snmpsim(tmp_path_factory.mktemp("snmpsim"), recordings, written) as address:
        yield address


def olt(agent: tuple[str, int], community: str, maker: str = "huawei", **fields: str) -> SnmpOlt:
    chosen = {"host": agent[0], "port": str(agent[1]), "community": community, "maker": maker, "timeout": "5"}
    connected: SnmpOlt = DRIVER.connect({**chosen, **fields}, lambda line: None)
    return connected


def expected(scenario: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((NETWORK / "olt_scenarios" / f"{scenario}.expected.json").read_text())
    return found


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_sweep_counts_what_the_scenario_holds(agent: tuple[str, int], scenario: str) -> None:
    sweep, told = olt(agent, scenario).sweep(), expected(scenario)
    states = Counter(onu.state for onu in sweep.onus)
    assert len(sweep.onus) == told["onts"]
    assert states["unknown"] == told["unknown"]
    assert len(sweep.onus) - states["online"] - states["unknown"] == told["offline"]
    assert sweep.unread == ()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_sweep_names_every_onu_of_the_topology_by_pon_number_and_serial(agent: tuple[str, int], scenario: str) -> None:
    with (NETWORK / "olt_scenarios" / f"{scenario}.topology.csv").open(encoding="utf-8") as table:
        rows = {(row["port"], int(row["ont_id"]), onu_serial(row["sn"])) for row in csv.DictReader(table)}
    assert {(onu.pon, onu.number, onu.serial) for onu in olt(agent, scenario).sweep().onus} == rows


def test_sweep_shows_a_cut_fibre_with_the_moment_of_the_cut(agent: tuple[str, int]) -> None:
    down = [onu for onu in olt(agent, "pon_cut").sweep().onus if onu.pon == "0/1/2"]
    assert {onu.state for onu in down} == {"los"}
    moments = [onu.changed_at for onu in down if onu.changed_at]
    assert len(moments) == len(down) == 28
    assert {moment.strftime("%Y-%m-%d %H:%M %z") for moment in moments} == {"2026-11-20 21:24 -0300"}


def test_sweep_reads_no_optics_and_online_onus_carry_no_cause(agent: tuple[str, int]) -> None:
    lines: list[str] = []
    connected = DRIVER.connect(
        {"host": agent[0], "port": str(agent[1]), "community": "pon_cut", "maker": "huawei"}, lines.append
    )
    online = [onu for onu in connected.sweep().onus if onu.state == "online"]
    assert {onu.cause for onu in online} == {""}
    assert f"{XPON}.51." not in "\n".join(lines)


def test_recording_with_control_reads_power_loss_and_both_powers(agent: tuple[str, int]) -> None:
    connected = olt(agent, "huawei-gpon_with_control")
    assert [onu.state for onu in connected.sweep().onus] == ["online", "dying_gasp", "online"]
    reading = connected.read("0/1/0", "ANON-00000001")
    assert (reading.rx_dbm, reading.olt_rx_dbm, reading.tx_dbm) == (-14.14, -19.36, 2.13)
    assert connected.read("0/1/0", "ANON00000003").olt_rx_dbm == -18.57


def test_walk_without_run_states_names_its_onus_and_calls_none_offline(agent: tuple[str, int]) -> None:
    connected = olt(agent, "huawei-gpon")
    assert [(onu.serial, onu.state) for onu in connected.sweep().onus] == [
        (f"ANON0000000{place}", "unknown") for place in (1, 2, 3)
    ]
    reading = connected.read("0/1/0", "ANON00000002")
    assert (reading.onu_state, reading.rx_dbm, reading.olt_rx_dbm) == ("unknown", -15.65, -19.71)


def test_pon_with_onus_that_shows_none_counts_as_unread(agent: tuple[str, int]) -> None:
    sweep = olt(agent, "smartax").sweep()
    assert sweep.onus == ()
    assert sweep.unread == ("0/0/15",)
    assert olt(agent, "smartax").load("0/0/15").used == 11


def test_failed_queries_make_unknown_onus_and_unread_pons_but_none_offline(agent: tuple[str, int]) -> None:
    sweep = olt(agent, "half-read").sweep()
    assert {onu.serial: onu.state for onu in sweep.onus} == {"HWTC00000001": "unknown", "HWTC00000002": "dying_gasp"}
    assert set(sweep.unread) == {"0/1/1", "0/1/2"}


def test_down_onu_has_no_power_whatever_the_olt_repeats(agent: tuple[str, int]) -> None:
    down = next(onu for onu in olt(agent, "pon_cut").sweep().onus if onu.state == "los")
    reading = olt(agent, "pon_cut").read(down.pon, down.serial)
    assert (reading.onu_state, reading.down_cause) == ("los", "los")
    assert (reading.rx_dbm, reading.olt_rx_dbm, reading.tx_dbm, reading.distance_m) == (None, None, None, None)
    assert reading.since == down.changed_at


def test_vsol_recording_holds_sixteen_onus_two_of_them_weak(agent: tuple[str, int]) -> None:
    connected = olt(agent, "vsolution_v1600d", "vsol")
    sweep = connected.sweep()
    assert [(onu.pon, onu.state) for onu in sweep.onus] == [("EPON0/1", "online")] * 16
    powers = [connected.read("EPON0/1", f"EPON0/1:{onu.number}").rx_dbm for onu in sweep.onus]
    assert sorted(power for power in powers if power is not None and power < -27) == [-28.24, -27.45]
    assert connected.read("EPON0/1", "aaaaaa").rx_dbm == -14.61
    assert connected.load("EPON0/1").used == 16


def test_ufiber_table_is_read_by_the_serial_in_its_index(agent: tuple[str, int]) -> None:
    connected = olt(agent, "ufiber", "ufiber")
    assert [(onu.pon, onu.serial, onu.state) for onu in connected.sweep().onus] == [
        ("4", "UBNT00C0FFEE", "online"),
        ("4", "UBNT00C0FFFF", "offline"),
    ]
    assert connected.load("4").used == 2


def test_ufiber_recording_holds_twenty_nine_onus_of_which_thirteen_are_down(agent: tuple[str, int]) -> None:
    if not (NETWORK / "snmp" / "edgeosolt.snmprec").is_file():
        pytest.skip("shared data not present: network/snmp/edgeosolt.snmprec")
    states = Counter(onu.state for onu in olt(agent, "edgeosolt", "ufiber").sweep().onus)
    assert states == {"online": 16, "offline": 13}


@pytest.mark.parametrize("recording", OTHERS)
@pytest.mark.parametrize("maker", MAKERS)
def test_agent_without_the_makers_table_is_a_wrong_setting_and_no_empty_olt(
    agent: tuple[str, int], recording: str, maker: str
) -> None:
    with pytest.raises(Misconfigured) as raised:
        olt(agent, recording, maker).sweep()
    assert raised.value.code == "other_mib"


def test_switch_is_written_and_read_back(agent: tuple[str, int]) -> None:
    community = "huawei-gpon_with_control"
    connected = olt(agent, community, write_community=community)
    assert {"reboot", "active"} <= connected.can
    connected.set_active("0/1/0", "ANON00000003", False)
    connected.set_active("0/1/0", "ANON00000003", False)
    connected.set_active("0/1/0", "ANON00000003", True)
    connected.reboot("0/1/0", "ANON00000003")


def test_olt_that_refuses_a_write_is_a_refusal(agent: tuple[str, int]) -> None:
    connected = olt(agent, "half-read", write_community="half-read")
    with pytest.raises(Refused) as raised:
        connected.set_active("0/1/0", "HWTC00000002", False)
    assert raised.value.code == "olt_refused"


def test_switch_that_shows_its_old_value_after_the_write_is_in_doubt(agent: tuple[str, int]) -> None:
    with pytest.raises(Unreachable) as raised:
        olt(agent, "half-read", write_community="half-read").set_active("0/1/0", "HWTC00000001", False)
    assert raised.value.ambiguous


def test_without_a_community_that_writes_nothing_is_switched(agent: tuple[str, int]) -> None:
    connected = olt(agent, "huawei-gpon_with_control")
    assert connected.can == {"read", "sweep", "load"}
    with pytest.raises(Refused, match="not_supported"):
        connected.reboot("0/1/0", "ANON00000001")


def test_change_without_an_answer_is_ambiguous_and_shows_no_community(agent: tuple[str, int]) -> None:
    fields = {"write_community": "segredo-errado", "timeout": "0.3", "retries": "0"}
    connected = olt(agent, "huawei-gpon_with_control", **fields)
    with pytest.raises(Unreachable) as raised:
        connected.reboot("0/1/0", "ANON00000001")
    assert raised.value.ambiguous
    assert "segredo" not in str(raised.value)


def test_unknown_onu_and_pon_are_refused(agent: tuple[str, int]) -> None:
    connected = olt(agent, "pon_cut")
    with pytest.raises(Refused, match="unknown_onu"):
        connected.read("0/1/0", "HWTCFFFFFFFF")
    with pytest.raises(Refused, match="unknown_pon"):
        connected.load("0/9/9")
    with pytest.raises(Refused, match="unknown_pon"):
        connected.load("EPON0/1")


def test_dead_host_and_wrong_community_are_no_answer_and_nothing_is_offline(agent: tuple[str, int]) -> None:
    hurry = {"timeout": "0.3", "retries": "0"}
    for connected in (
        olt(("127.0.0.1", free_udp_port()), "public", **hurry),
        olt(agent, "no-such-community", **hurry),
    ):
        with pytest.raises(Unreachable) as raised:
            connected.sweep()
        assert raised.value.code == "no_answer"
        assert not raised.value.ambiguous


def v3(agent: tuple[str, int], **fields: str) -> SnmpOlt:
    keys = {"user": "leitor", "auth_key": "chave-de-teste", "priv_key": "cifra-de-teste", "context": "pon_cut"}
    return olt(agent, "", **{**keys, **fields})


def test_v3_reads_with_its_keys_and_tells_a_wrong_login_from_silence(agent: tuple[str, int]) -> None:
    assert len(v3(agent).sweep().onus) == 136
    for wrong in ({"user": "outro"}, {"auth_key": "outra-chave-1"}):
        with pytest.raises(Misconfigured, match="snmp_login"):
            v3(agent, **wrong).sweep()
    assert len(v3(agent).sweep().onus) == 136


@pytest.mark.parametrize(
    "fields",
    [
        {"maker": "outra"},
        {"host": ""},
        {"community": ""},
        {"port": "x"},
        {"timeout": "0"},
        {"zone": "Marte/Olympus"},
        {"user": "leitor", "auth_key": "curta"},
        {"user": "leitor", "priv_key": "sem-autenticar"},
        {"user": "leitor", "auth_key": "chave-de-teste", "auth": "crc"},
    ],
)
def test_field_that_makes_no_sense_is_named_at_once(fields: dict[str, str]) -> None:
    sound = {"host": "127.0.0.1", "maker": "huawei", "community": "public"}
    with pytest.raises(Misconfigured, match="field"):
        DRIVER.connect({**sound, **fields}, lambda line: None)


def test_interface_index_follows_slot_and_port() -> None:
    assert port_index("0/1/2") == 4194312704


def test_recordings_are_all_accounted_for() -> None:
    if not (NETWORK / "snmp").is_dir():
        pytest.skip("shared data not present: network/snmp")
    known = {*OTHERS, "huawei-gpon", "huawei-gpon_with_control", "smartax", "vsolution_v1600d", "edgeosolt"}
    assert {Path(name).stem for name in (NETWORK / "snmp").iterdir()} <= known
