"""What the detector looks at and what it says: lines, reports and verdicts, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from provisioning.outages.place import pon_scope

LineState = Literal["up", "down", "unknown"]
Cause = Literal["", "power", "fibre"]
Kind = Literal["fibre", "power", "mixed", "unknown"]
ScopeKind = Literal["cto", "pon", "olt", "area", "pop"]
Scope = tuple[ScopeKind, str]


@dataclass(frozen=True, slots=True)
class Line:
    """An active contract's line: its place, whether it is up, and if it is not, why and since when.

    `since` is None where nobody knows, as of a line that nobody ever saw working: it proves nothing.
    """

    contract: str
    olt: str
    pon: str
    cto: str
    area: str
    pop: str
    state: LineState
    cause: Cause = ""
    since: datetime | None = None

    def scopes(self) -> tuple[tuple[Scope, str], ...]:
        """Every place that the line hangs in, each with the part of it (CTO in a PON, PON in an OLT)."""
        pon = pon_scope(self.olt, self.pon)
        found: tuple[tuple[Scope, str], ...] = (
            (("cto", self.cto), self.contract),
            (("pon", pon), self.cto or self.contract),
            (("olt", self.olt), pon or self.contract),
            (("area", self.area), pon or self.contract),
            (("pop", self.pop), self.olt),
        )
        return tuple(pair for pair in found if pair[0][1])


@dataclass(frozen=True, slots=True)
class Report:
    """A subscriber said that the line is down."""

    contract: str
    at: datetime


@dataclass(frozen=True)
class Verdict:
    """A fault that many feel: the smallest place that explains it, its kind, and the contracts whose lines dropped."""

    scope_kind: ScopeKind
    scope: str
    kind: Kind
    contracts: frozenset[str]
    started_at: datetime
    evidence: dict[str, Any] = field(default_factory=dict, hash=False)


def judge(state: str, cause: str) -> tuple[LineState, Cause]:
    """An ONU's state and down cause (as in provisioning.ports) as a line's.

    Power wins over light: an ONU that dies loses its light in the same second. One that somebody deactivated, and one
    that could not be read, say nothing.
    """
    if state == "online":
        return "up", ""
    if state == "unknown" or cause == "deactivated":
        return "unknown", ""
    if "dying_gasp" in (state, cause):
        return "down", "power"
    return "down", "fibre" if "los" in (state, cause) else ""
