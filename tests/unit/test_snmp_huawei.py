"""The reading of a Huawei OLT's values: states, causes, times, and PONs that do not answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from core.errors import Failure, Unreachable
from provisioning.snmp.huawei import DOWN_CAUSE, PORT_ONTS, RUN_STATE, SERIAL, HuaweiMib, judge, pon_name, port_index
from provisioning.snmp.session import Column, SnmpSession
from provisioning.snmp.values import Value, dbm_text, hundredths, moment, number, serial

ZONE = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 11, 20, 21, 30, tzinfo=ZONE)
DROP = datetime(2026, 11, 20, 21, 24, tzinfo=ZONE)


class FakeSession:
    """An OLT of two PONs, of which `silent` do not answer."""

    def __init__(self, silent: Sequence[str]) -> None:
        self.silent = silent

    def walk(self, columns: Sequence[str]) -> dict[str, Column]:
        assert columns == [PORT_ONTS]
        return {PORT_ONTS: {(port_index("0/1/0"),): 1, (port_index("0/1/1"),): 1}}

    def walk_each(self, tables: Mapping[str, Sequence[str]]) -> dict[str, dict[str, Column] | Failure]:
        return {name: self._pon(name) for name in tables}

    def get(self, oids: Sequence[str]) -> dict[str, Value]:
        raise Unreachable("no_answer")

    def _pon(self, name: str) -> dict[str, Column] | Failure:
        if pon_name(int(name)) in self.silent:
            return Unreachable("no_answer")
        values: dict[str, Value] = {RUN_STATE: 2, DOWN_CAUSE: 13, SERIAL: b"HWTC\x00\x00\x00\x01"}
        return {f"{column}.{name}": {(0,): value} for column, value in values.items()}


def mib(*silent: str) -> HuaweiMib:
    return HuaweiMib(cast(SnmpSession, FakeSession(silent)), ZONE)


def test_silent_pon_is_unread_and_the_others_are_told() -> None:
    sweep = mib("0/1/1").sweep(NOW)
    assert [(onu.pon, onu.serial, onu.state) for onu in sweep.onus] == [("0/1/0", "HWTC00000001", "dying_gasp")]
    assert sweep.unread == ("0/1/1",)


def test_states_count_even_where_their_times_cannot_be_read() -> None:
    assert [onu.changed_at for onu in mib().sweep(NOW).onus] == [None, None]


def test_olt_that_falls_silent_after_its_ports_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        mib("0/1/0", "0/1/1").sweep(NOW)


@pytest.mark.parametrize(
    ("run", "code", "told"),
    [
        (1, 13, ("online", "")),
        (2, 1, ("los", "los")),
        (2, 2, ("los", "los")),
        (2, 13, ("dying_gasp", "dying_gasp")),
        (2, 7, ("offline", "deactivated")),
        (2, 9, ("offline", "reset")),
        (2, 15, ("offline", "other")),
        (2, -1, ("offline", "unknown")),
        (2, None, ("offline", "unknown")),
        (-1, 13, ("unknown", "unknown")),
        (2147483647, 1, ("unknown", "unknown")),
        (None, 1, ("unknown", "unknown")),
    ],
)
def test_state_follows_run_state_and_cause(run: Value | None, code: Value | None, told: tuple[str, str]) -> None:
    assert judge(run, code, None, None) == told


def test_last_gasp_beside_the_drop_wins_over_lost_light() -> None:
    assert judge(2, 2, DROP, DROP)[0] == "dying_gasp"
    assert judge(2, 2, DROP, DROP - timedelta(seconds=899))[0] == "dying_gasp"
    assert judge(2, 2, DROP, DROP - timedelta(days=1))[0] == "los"
    assert judge(2, 7, DROP, DROP)[0] == "offline"


def test_moment_takes_the_zone_of_the_olt_or_its_own() -> None:
    assert moment(bytes.fromhex("07ea0b1415180000"), ZONE, NOW) == DROP
    own = bytes.fromhex("07ea0b1500180000") + b"+\x00\x00"
    assert moment(own, ZONE, NOW) == datetime(2026, 11, 21, 0, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    "written", ["07d0010100000000", "07ea0b1617000000", "0000000000000000", "07ea0d1415180000", "07"]
)
def test_moment_of_a_wrong_clock_is_none(written: str) -> None:
    assert moment(bytes.fromhex(written), ZONE, NOW) is None


def test_no_value_is_never_a_power() -> None:
    assert [hundredths(value) for value in (-1946, 2147483647, -1, None, -9000, b"-19")] == [-19.46, *[None] * 5]
    assert number(-1) == -1


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (b"0.03 mW (-14.61 dBm)", -14.61),
        (b"-27,45 dBm", -27.45),
        (b"-14.61", -14.61),
        (b"6.66 dbm", 6.66),
        (b"--", None),
        (b"N/A", None),
        (b"0.00 mW (-inf dBm)", None),
        (None, None),
    ],
)
def test_power_is_read_from_text(said: bytes | None, read: float | None) -> None:
    assert dbm_text(said) == read


def test_serial_is_read_from_octets_and_from_text() -> None:
    assert serial(b"HWTC\x12\x34\xab\xcd") == serial(b"HWTC1234ABCD") == "HWTC1234ABCD"
    assert serial(b"cliente 12") == serial(None) == ""
