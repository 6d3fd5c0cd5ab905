"""The GenieACS driver over HTTP: done, refused, pending, failed and unknown, told apart."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

import pytest

from core.errors import Misconfigured, Refused, Unreachable
from provisioning.cpe import WifiWish
from provisioning.driver import drivers
from provisioning.drivers.genieacs import DRIVER, GenieAcs
from provisioning.genieacs.nbi import Nbi
from tests.integration.nbi_stub import DEVICE, PASSWORD, WLAN, NbiStub, new_router
from tests.unit.provisioning.fakes import FakeClock

ODD_DEVICE = "202BC1-BM632w%20X-00/0001"


class Acs:
    """A stub, the driver over it, and what it said."""

    def __init__(self, nbi: NbiStub) -> None:
        self.nbi, self.clock, self.lines = nbi, FakeClock(), list[str]()
        self.device = nbi.device
        self.cpe = GenieAcs(Nbi(nbi.url, log=self.lines.append), clock=self.clock)

    def ssid(self) -> object:
        return self.nbi.values[f"{WLAN}.SSID"].value


@pytest.fixture
def acs() -> Iterator[Acs]:
    """A router of TR-098 that answers."""
    nbi = NbiStub()
    yield Acs(nbi)
    nbi.stop()


@pytest.fixture
def modern() -> Iterator[Acs]:
    """A router of TR-181 with two bands, whose id has to be encoded."""
    nbi = NbiStub(ODD_DEVICE, new_router())
    yield Acs(nbi)
    nbi.stop()


def test_router_is_found_by_login_in_either_data_model_and_by_serial(acs: Acs, modern: Acs) -> None:
    assert acs.cpe.find("ana.souza", "") == DEVICE
    assert modern.cpe.find("ana.souza", "") == ODD_DEVICE
    assert acs.cpe.find("outro", "000001") == DEVICE
    with pytest.raises(Refused) as failure:
        acs.cpe.find("ninguem", "HWTC00000000")
    assert failure.value.code == "unknown_cpe"


def test_state_tells_networks_hosts_and_firmware_with_half_the_mac(acs: Acs) -> None:
    acs.nbi.values[f"{WLAN}.SSID"].value = "Trocado no roteador"

    state = acs.cpe.state(DEVICE)

    assert (state.model, state.firmware, state.uptime_seconds) == ("BM632w", "V100R001IRQC56B017", 213138)
    assert (state.wifi[0].ssid, state.wifi[0].channel, state.wifi[0].band) == (
        "Trocado no roteador",
        6,
        "2.4",
    )
    assert (state.hosts[0].mac, state.hosts[0].wifi) == ("AA:BB:CC:**:**:**", True)
    assert state.wifi[0].password == ""
    assert state.informed_at


def test_state_is_what_is_known_and_nothing_stays_queued_when_the_router_is_away(acs: Acs) -> None:
    acs.nbi.trouble.offline = True

    assert acs.cpe.state(DEVICE).wifi[0].ssid == "Casa da Ana"
    assert acs.nbi.tasks == []


def test_name_and_password_are_verified_by_what_was_read_back(acs: Acs) -> None:
    outcome = acs.cpe.set_wifi(DEVICE, WifiWish("Casa da Ana 5G", "OutraSenha9", 11))

    assert (outcome.result, outcome.code) == ("verified", "read_back")
    assert (outcome.facts["password"], outcome.facts["password_readable"]) == ("accepted", False)
    assert (acs.ssid(), acs.nbi.values[PASSWORD].value) == ("Casa da Ana 5G", "OutraSenha9")
    assert "OutraSenha9" not in " ".join(acs.lines) + str(outcome.facts)


def test_bands_of_a_modern_router_get_only_channels_of_their_own(modern: Acs) -> None:
    outcome = modern.cpe.set_wifi(ODD_DEVICE, WifiWish("Casa", channel=6))

    assert outcome.result == "verified"
    values = modern.nbi.values
    assert (values["Device.WiFi.Radio.1.Channel"].value, values["Device.WiFi.Radio.2.Channel"].value) == (6, 44)
    assert {values[f"Device.WiFi.SSID.{number}.SSID"].value for number in (1, 2)} == {"Casa"}
    modern.cpe.set_wifi(ODD_DEVICE, WifiWish("Casa 5G", bands=("5",)))
    assert [values[f"Device.WiFi.SSID.{number}.SSID"].value for number in (1, 2)] == ["Casa", "Casa 5G"]


def test_password_alone_is_accepted_when_the_router_spoke_after_it(acs: Acs) -> None:
    outcome = acs.cpe.set_wifi(DEVICE, WifiWish(password="OutraSenha9"))

    assert (outcome.result, outcome.code) == ("verified", "accepted_by_router")


def test_password_alone_is_unknown_when_the_router_did_not_speak_after_it(acs: Acs) -> None:
    acs.nbi.trouble.silent = True

    assert acs.cpe.set_wifi(DEVICE, WifiWish(password="OutraSenha9")).result == "unknown"


def test_change_fails_when_the_acs_says_done_and_nothing_changed(acs: Acs) -> None:
    acs.nbi.trouble.ignores = {f"{WLAN}.SSID"}

    outcome = acs.cpe.set_wifi(DEVICE, WifiWish("Casa nova"))

    assert (outcome.result, outcome.code) == ("failed", "not_taken")


def test_change_is_refused_when_the_router_does_not_let_it_be_written(acs: Acs) -> None:
    acs.nbi.values[PASSWORD].writable = False

    with pytest.raises(Refused) as failure:
        acs.cpe.set_wifi(DEVICE, WifiWish(password="OutraSenha9"))

    assert failure.value.code == "wifi_password"
    assert "setParameterValues" not in acs.nbi.posted


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (WifiWish("ç" * 17), "wifi_name"),
        (WifiWish(password="curta"), "wifi_password"),
        (WifiWish(password="comacentuação"), "wifi_password"),
        (WifiWish(password="x" * 64), "wifi_password"),
        (WifiWish(channel=15), "wifi_channel"),
        (WifiWish(), "no_change"),
    ],
)
def test_wish_is_refused_before_anything_is_sent(acs: Acs, wish: WifiWish, code: str) -> None:
    with pytest.raises(Refused) as failure:
        acs.cpe.set_wifi(DEVICE, wish)

    assert failure.value.code == code
    assert acs.nbi.posted == []


def test_change_is_refused_and_never_waits_when_the_router_is_away(acs: Acs) -> None:
    acs.nbi.trouble.offline = True

    for outcome in (acs.cpe.set_wifi(DEVICE, WifiWish("Casa nova")), acs.cpe.reboot(DEVICE)):
        assert (outcome.result, outcome.code) == ("refused", "device_offline")
    assert acs.nbi.tasks == []
    assert "setParameterValues" not in acs.nbi.posted


def test_reboot_is_pending_when_its_task_cannot_be_deleted(acs: Acs) -> None:
    acs.nbi.trouble.offline = acs.nbi.trouble.keeps_tasks = True

    first, second = acs.cpe.reboot(DEVICE), acs.cpe.reboot(DEVICE)

    assert (first.result, first.code) == (second.result, second.code) == ("pending", "task_queued")
    assert acs.nbi.posted == ["reboot"]


def test_task_and_fault_are_deleted_when_the_router_refuses(acs: Acs) -> None:
    acs.nbi.trouble.faults = {"reboot": "cwmp.9000"}

    outcome = acs.cpe.reboot(DEVICE)

    assert (outcome.result, outcome.code) == ("failed", "cwmp_fault")
    assert outcome.facts["fault"].startswith("cwmp.9000")
    assert (acs.nbi.tasks, acs.nbi.faults) == ([], [])


def test_change_left_by_an_earlier_try_is_deleted_before_a_new_one(acs: Acs) -> None:
    acs.nbi.queue("setParameterValues", parameterValues=[[f"{WLAN}.SSID", "Velho", "xsd:string"]])

    assert acs.cpe.set_wifi(DEVICE, WifiWish("Casa nova")).result == "verified"

    assert acs.nbi.tasks == []


def test_reboot_is_verified_when_the_router_announced_that_it_started(acs: Acs) -> None:
    outcome = acs.cpe.reboot(DEVICE)

    assert (outcome.result, outcome.code) == ("verified", "rebooted")


def test_reboot_is_pending_while_the_router_has_not_come_back(acs: Acs) -> None:
    acs.nbi.trouble.never_boots = True

    assert acs.cpe.reboot(DEVICE).code == "reboot_accepted"
    assert 40 <= acs.clock.now <= 60


def test_second_press_sets_the_same_again_and_harms_nothing(acs: Acs) -> None:
    wish = WifiWish("Casa nova", "OutraSenha9")

    assert [acs.cpe.set_wifi(DEVICE, wish).result for _ in range(2)] == ["verified", "verified"]


def test_device_that_the_acs_does_not_know_is_refused(acs: Acs) -> None:
    with pytest.raises(Refused) as failure:
        acs.cpe.reboot("AABBCC-X-999")
    assert failure.value.code == "unknown_cpe"
    with pytest.raises(Refused) as failure:
        Nbi(acs.nbi.url, log=print).run("AABBCC-X-999", "reboot")
    assert failure.value.code == "unknown_cpe"


def test_nothing_happened_when_the_acs_is_down(acs: Acs) -> None:
    cpe = GenieAcs(Nbi("http://127.0.0.1:1", log=print))

    with pytest.raises(Unreachable) as failure:
        cpe.set_wifi(DEVICE, WifiWish("Casa nova"))

    assert not failure.value.ambiguous


def test_change_is_in_doubt_when_the_acs_dies_in_the_middle(acs: Acs) -> None:
    acs.nbi.trouble.dies_on = "setParameterValues"

    with pytest.raises(Unreachable) as failure:
        acs.cpe.set_wifi(DEVICE, WifiWish("Casa nova"))

    assert failure.value.ambiguous


def test_wrong_credentials_are_a_wrong_setting_and_right_ones_are_sent(acs: Acs) -> None:
    acs.nbi.trouble.login = "Basic " + b64encode(b"religa:segredo").decode()
    fields = {item.name: item.default for item in DRIVER.fields} | {"url": acs.nbi.url, "user": "religa"}

    assert drivers()["genieacs"].connect({**fields, "password": "segredo"}, print).find("ana.souza", "") == DEVICE
    with pytest.raises(Misconfigured):
        DRIVER.connect({**fields, "password": "errado"}, print).find("ana.souza", "")
    with pytest.raises(Misconfigured):
        DRIVER.connect({**fields, "url": "10.0.0.5:7557"}, print)
