"""Rows of the gateway's tables as values of the port: ONUs, their states and what is configured."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from core.errors import Refused
from core.onu_serial import onu_serial
from provisioning.olt import FoundOnu, OnuConfig
from provisioning.ports import DownCause, OnuState
from provisioning.tl1.answer import number

Row = Mapping[str, str]

STATES: Mapping[str, tuple[OnuState, DownCause]] = {
    "UP": ("online", ""),
    "ONLINE": ("online", ""),
    "LOS": ("los", "los"),
    "POWEROFF": ("dying_gasp", "dying_gasp"),
    "DYINGGASP": ("dying_gasp", "dying_gasp"),
    "DOWN": ("offline", "unknown"),
    "OFFLINE": ("offline", "unknown"),
}
OLDEST_YEAR = 2015
_PON = re.compile(r"(?:.*\D)?(\d+)\D(\d+)")


def pon_id(written: str) -> str:
    """`NA-NA-slot-port` for `slot-port`, `slot/port` and longer forms. Raises Refused("unknown_pon")."""
    match = _PON.fullmatch(written.strip())
    if match is None:
        raise Refused("unknown_pon", written)
    return f"NA-NA-{match[1]}-{match[2]}"


def pon_of(row: Row) -> str:
    """The PON of a row, "" where it names none."""
    named = row.get("PONID") or f"{row.get('SLOTNO', '')}-{row.get('PONNO', '')}"
    try:
        return pon_id(named)
    except Refused:
        return ""


def serial_of(row: Row) -> str:
    """The serial of a row: the gateway calls it MAC, or AUTHINFO, or (where asked by it) the ONU's id."""
    found = (onu_serial(row.get(name, "")) for name in ("MAC", "AUTHINFO", "SN", "ONUID"))
    return next(filter(None, found), "")


def onu_number(row: Row) -> int | None:
    """The ONU's number on its PON, None where the row tells none."""
    return int(row["ONUNO"]) if row.get("ONUNO", "").isdigit() else None


def state_of(row: Row | None) -> tuple[OnuState, DownCause]:
    """The state of a row of LST-ONUSTATE; unknown for no row and for a word that is not known."""
    if row is not None and switched_off(row):
        return "offline", "deactivated"
    said = "" if row is None else row.get("OPRSTATE") or row.get("OPERSTATE") or ""
    return STATES.get(re.sub(r"[\s_-]", "", said).upper(), ("unknown", "unknown"))


def switched_off(row: Row) -> bool:
    """Whether a row of LST-ONUSTATE shows an ONU that somebody deactivated."""
    return row.get("ADMINSTATE", "").upper() == "DOWN"


def vlan_of(services: Sequence[Row]) -> int | None:
    """The VLAN of the first service that names one."""
    named = (row.get("VLAN") or row.get("CVLAN") or "" for row in services)
    return next((int(vlan) for vlan in named if vlan.isdigit()), None)


def off_since(row: Row | None, zone: tzinfo, now: datetime) -> datetime | None:
    """When the ONU went down; None where it is not told or the clock that wrote it is wrong."""
    written = "" if row is None else row.get("LASTOFFTIME", "")
    try:
        read = datetime.strptime(written[:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone)
    except ValueError:
        return None
    return read if read.year >= OLDEST_YEAR and read <= now + timedelta(hours=1) else None


def power(row: Row, *names: str) -> float | None:
    """dBm of the first of these columns that has one."""
    found = (number(row.get(name, "")) for name in names)
    return next((value for value in found if value is not None and -60.0 <= value <= 15.0), None)


def found_onu(row: Row) -> FoundOnu:
    """An ONU of LST-UNREGONU."""
    return FoundOnu(pon_of(row), serial_of(row), row.get("ONUTYPE") or row.get("DT") or "")


def config_of(row: Row, active: bool, vlan: int | None) -> OnuConfig:
    """What LST-ONU shows of an ONU."""
    return OnuConfig(
        pon_of(row),
        serial_of(row),
        onu_number(row),
        row.get("NAME", ""),
        vlan=vlan,
        active=active,
        extra={"onu_type": row["ONUTYPE"]} if row.get("ONUTYPE") else {},
    )
