"""SmartOLT's answers as values of the port: words for states, powers as text, lists under several names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from core.errors import Refused
from core.onu_serial import onu_serial
from provisioning.olt import FoundOnu, OnuConfig, OnuSeen
from provisioning.ports import DownCause, OnuState

Row = Mapping[str, Any]

STATES: Mapping[str, tuple[OnuState, DownCause]] = {
    "online": ("online", ""),
    "los": ("los", "los"),
    "power fail": ("dying_gasp", "dying_gasp"),
    "dying-gasp": ("dying_gasp", "dying_gasp"),
    "offline": ("offline", "unknown"),
}
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_PON = re.compile(r"(?:.*\D)?(\d+)\D+(\d+)")
_CAUSE = re.compile(r"down\s*cause\s*[:|]\s*([\w/ -]+)", re.IGNORECASE)
_DISTANCE = re.compile(r"distance\s*(?:\(m\))?\s*[:|]\s*(\d+)", re.IGNORECASE)


def rows(body: Row) -> Iterable[Row]:
    """The list in an answer, under whichever name it comes."""
    listed: list[Any] = next(
        (body[name] for name in ("response", "onus", "onu") if isinstance(body.get(name), list)), []
    )
    return (row for row in listed if isinstance(row, dict))


def board_and_port(pon: str) -> tuple[str, str]:
    """Board and port of `board/port` (or of a longer form that ends so). Raises Refused("unknown_pon")."""
    match = _PON.fullmatch(pon.strip())
    if match is None:
        raise Refused("unknown_pon", pon)
    return match[1], match[2]


def pon_of(row: Row) -> str:
    """`board/port`."""
    return f"{row.get('board', '')}/{row.get('port', '')}"


def state(said: object) -> tuple[OnuState, DownCause]:
    """The state for SmartOLT's word; one that is not known is unknown, never offline."""
    return STATES.get(str(said or "").strip().lower(), ("unknown", "unknown"))


def power(said: object) -> float | None:
    """dBm from `-19.25`, `-19.25 dBm` and the like; None for "-", "N/A" and nothing."""
    match = _NUMBER.search(str(said or ""))
    value = float(match.group().replace(",", ".")) if match else None
    return value if value is not None and -60.0 <= value <= 15.0 else None


def moment(said: object, zone: tzinfo, now: datetime) -> datetime | None:
    """`2026-11-20 21:24:00` on the account's clock; None for what is no moment or lies ahead."""
    try:
        read = datetime.fromisoformat(str(said or ""))
    except ValueError:
        return None
    read = read if read.tzinfo else read.replace(tzinfo=zone)
    return read if read <= now + timedelta(hours=1) and read.year >= 2015 else None


def seen(row: Row, zone: tzinfo, now: datetime) -> OnuSeen:
    """A row of get_onus_statuses."""
    told, cause = state(row.get("status"))
    number = str(row.get("onu", ""))
    return OnuSeen(
        pon_of(row),
        int(number) if number.isdigit() else None,
        onu_serial(str(row.get("sn", ""))),
        told,
        cause,
        moment(row.get("last_status_change"), zone, now) if told != "unknown" else None,
    )


def found(row: Row) -> FoundOnu:
    """A row of unconfigured_onus_for_olt."""
    model = row.get("onu_type_name") or row.get("onu_type") or ""
    return FoundOnu(pon_of(row), onu_serial(str(row.get("sn", ""))), str(model))


def config(body: Row, serial: str) -> OnuConfig:
    """What get_onu_details tells; what it does not tell is left empty."""
    details: Row = next((body[name] for name in ("onu_details", "response") if isinstance(body.get(name), dict)), {})
    number, vlan = str(details.get("onu", "")), str(details.get("vlan", ""))
    kept = {
        "onu_type": details.get("onu_type_name"),
        "zone": details.get("zone_name"),
        "onu_mode": details.get("mode"),
        "pon_type": details.get("pon_type"),
    }
    return OnuConfig(
        pon_of(details),
        onu_serial(str(details.get("sn", ""))) or serial,
        int(number) if number.isdigit() else None,
        str(details.get("name", "")),
        str(details.get("download_speed_profile_name") or ""),
        str(details.get("upload_speed_profile_name") or ""),
        int(vlan) if vlan.isdigit() else None,
        str(details.get("administrative_status", "Enabled")).lower() != "disabled",
        {name: str(value) for name, value in kept.items() if value},
    )


def live(body: Row) -> tuple[DownCause, int | None]:
    """The last down cause and the distance in metres out of the OLT's own words."""
    words = str(body.get("full_status_info") or body.get("response") or "")
    cause, distance = _CAUSE.search(words), _DISTANCE.search(words)
    said = cause[1].strip().lower() if cause else ""
    known: DownCause = "unknown"
    if "gasp" in said or "power" in said:
        known = "dying_gasp"
    elif said.startswith("lo"):
        known = "los"
    elif "reset" in said or "reboot" in said:
        known = "reset"
    elif "deactiv" in said:
        known = "deactivated"
    return known, int(distance[1]) if distance else None
