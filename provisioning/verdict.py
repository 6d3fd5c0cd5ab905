"""What a diagnosis means: the verdict on a line from what was read of it, and never from what was not. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from provisioning.diagnosis import Around, Diagnosis, Line

Cause = Literal[
    "blocked_in_network",
    "area_problem",
    "fibre_cut",
    "no_power",
    "offline",
    "weak_signal",
    "dropped_signal",
    "not_connected",
    "cpe_problem",
    "all_good",
    "not_measured",
]
Remedy = Literal["try", "ticket", "person", "wait"]

REMEDY: dict[Cause, Remedy] = {
    "blocked_in_network": "person",
    "area_problem": "wait",
    "fibre_cut": "ticket",
    "no_power": "try",
    "offline": "try",
    "weak_signal": "ticket",
    "dropped_signal": "ticket",
    "not_connected": "try",
    "cpe_problem": "try",
    "all_good": "try",
    "not_measured": "try",
}
DOWN: dict[str, Cause] = {"los": "fibre_cut", "dying_gasp": "no_power", "offline": "offline"}
# So many of the other lines there, and such a part of them, make a fault of one line one of the area.
MOST_ALONE, AREA_PART = 1, 0.5
# A line that was down for so long before the first of the others has a fault of its own.
ALONE_BEFORE = timedelta(minutes=10)
# A router that has not spoken to its ACS for so long, with a session up, is ill.
SILENT_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class Verdict:
    """The cause, and the evidence for it: when it was measured, the optical power in dBm, since when.

    `remedy`: try (the customer can do something), ticket (a technician has to), person (somebody has to look), wait
    (others are down too: it is being seen to). `usual_dbm` is the line's own past where it tells something, `around`
    the neighbours that are down too. `own` is what the line alone would be judged as.
    """

    cause: Cause
    measured_at: datetime | None = None
    rx_dbm: float | None = None
    since: datetime | None = None
    usual_dbm: float | None = None
    around: Around | None = None
    own: Cause = "not_measured"

    @property
    def remedy(self) -> Remedy:
        """Who can do something about it."""
        return REMEDY[self.cause]

    @property
    def down(self) -> bool:
        """Whether the line itself is down, so that its coming back can be seen from here."""
        return self.own in DOWN.values()


def judge(diagnosis: Diagnosis) -> Verdict:
    """The verdict on what was read.

    LOS is a fibre without light, dying gasp an ONU that lost its power: the two need different people. A reading that
    failed or says "unknown" is never taken for "offline".
    """
    line = diagnosis.line or Line()
    own = _own(diagnosis, line)
    around = _others_down(diagnosis) if own in DOWN.values() else None
    if around and line.since and around.since and around.since - line.since > ALONE_BEFORE:
        # It was down by itself before the others were: their fault will not have ended its own.
        around = None
    measured = own != "not_measured"
    return Verdict(
        cause="area_problem" if around else own,
        measured_at=diagnosis.read_at,
        rx_dbm=line.rx_dbm if measured else None,
        since=line.since if measured else None,
        usual_dbm=_usual(diagnosis, line),
        around=around,
        own=own,
    )


def _own(diagnosis: Diagnosis, line: Line) -> Cause:
    if diagnosis.access and diagnosis.access.blocked:
        return "blocked_in_network"
    if line.onu_state in DOWN:
        return DOWN[line.onu_state]
    if line.onu_state != "online":
        return "not_measured"
    if _weak(diagnosis, line):
        return "weak_signal"
    if _usual(diagnosis, line) is not None:
        return "dropped_signal"
    if diagnosis.access and diagnosis.access.sessions is not None and not diagnosis.access.sessions:
        return "not_connected"
    return "cpe_problem" if _router_ill(diagnosis) else "all_good"


def _weak(diagnosis: Diagnosis, line: Line) -> bool:
    limits = diagnosis.limits
    below = line.rx_dbm is not None and line.rx_dbm < limits.weak_dbm
    back = line.olt_rx_dbm is not None and line.olt_rx_dbm < limits.olt_weak_dbm
    above = line.rx_dbm is not None and line.rx_dbm > limits.strong_dbm
    return below or back or above


def _usual(diagnosis: Diagnosis, line: Line) -> float | None:
    """The power that the line used to have, where it has dropped from it by as much as counts."""
    past = diagnosis.past
    if past is None or past.median_dbm is None or line.rx_dbm is None or line.onu_state != "online":
        return None
    return past.median_dbm if past.median_dbm - line.rx_dbm >= diagnosis.limits.drop_db else None


def _others_down(diagnosis: Diagnosis) -> Around | None:
    """The smallest part of the network in which so many others are down that it is no fault of one line."""
    seen = diagnosis.neighbours
    for around in (seen.cto, seen.pon) if seen else ():
        if around and around.down > MOST_ALONE and around.down >= around.total * AREA_PART:
            return around
    return None


def _router_ill(diagnosis: Diagnosis) -> bool:
    """A session is up, and yet the router was silent for long, or sends out no Wi-Fi at all."""
    cpe = diagnosis.cpe
    if cpe is None or cpe.read_at is None:
        return False
    silent = cpe.informed_at is not None and (cpe.read_at - cpe.informed_at).total_seconds() > SILENT_SECONDS
    return silent or (bool(cpe.wifi) and not any(network.enabled for network in cpe.wifi))
