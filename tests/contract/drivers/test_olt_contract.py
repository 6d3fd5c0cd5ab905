"""What every Olt promises, over each vendor's rig: what it cannot do it refuses, and the rest it does alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from core.errors import Failure, Misconfigured, Refused, Unreachable
from provisioning.olt import Capability, Olt, OnuSeen
from provisioning.ports import DownCause
from tests.contract.drivers.olt_rigs import RIGS, OltRig

ANA, BRUNO, CARLA = "HWTC12345678", "ZTEGC0FFEE01", "DACM00001533"


@pytest.fixture(params=sorted(RIGS))
def rig(request: pytest.FixtureRequest) -> Iterator[OltRig]:
    with RIGS[request.param]() as rig:
        yield rig


@pytest.fixture
def olt(rig: OltRig) -> Iterator[Olt]:
    olt = rig.olt()
    yield olt
    olt.close()


def supported(olt: Olt, capability: Capability, call: Callable[[], object]) -> bool:
    """Whether the driver can do it; where not, that it says so."""
    if capability in olt.can:
        return True
    with pytest.raises(Refused) as refused:
        call()
    assert refused.value.code == "not_supported"
    return False


def code_of(kind: type[Failure], call: Callable[[], object]) -> str:
    """The code of the failure that the call ends with."""
    with pytest.raises(kind) as failure:
        call()
    return failure.value.code


def by_serial(olt: Olt) -> dict[str, OnuSeen]:
    return {onu.serial: onu for onu in olt.sweep().onus}


def test_read_tells_state_and_light_both_ways_when_online(rig: OltRig, olt: Olt) -> None:
    rig.put(rig.pons[0], ANA, rx_dbm=-23.4)
    if not supported(olt, "read", lambda: olt.read(rig.pons[0], ANA)):
        return

    reading = olt.read(rig.pons[0], ANA)

    assert (reading.onu_state, reading.down_cause) == ("online", "")
    if "optics" not in rig.lacks:
        assert reading.rx_dbm == -23.4
    if "olt_rx" not in rig.lacks:
        assert reading.olt_rx_dbm == -21.55


@pytest.mark.parametrize("cause", ["los", "dying_gasp"])
def test_read_tells_cause_and_no_light_when_down(rig: OltRig, olt: Olt, cause: DownCause) -> None:
    rig.put(rig.pons[0], ANA, online=False, cause=cause)
    if not supported(olt, "read", lambda: olt.read(rig.pons[0], ANA)):
        return

    reading = olt.read(rig.pons[0], ANA)

    if "cause" in rig.lacks:
        assert reading.onu_state == "offline"
    else:
        assert (reading.onu_state, reading.down_cause) == (cause, cause)
    assert (reading.rx_dbm, reading.olt_rx_dbm) == (None, None)


def test_read_says_unknown_and_never_offline_when_the_olt_does_not_know(rig: OltRig, olt: Olt) -> None:
    rig.put(rig.pons[0], ANA)
    rig.unsure(ANA)
    if not supported(olt, "read", lambda: olt.read(rig.pons[0], ANA)):
        return

    assert olt.read(rig.pons[0], ANA).onu_state == "unknown"
    if "sweep" in olt.can:
        assert ANA not in by_serial(olt) or by_serial(olt)[ANA].state == "unknown"


def test_read_refuses_when_the_olt_knows_no_such_onu(rig: OltRig, olt: Olt) -> None:
    if supported(olt, "read", lambda: olt.read(rig.pons[0], ANA)):
        assert code_of(Refused, lambda: olt.read(rig.pons[0], ANA)) == "unknown_onu"


def test_sweep_tells_every_onu_of_every_pon(rig: OltRig, olt: Olt) -> None:
    rig.put(rig.pons[0], ANA)
    rig.put(rig.pons[0], BRUNO, online=False, cause="los")
    rig.put(rig.pons[1], CARLA, online=False, cause="dying_gasp")
    if not supported(olt, "sweep", olt.sweep):
        return

    onus = by_serial(olt)

    assert {serial: onu.pon for serial, onu in onus.items()} == {
        ANA: rig.pons[0],
        BRUNO: rig.pons[0],
        CARLA: rig.pons[1],
    }
    assert (onus[ANA].state, onus[ANA].cause) == ("online", "")
    if "cause" not in rig.lacks:
        assert (onus[BRUNO].state, onus[CARLA].state) == ("los", "dying_gasp")
    if "since" not in rig.lacks:
        assert onus[BRUNO].changed_at is not None


def test_sweep_names_the_pon_when_it_cannot_be_read(rig: OltRig, olt: Olt) -> None:
    rig.put(rig.pons[0], ANA)
    rig.put(rig.pons[1], BRUNO)
    rig.break_pon(rig.pons[1])
    if "unread" in rig.lacks or not supported(olt, "sweep", olt.sweep):
        return

    sweep = olt.sweep()

    assert sweep.unread == (rig.pons[1],)
    assert [onu.serial for onu in sweep.onus] == [ANA]


def test_found_lists_who_waits(rig: OltRig, olt: Olt) -> None:
    if not supported(olt, "found", olt.found):
        return
    assert olt.found() == ()
    rig.wait(rig.pons[1], ANA)

    assert [(onu.pon, onu.serial) for onu in olt.found()] == [(rig.pons[1], ANA)]


def test_load_counts_who_is_configured_whatever_their_state(rig: OltRig, olt: Olt) -> None:
    if not supported(olt, "load", lambda: olt.load(rig.pons[0])):
        return
    assert olt.load(rig.pons[0]).used == 0
    rig.put(rig.pons[0], ANA)
    rig.put(rig.pons[0], BRUNO, online=False, cause="los")

    assert olt.load(rig.pons[0]).used == 2
    if "pons" not in rig.lacks:
        assert code_of(Refused, lambda: olt.load("9/9/99")) == "unknown_pon"


def test_add_configures_what_waits_and_config_tells_it(rig: OltRig, olt: Olt) -> None:
    rig.wait(rig.pons[0], ANA)
    order = rig.order(rig.pons[0], ANA)
    if not supported(olt, "add", lambda: olt.add(order)):
        return

    olt.add(order)

    assert rig.where(ANA) == rig.pons[0]
    if supported(olt, "config", lambda: olt.config(rig.pons[0], ANA)):
        config = olt.config(rig.pons[0], ANA)
        assert config is not None
        assert (config.pon, config.serial, config.vlan, config.active) == (rig.pons[0], ANA, 100, True)
        assert config.description.replace("_", " ") == "Ana Souza"
        assert type(config).from_json(config.as_json()) == config
    assert not any("s3nha-pppoe" in line for line in rig.log)


def test_add_refuses_when_it_exists(rig: OltRig, olt: Olt) -> None:
    rig.put(rig.pons[1], ANA)
    if supported(olt, "add", lambda: olt.add(rig.order(rig.pons[0], ANA))):
        assert code_of(Refused, lambda: olt.add(rig.order(rig.pons[0], ANA))) == "exists"
        assert rig.where(ANA) == rig.pons[1]


def test_add_refuses_when_the_pon_is_full(rig: OltRig, olt: Olt) -> None:
    rig.wait(rig.pons[0], ANA)
    rig.fill(rig.pons[0])
    if supported(olt, "add", lambda: olt.add(rig.order(rig.pons[0], ANA))):
        assert code_of(Refused, lambda: olt.add(rig.order(rig.pons[0], ANA))) == "pon_full"
        assert rig.where(ANA) == ""


def test_add_refuses_when_it_hangs_on_no_pon_or_another(rig: OltRig, olt: Olt) -> None:
    rig.wait(rig.pons[1], BRUNO)
    if supported(olt, "add", lambda: olt.add(rig.order(rig.pons[0], ANA))):
        assert code_of(Refused, lambda: olt.add(rig.order(rig.pons[0], ANA))) == "not_found"
        assert code_of(Refused, lambda: olt.add(rig.order(rig.pons[0], BRUNO))) == "not_found"


def test_config_is_none_when_nothing_is_configured(rig: OltRig, olt: Olt) -> None:
    if supported(olt, "config", lambda: olt.config(rig.pons[0], ANA)):
        assert olt.config(rig.pons[0], ANA) is None


def test_remove_takes_it_away_and_may_be_called_twice(rig: OltRig, olt: Olt) -> None:
    rig.put(rig.pons[0], ANA)
    if not supported(olt, "remove", lambda: olt.remove(rig.pons[0], ANA)):
        return

    olt.remove(rig.pons[0], ANA)
    olt.remove(rig.pons[0], ANA)

    assert rig.where(ANA) == ""


def test_reboot_restarts_it(rig: OltRig, olt: Olt) -> None:
    rig.put(rig.pons[0], ANA)
    if supported(olt, "reboot", lambda: olt.reboot(rig.pons[0], ANA)):
        olt.reboot(rig.pons[0], ANA)
        assert rig.reboots(ANA) == 1
        assert code_of(Refused, lambda: olt.reboot(rig.pons[0], BRUNO)) == "unknown_onu"


def test_set_active_switches_it_and_keeps_its_configuration(rig: OltRig, olt: Olt) -> None:
    rig.put(rig.pons[0], ANA)
    if not supported(olt, "active", lambda: olt.set_active(rig.pons[0], ANA, False)):
        return

    olt.set_active(rig.pons[0], ANA, False)

    assert olt.read(rig.pons[0], ANA).onu_state == "offline"
    olt.set_active(rig.pons[0], ANA, True)
    olt.set_active(rig.pons[0], ANA, True)
    assert olt.read(rig.pons[0], ANA).onu_state == "online"
    assert rig.where(ANA) == rig.pons[0]


def test_silence_is_unreachable_and_changed_nothing_when_nothing_was_sent(rig: OltRig, olt: Olt) -> None:
    rig.put(rig.pons[0], ANA)
    rig.wait(rig.pons[0], BRUNO)
    rig.silence()

    with pytest.raises(Unreachable) as failure:
        olt.read(rig.pons[0], ANA)
    assert not failure.value.ambiguous
    if "add" in olt.can:
        with pytest.raises(Unreachable) as failure:
            olt.add(rig.order(rig.pons[0], BRUNO))
        assert not failure.value.ambiguous


@pytest.mark.parametrize("applied", [True, False], ids=["applied", "not applied"])
def test_lost_connection_is_ambiguous_and_config_tells_the_truth_when_a_change_was_sent(
    rig: OltRig, olt: Olt, applied: bool
) -> None:
    rig.wait(rig.pons[0], ANA)
    if "drop" in rig.lacks or not supported(olt, "add", lambda: olt.add(rig.order(rig.pons[0], ANA))):
        return
    rig.lose_at_change(applied)

    with pytest.raises(Unreachable) as failure:
        olt.add(rig.order(rig.pons[0], ANA))

    assert failure.value.ambiguous
    assert (olt.config(rig.pons[0], ANA) is not None) == applied
    assert (rig.where(ANA) == rig.pons[0]) == applied


def test_wrong_password_is_misconfigured(rig: OltRig) -> None:
    if "login" in rig.lacks:
        return
    olt = rig.olt(password="errada")

    assert code_of(Misconfigured, olt.found if "found" in olt.can else olt.sweep) == "login"
    assert not any("errada" in line for line in rig.log)
    olt.close()
    olt.close()
