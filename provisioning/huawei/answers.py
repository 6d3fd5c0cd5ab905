"""What a SmartAX's answers mean: states, causes, optical power, refusals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo

from core.errors import Refused, Unreachable
from core.onu_serial import onu_serial
from provisioning.olt import FoundOnu, OnuSeen
from provisioning.olt_cli.words import dbm, decimal, moment
from provisioning.ports import DownCause, OnuState

_FAILURE = re.compile(r"^\s*(?:Failure\s*:|%)\s*(.*)$", re.MULTILINE)
_NOTHING = re.compile(r"not exist|no ONT|not any|No service virtual port|not found", re.IGNORECASE)
_BUSY = re.compile(r"busy|retry|too many|upper limit of (?:users|sessions)", re.IGNORECASE)
_TOTAL = re.compile(r"total(?: number)? of ONTs (?:is|are)\s*:\s*(\d+)", re.IGNORECASE)
_CAUSES: tuple[tuple[re.Pattern[str], DownCause], ...] = (
    (re.compile(r"dying"), "dying_gasp"),
    (re.compile(r"deact"), "deactivated"),
    (re.compile(r"\b(?:reset|reboot)"), "reset"),
    # LOS, LOSi/LOBi, LOFi, LOAMi, LOKi, SFi.
    (re.compile(r"^(?:lo[sbfak]|sf)"), "los"),
)
# How far the last dying gasp may be from the drop to belong to it: both are told of one power cut.
_SAME_DROP = timedelta(seconds=900)
_LIGHT = re.compile(r"^\s*(OLT Rx ONT optical|Rx optical|Tx optical) power\(dBm\)\s*:\s*(\S+)", re.MULTILINE)


def failure(answer: str) -> str:
    """The OLT's words where it said no, "" where it did not."""
    found = _FAILURE.search(answer)
    return found[1].strip() or "%" if found else ""


def nothing(answer: str) -> bool:
    """Whether the OLT said that there is no such thing."""
    return bool(_NOTHING.search(failure(answer)))


def check(answer: str) -> str:
    """`answer` where the OLT did not say no. Raises Unreachable("busy") or Refused("olt_refused") with its words."""
    words = failure(answer)
    if words and _BUSY.search(words):
        raise Unreachable("busy", words)
    if words:
        raise Refused("olt_refused", words)
    return answer


def cause_of(words: str) -> DownCause:
    """The down cause that the OLT's words tell."""
    plain = words.strip().lower()
    if plain in ("", "-", "--"):
        return "unknown"
    return next((cause for pattern, cause in _CAUSES if pattern.search(plain)), "other")


def state_of(run_state: str, cause: DownCause) -> tuple[OnuState, DownCause]:
    """State and cause of an ONU with this run state. What is neither online nor offline is unknown."""
    if run_state == "online":
        return "online", ""
    if run_state != "offline":
        return "unknown", "unknown"
    if cause == "los":
        return "los", cause
    return ("dying_gasp" if cause == "dying_gasp" else "offline"), cause


def detail_cause(row: Mapping[str, str], zone: tzinfo, now: datetime) -> DownCause:
    """The cause in `display ont info`: a dying gasp just before a loss of signal is what began it."""
    cause = "deactivated" if row["control_flag"].startswith("deact") else cause_of(row["last_down_cause"])
    gasp = moment(row["last_dying_gasp_time"], zone, now)
    drop = moment(row["last_down_time"], zone, now)
    if cause == "los" and gasp and drop and abs(drop - gasp) <= _SAME_DROP:
        return "dying_gasp"
    return cause


def seen(row: Mapping[str, str], zone: tzinfo, now: datetime) -> OnuSeen:
    """One row of `display ont info summary`."""
    state, cause = state_of(row["run_state"], cause_of(row["last_downcause"]))
    since = row["last_uptime"] if state == "online" else row["last_downtime"] if state != "unknown" else ""
    return OnuSeen(
        pon=row["port"],
        number=int(row["ont_id"]),
        serial=onu_serial(row["serial_number"]),
        state=state,
        cause=cause,
        changed_at=moment(since, zone, now),
        rx_dbm=dbm(row["rx_power_dbm"]),
    )


def found(row: Mapping[str, str], zone: tzinfo, now: datetime) -> FoundOnu:
    """One row of the autofind list."""
    return FoundOnu(
        pon=place(row["fsp"]),
        serial=onu_serial(row["serial_number"]),
        model=row["ont_equipment_id"],
        found_at=moment(row["ont_autofind_time"], zone, now),
    )


def light(answer: str) -> dict[str, float | None]:
    """`display ont optical-info` of one ONU: rx_dbm, tx_dbm and olt_rx_dbm, those that it tells."""
    names = {"Rx optical": "rx_dbm", "Tx optical": "tx_dbm", "OLT Rx ONT optical": "olt_rx_dbm"}
    return {names[found[1]]: dbm(found[2].rstrip(",")) for found in _LIGHT.finditer(answer)}


def total(answer: str) -> int | None:
    """How many ONUs `display ont info F S P all` counts; None where it counts none."""
    found = _TOTAL.search(answer)
    return int(found[1]) if found else None


def place(written: str) -> str:
    """`0/1/0` for SmartAX's `0/ 1/0`."""
    return re.sub(r"\s", "", written)


def metres(text: str) -> int | None:
    """A distance; None for "-"."""
    value = decimal(text)
    return int(value) if value is not None else None
