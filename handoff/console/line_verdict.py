"""A diagnosis in one line, for whoever has the customer waiting: up or down, what is wrong, the light, since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handoff.console.evidence import VERDICTS
from handoff.console.wording import moment, spoken
from provisioning.diagnosis import Diagnosis, Line
from provisioning.verdict import DOWN, Verdict, judge


@dataclass(frozen=True)
class LineVerdict:
    """The line of words, and whether nothing is wrong in it."""

    words: str
    good: bool


def line_verdict(facts: Mapping[str, Any], now: datetime, zone: str) -> LineVerdict:
    """The verdict on what a diagnosis kept. What could not be read is left out; nothing is guessed."""
    diagnosis = Diagnosis.from_facts(facts)
    verdict, line = judge(diagnosis), diagnosis.line or Line()
    since = _since(diagnosis, line)
    parts = [
        "On-line" if line.onu_state == "online" else "Off-line" if line.onu_state in DOWN else "",
        VERDICTS[verdict.cause],
        _light(diagnosis, line, verdict),
        f"desde {moment(since, now, zone)}" if since else "",
    ]
    words = " · ".join(part for part in parts if part)
    return LineVerdict(words[:1].upper() + words[1:], verdict.cause == "all_good")


def _light(diagnosis: Diagnosis, line: Line, verdict: Verdict) -> str:
    if line.rx_dbm is None or line.onu_state != "online":
        return ""
    limits = diagnosis.limits
    if line.rx_dbm > limits.strong_dbm:
        judged = "forte demais"
    elif line.rx_dbm < limits.weak_dbm:
        judged = "fraca"
    elif verdict.cause == "weak_signal":
        judged = "fraca na OLT"
    elif verdict.usual_dbm is not None:
        judged = f"costuma ser {spoken(verdict.usual_dbm, 'UTC')} dBm"
    else:
        judged = "boa"
    return f"luz {spoken(line.rx_dbm, 'UTC')} dBm ({judged})"


def _since(diagnosis: Diagnosis, line: Line) -> datetime | None:
    """Since when the line is as it is: the ONU's own word, or of a line that is up the newest session's."""
    if line.since or line.onu_state in DOWN:
        return line.since
    sessions = (diagnosis.access.sessions if diagnosis.access else None) or ()
    return max((session.since for session in sessions if session.since), default=None)
