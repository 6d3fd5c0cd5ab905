"""What a measurement means, in plain words: the verdict on a line from its facts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Cause = Literal[
    "blocked_in_network", "fibre_cut", "no_power", "offline", "weak_signal", "not_connected", "all_good", "not_measured"
]


@dataclass(frozen=True)
class Verdict:
    """The cause, and the evidence for it: when it was measured, the optical power in dBm, since when.

    `remedy`: try (the customer can do something), ticket (a technician has to), person (somebody has to look).
    """

    cause: Cause
    remedy: Literal["try", "ticket", "person"]
    measured_at: datetime | None
    rx_dbm: float | None = None
    since: datetime | None = None


def judge(facts: Mapping[str, Any], weak_dbm: float) -> Verdict:
    """The verdict on `facts` as provisioning's diagnosis stores them: {"access": {...}, "line": {...}}.

    LOS is a fibre without light, dying gasp an ONU that lost its power: the two need different people. A reading that
    failed or says "unknown" is never taken for "offline". `weak_dbm` is the provider's limit for received power.
    """
    access, line = _part(facts, "access"), _part(facts, "line")
    state = line.get("onu_state", "unknown")
    at = _time(line.get("read_at")) or _time(access.get("read_at"))
    rx, since = line.get("rx_dbm"), _time(line.get("since"))
    if access.get("blocked"):
        return Verdict("blocked_in_network", "person", at, rx, since)
    if state == "los":
        return Verdict("fibre_cut", "ticket", at, rx, since)
    if state == "dying_gasp":
        return Verdict("no_power", "try", at, rx, since)
    if state == "offline":
        return Verdict("offline", "try", at, rx, since)
    if state != "online":
        return Verdict("not_measured", "try", at)
    if rx is not None and rx < weak_dbm:
        return Verdict("weak_signal", "ticket", at, rx, since)
    if "sessions" in access and not access["sessions"]:
        return Verdict("not_connected", "try", at, rx, since)
    return Verdict("all_good", "try", at, rx, since)


def _part(facts: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = facts.get(name)
    return part if isinstance(part, Mapping) and "error" not in part else {}


def _time(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) and value else None
