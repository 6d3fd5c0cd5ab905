"""What a DmOS OLT's answers mean: states, causes, optical power, refusals."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.errors import Refused, Unreachable
from core.onu_serial import onu_serial
from provisioning.olt import FoundOnu
from provisioning.ports import DownCause, OnuState

_ERROR = re.compile(r"^\s*(?:syntax error|error|%|aborted)\s*:?\s*(.*)$", re.MULTILINE | re.IGNORECASE)
_LOCKED = re.compile(r"locked|another session|in use", re.IGNORECASE)
_EMPTY = re.compile(r"no entries found", re.IGNORECASE)
_ROW = re.compile(r"^\s*(\d+/\d+/\d+)\s+(\d+)\s+(\w{12})\s+(\S+)(.*)$", re.MULTILINE)
_PON = re.compile(r"^\s*(\d+/\d+/\d+)\s", re.MULTILINE)
_FOUND = re.compile(r"^\s*(\d+/\d+/\d+)\s+(\w{12})\b", re.MULTILINE)
_SERVICE = re.compile(
    r"service-port\s+(\d+)\s+gpon\s+(\S+)\s+onu\s+(\d+)\s+gem\s+(\d+)\s.*?match\s+vlan\s+vlan-id\s+(\d+)"
    r"(?:.*?replace\s+vlan-id\s+(\d+))?"
)
_GASP = re.compile(r"(?:^|[\s_(])(?:DGi|dying.?gasp)\b", re.IGNORECASE)
_LOSS = re.compile(r"(?:^|[\s_(])(?:LOSi|LOBi|LOFi|LOAMi|LOS)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """An ONU in DmOS's list. `rest` is what stands behind its state: more columns with every release."""

    pon: str
    number: int
    serial: str
    oper: str
    rest: str


@dataclass(frozen=True)
class Service:
    """A service port of an ONU."""

    index: str
    gem: str
    user_vlan: str
    vlan: int


def error(answer: str) -> str:
    """The OLT's words where it said no, "" where it did not."""
    found = _ERROR.search(answer)
    return found[0].strip() if found else ""


def check(answer: str) -> str:
    """`answer` where the OLT did not say no. Raises Unreachable("busy") or Refused("olt_refused") with its words."""
    words = error(answer)
    if words and _LOCKED.search(words):
        raise Unreachable("busy", words)
    if words:
        raise Refused("olt_refused", words)
    return answer


def empty(answer: str) -> bool:
    """Whether the OLT said that there is nothing."""
    return bool(_EMPTY.search(answer))


def onus(answer: str) -> list[Row]:
    """The rows of `show interface gpon ... onu`."""
    return [Row(row[1], int(row[2]), onu_serial(row[3]), row[4], row[5]) for row in _ROW.finditer(answer)]


def pons(answer: str) -> list[str]:
    """The PONs of `show interface gpon brief`."""
    return list(dict.fromkeys(_PON.findall(answer)))


def discovered(answer: str) -> tuple[FoundOnu, ...]:
    """The rows of `show interface gpon discovered-onus`."""
    return tuple(FoundOnu(pon, onu_serial(serial)) for pon, serial in _FOUND.findall(answer))


def services(answer: str, pon: str, number: int) -> list[Service]:
    """The service ports of one ONU in the running configuration."""
    return [
        Service(row[1], row[4], row[5], int(row[6] or row[5]))
        for row in _SERVICE.finditer(answer)
        if (row[2], row[3]) == (pon, str(number))
    ]


def field(answer: str, name: str) -> str:
    """The value behind `name :` in a detail, "" where there is none."""
    found = re.search(rf"^\s*{re.escape(name)}\s*:[ \t]*(.*?)\s*$", answer, re.MULTILINE | re.IGNORECASE)
    return "" if found is None or found[1] in ("-", "N/A") else found[1]


def state_of(oper: str, reason: str) -> tuple[OnuState, DownCause]:
    """State and cause. What is neither up nor down is unknown; a dying gasp wins where both are told."""
    if oper.lower() == "up":
        return "online", ""
    if oper.lower() != "down":
        return "unknown", "unknown"
    if _GASP.search(reason):
        return "dying_gasp", "dying_gasp"
    if _LOSS.search(reason):
        return "los", "los"
    return "offline", "unknown"
