"""What agents answer, as plain values: numbers, octets and text, with their many ways to say that they do not know."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any

from pysnmp.proto.rfc1902 import ObjectIdentifier, OctetString
from pysnmp.proto.rfc1905 import EndOfMibView, NoSuchInstance, NoSuchObject

from core.onu_serial import onu_serial

Value = int | bytes | str

NO_VALUE = frozenset({2147483647, -2147483648, 65535, 4294967295})
OLDEST_YEAR = 2015
CLOCK_MAY_BE_AHEAD = timedelta(hours=1)
_DBM = re.compile(r"(-?\d+(?:[.,]\d+)?)\s*dBm", re.IGNORECASE)
_NUMBER = re.compile(r"\s*(-?\d+(?:[.,]\d+)?)\s*")


def plain(value: Any) -> Value | None:
    """The value without pysnmp around it; None for what the agent does not have (NoSuchInstance and the like)."""
    if isinstance(value, NoSuchInstance | NoSuchObject | EndOfMibView):
        return None
    if isinstance(value, OctetString):
        return bytes(value)
    if isinstance(value, ObjectIdentifier):
        return str(value)
    return int(value)


def number(value: Value | None) -> int | None:
    """A number; None for none and for the makers' words for "no value"."""
    return value if isinstance(value, int) and value not in NO_VALUE else None


def hundredths(value: Value | None, low: float = -60.0, high: float = 15.0) -> float | None:
    """dBm from hundredths of a dBm; None for no value (-1: it could not be read) and for what no module measures."""
    read = number(value)
    return read / 100 if read is not None and read != -1 and low <= read / 100 <= high else None


def dbm_text(value: Value | None) -> float | None:
    """dBm from text: `0.03 mW (-14.61 dBm)`, `-14.61 dBm`, `-14,61`; None for `--`, `N/A`, minus infinity."""
    if not isinstance(value, bytes):
        return None
    said = value.decode("latin-1")
    match = _DBM.search(said) or _NUMBER.fullmatch(said)
    read = float(match.group(1).replace(",", ".")) if match else None
    return read if read is not None and -60.0 <= read <= 15.0 else None


def text(value: Value | None) -> str:
    """Text; "" for none."""
    return value.decode("utf-8", "replace").strip("\0 ") if isinstance(value, bytes) else ""


def serial(value: Value | None) -> str:
    """A serial as `core.onu_serial` writes it, from eight octets or from text; "" for what is none."""
    if not isinstance(value, bytes):
        return ""
    return onu_serial(value.hex()) if len(value) == 8 else onu_serial(value.decode("latin-1"))


def moment(value: Value | None, zone: tzinfo, now: datetime) -> datetime | None:
    """SNMP's DateAndTime (RFC 2579), in `zone` where it names none; None where the clock that wrote it is wrong."""
    if not isinstance(value, bytes) or len(value) not in {8, 11}:
        return None
    year, month, day, hour, minute, second = (int.from_bytes(value[:2], "big"), *value[2:7])
    if len(value) == 11:
        ahead = timedelta(hours=value[9], minutes=value[10])
        zone = timezone(-ahead if value[8:9] == b"-" else ahead)
    try:
        read = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
    except ValueError:
        return None
    return read if year >= OLDEST_YEAR and read <= now + CLOCK_MAY_BE_AHEAD else None
