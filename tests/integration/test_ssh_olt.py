"""OLTs over a real SSH connection that misbehaves: parallel adds, lost connections, pagers, slow prompts, host keys."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from netmiko import ConnectHandler

from core.errors import Misconfigured, Refused, Unreachable
from provisioning.driver import drivers
from provisioning.olt import Olt, OnuOrder
from tests.integration.ssh_olt import PASSWORD, USER, OltPlant, SshOlt

PONS = {"huawei": "0/1/0", "zte": "1/2/1", "datacom": "1/1/1"}
VENDORS = sorted(PONS)
SERIAL = "HWTC12345678"


@pytest.fixture(params=VENDORS)
def server(request: pytest.FixtureRequest) -> Iterator[SshOlt]:
    with SshOlt(request.param, OltPlant((PONS[request.param],), limit=8)) as server:
        yield server


@pytest.fixture
def huawei() -> Iterator[SshOlt]:
    with SshOlt("huawei", OltPlant(("0/1/0", "0/1/1"), limit=8)) as server:
        yield server


def connect(server: SshOlt, log: list[str] | None = None, **fields: str) -> Olt:
    lines: list[str] = [] if log is None else log
    known = {"host": "127.0.0.1", "port": str(server.port), "username": USER, "password": PASSWORD, "timeout": "5"}
    olt: Olt = drivers()[f"{server.vendor}_ssh"].connect({**known, "pon_limit": "8", **fields}, lines.append)
    return olt


def order(pon: str, serial: str = SERIAL, **extra: str) -> OnuOrder:
    return OnuOrder(pon, serial, "Ana", 100, "10", "10", "ana", "s3nha-pppoe", {"type": "F660", **extra})


def test_parallel_adds_never_exceed_the_limit(server: SshOlt) -> None:
    pon = PONS[server.vendor]
    for count in range(5):
        server.plant.add(pon, f"HWTC0000000{count}")
    serials = [f"ZTEGC00000{count:02d}" for count in range(8)]
    for serial in serials:
        server.plant.wait(pon, serial)

    def add(serial: str) -> str:
        olt = connect(server)
        try:
            olt.add(order(pon, serial))
        except (Refused, Unreachable) as failure:
            return failure.code
        finally:
            olt.close()
        return "added"

    with ThreadPoolExecutor(8) as pool:
        results = dict(zip(serials, pool.map(add, serials), strict=True))
    for serial in [serial for serial, result in results.items() if result == "busy"]:
        results[serial] = add(serial)

    assert sorted(results.values()) == ["added"] * 3 + ["pon_full"] * 5
    assert {serial for serial, result in results.items() if result == "added"} == {
        serial for serial in serials if server.plant.find(serial)
    }
    assert server.plant.most == 8


@pytest.mark.parametrize("applied", [True, False], ids=["applied", "not applied"])
def test_power_loss_in_the_middle_of_an_add_is_ambiguous_and_config_tells_how_far_it_got(
    huawei: SshOlt, applied: bool
) -> None:
    huawei.plant.wait("0/1/0", SERIAL)
    setattr(huawei.trouble, "drop_after" if applied else "drop_before", "service-port vlan")
    olt = connect(huawei)

    with pytest.raises(Unreachable) as failure:
        olt.add(order("0/1/0"))

    assert failure.value.ambiguous
    config = olt.config("0/1/0", SERIAL)
    assert config is not None
    assert config.vlan == (100 if applied else None)
    olt.remove("0/1/0", SERIAL)
    assert huawei.plant.find(SERIAL) is None


def test_read_that_is_cut_off_is_not_ambiguous_even_after_a_change_before(server: SshOlt) -> None:
    pon = PONS[server.vendor]
    server.plant.wait(pon, SERIAL)
    olt = connect(server)
    olt.add(order(pon))
    server.trouble.drop_before = "show" if server.vendor != "huawei" else "display"

    with pytest.raises(Unreachable) as failure:
        olt.read(pon, SERIAL)

    assert not failure.value.ambiguous
    server.trouble.drop_before = ""
    assert olt.read(pon, SERIAL).onu_state == "online"


def test_connection_that_ends_in_the_middle_of_an_answer_is_unreachable(server: SshOlt) -> None:
    for count in range(8):
        server.plant.add(PONS[server.vendor], f"HWTC0000000{count}")
    server.trouble.drop_after_bytes = 400

    with pytest.raises(Unreachable):
        connect(server).sweep()


def test_pages_are_joined(server: SshOlt) -> None:
    pon = PONS[server.vendor]
    for count in range(8):
        server.plant.add(pon, f"HWTC0000000{count}").description = f"cliente {count}"
    server.trouble.page_lines = 3
    olt = connect(server)

    assert [onu.serial for onu in olt.sweep().onus] == [f"HWTC0000000{count}" for count in range(8)]
    assert olt.load(pon).used == 8


def test_slow_prompt_is_waited_for(server: SshOlt) -> None:
    server.plant.add(PONS[server.vendor], SERIAL)
    server.trouble.slow_seconds = 0.1

    assert connect(server).read(PONS[server.vendor], SERIAL).onu_state == "online"


def test_prompt_that_is_slower_than_the_limit_is_unreachable(huawei: SshOlt) -> None:
    huawei.trouble.slow_seconds = 3

    with pytest.raises(Unreachable) as failure:
        connect(huawei, timeout="0.3").found()

    assert failure.value.code == "timeout"


def test_refused_service_leaves_no_half_onu_behind(server: SshOlt) -> None:
    pon = PONS[server.vendor]
    server.plant.wait(pon, SERIAL)

    with pytest.raises(Refused) as failure:
        connect(server).add(order(pon, user_vlan="100?"))

    assert failure.value.code == "bad_value"
    assert server.plant.find(SERIAL) is None


def test_known_host_key_lets_in_and_another_does_not(huawei: SshOlt) -> None:
    assert connect(huawei, host_key=huawei.fingerprint).found() == ()

    with pytest.raises(Misconfigured) as failure:
        connect(huawei, host_key="SHA256:" + "A" * 43).found()

    assert failure.value.code == "host_key"


def test_unknown_host_key_is_noted(huawei: SshOlt) -> None:
    log: list[str] = []

    connect(huawei, log).found()

    assert any(huawei.fingerprint in line for line in log)


def test_no_secret_stands_in_the_log(server: SshOlt) -> None:
    pon, log = PONS[server.vendor], list[str]()
    server.plant.wait(pon, SERIAL)
    pppoe = {} if server.vendor == "datacom" else {"pppoe": "onu"}

    connect(server, log).add(order(pon, **pppoe))

    assert any(SERIAL[4:] in line for line in log)
    assert not [line for line in log if "s3nha-pppoe" in line or PASSWORD in line]


def test_nobody_there_is_unreachable() -> None:
    with SshOlt("huawei") as server:
        pass

    with pytest.raises(Unreachable):
        connect(server).found()


def test_pretended_smartax_is_one_for_netmiko_too(huawei: SshOlt) -> None:
    huawei.plant.wait("0/1/0", SERIAL)

    netmiko = ConnectHandler(
        device_type="huawei_smartax", host="127.0.0.1", port=huawei.port, username=USER, password=PASSWORD
    )
    netmiko.enable()
    found = netmiko.send_command("display ont autofind all")
    netmiko.paramiko_cleanup()

    assert "4857544312345678" in found
