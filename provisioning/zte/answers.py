"""What a ZTE OLT's answers mean: states, causes, optical power, refusals."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

from core.errors import Refused
from core.onu_serial import onu_serial
from provisioning.olt import FoundOnu, OnuSeen
from provisioning.olt_cli.words import dbm, moment
from provisioning.ports import DownCause, OnuState

# Its errors come back to a usual prompt: `%Error 20202: Invalid input`, `%Code 32310-GPONSRV : ...`.
_ERROR = re.compile(r"^\s*%\s*(?:(?:Error|Code|Info)\s*)?(.*)$", re.MULTILINE | re.IGNORECASE)
_NOTHING = re.compile(r"no related information|not exist|no such|not found", re.IGNORECASE)
_PLACE = re.compile(r"(\d+/\d+/\d+):(\d+)")
_STATE = re.compile(r"^\s*(?:gpon[-_]onu[-_])?(\d+/\d+/\d+):(\d+)\s+(\S+)\s+(\S+)\s+(\S+)", re.MULTILINE)
_BASE = re.compile(r"^\s*onu\s+(\d+)\s+type\s+(\S+)\s+sn\s+(\S+)", re.MULTILINE | re.IGNORECASE)
_WAITING = re.compile(r"^\s*gpon[-_](?:onu|olt)[-_](\d+/\d+/\d+)(?::\d+)?\s+(.*)$", re.MULTILINE)
_COUNT = re.compile(r"ONU Number\s*:\s*(\d+)\s*/\s*(\d+)", re.IGNORECASE)
_HISTORY = re.compile(r"^\s*\d+\s+(\d[\d\-]+ [\d:]+)\s+(\d[\d\-]+ [\d:]+)(?:[ \t]+(\S.*?))?\s*$", re.MULTILINE)
_UP = re.compile(r"^\s*up\s+Rx\s*:?\s*(\S+?)\(dbm\)\s+Tx\s*:?\s*(\S+?)\(dbm\)", re.MULTILINE | re.IGNORECASE)
_DOWN = re.compile(r"^\s*down\s+Tx\s*:?\s*(\S+?)\(dbm\)\s+Rx\s*:?\s*(\S+?)\(dbm\)", re.MULTILINE | re.IGNORECASE)
_STATES: dict[str, tuple[OnuState, DownCause]] = {
    "working": ("online", ""),
    "los": ("los", "los"),
    "dyinggasp": ("dying_gasp", "dying_gasp"),
    "offline": ("offline", "unknown"),
}


def error(answer: str) -> str:
    """The OLT's words where it said no, "" where it did not."""
    found = _ERROR.search(answer)
    return found[1].strip() or "%" if found else ""


def nothing(answer: str) -> bool:
    """Whether the OLT said that there is no such thing."""
    return bool(_NOTHING.search(error(answer)))


def check(answer: str) -> str:
    """`answer` where the OLT did not say no. Raises Refused("olt_refused") with its words."""
    if error(answer):
        raise Refused("olt_refused", error(answer))
    return answer


def state_of(phase: str, admin: str = "enable") -> tuple[OnuState, DownCause]:
    """State and cause of an ONU in this phase. Phases on the way up or down (logging, syncMib) are unknown."""
    if admin.lower() == "disable":
        return "offline", "deactivated"
    return _STATES.get(phase.lower(), ("unknown", "unknown"))


def place(answer: str) -> tuple[str, int] | None:
    """PON and number in `show gpon onu by sn`; None where it names none."""
    found = _PLACE.search(answer)
    return (found[1], int(found[2])) if found else None


def phases(answer: str) -> dict[tuple[str, int], tuple[OnuState, DownCause]]:
    """`show gpon onu state` as {(pon, number): (state, cause)}."""
    return {(row[1], int(row[2])): state_of(row[5], row[3]) for row in _STATE.finditer(answer)}


def counted(answer: str) -> int | None:
    """How many ONUs `show gpon onu state` counts on its PON, working or not; None where it counts none."""
    found = _COUNT.search(answer)
    return int(found[2]) if found else None


def configured(answer: str) -> dict[int, tuple[str, str]]:
    """The running configuration of a PON as {number: (serial, type)}."""
    return {int(row[1]): (onu_serial(row[3]), row[2]) for row in _BASE.finditer(answer)}


def seen(pon: str, answer: str, serials: dict[int, tuple[str, str]]) -> list[OnuSeen]:
    """The ONUs of a PON from `show gpon onu state`, with their serials where its configuration names them."""
    return [
        OnuSeen(pon, number, serials.get(number, ("", ""))[0], state, cause)
        for (where, number), (state, cause) in phases(answer).items()
        if where == pon
    ]


def waiting(answer: str) -> tuple[FoundOnu, ...]:
    """The list of ONUs that are configured nowhere: the first word of a line that is a serial."""
    found = []
    for row in _WAITING.finditer(answer):
        words = row[2].split()
        serial = next((onu_serial(word) for word in words if onu_serial(word)), "")
        if serial:
            found.append(FoundOnu(row[1], serial))
    return tuple(found)


def field(answer: str, name: str) -> str:
    """The value behind `name:` in a detail, "" where there is none."""
    found = re.search(rf"^\s*{re.escape(name)}\s*:[ \t]*(.*?)\s*$", answer, re.MULTILINE | re.IGNORECASE)
    return "" if found is None or found[1] in ("-", "N/A") else found[1]


def history(answer: str, zone: tzinfo, now: datetime) -> tuple[datetime | None, datetime | None, str]:
    """When it last came up, when it last went, and why, from the end of `detail-info`."""
    entries = _HISTORY.findall(answer)
    up = moment(entries[-1][0], zone, now) if entries else None
    gone = next((entry for entry in reversed(entries) if not entry[1].startswith("0000")), None)
    return up, moment(gone[1], zone, now) if gone else None, gone[2] if gone else ""


def refined(cause: DownCause, words: str) -> tuple[OnuState, DownCause]:
    """State and cause of an ONU that is down, where the history says why."""
    plain = words.replace(" ", "").lower()
    if "dying" in plain:
        return "dying_gasp", "dying_gasp"
    if plain.startswith(("los", "lof", "loami", "loki")):
        return "los", "los"
    if "reboot" in plain or "reset" in plain:
        return "offline", "reset"
    return "offline", ("other" if plain and cause == "unknown" else cause)


def light(answer: str) -> dict[str, float | None]:
    """`show pon power attenuation` of one ONU: rx_dbm, tx_dbm and olt_rx_dbm, None for no signal."""
    up, down = _UP.search(answer), _DOWN.search(answer)
    return {
        "olt_rx_dbm": dbm(up[1]) if up else None,
        "tx_dbm": dbm(up[2]) if up else None,
        "rx_dbm": dbm(down[2]) if down else None,
    }
