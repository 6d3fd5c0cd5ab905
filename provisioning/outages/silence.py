"""What subscribers' reports alone say where the OLT itself does not answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from provisioning.outages.limits import Limits
from provisioning.outages.line import Line, Report, Scope, Verdict


def behind_silence(
    lines: Sequence[Line], reports: Sequence[Report], silent: Collection[str], limits: Limits
) -> list[Verdict]:
    """An outage of unknown kind for every silent OLT behind which enough subscribers say that they are offline."""
    if not silent or not reports:
        return []
    first: dict[str, Report] = {}
    for report in sorted(reports, key=lambda report: report.at):
        first.setdefault(report.contract, report)
    behind: dict[str, list[Line]] = {}
    for line in lines:
        if line.olt in silent and line.state == "unknown":
            behind.setdefault(line.olt, []).append(line)
    return [verdict for near in behind.values() if (verdict := _verdict(near, first, limits))]


def _verdict(lines: list[Line], first: dict[str, Report], limits: Limits) -> Verdict | None:
    told = [line for line in lines if line.contract in first]
    if len(told) < limits.reports_alone:
        return None
    kind, name = _smallest(told)
    inside = frozenset(line.contract for line in lines if (kind, name) in {scope for scope, _ in line.scopes()})
    began = min(first[line.contract].at for line in told)
    evidence = {"down": 0, "unread": len(inside), "reports": len(told), "olt_silent": True}
    return Verdict(kind, name, "unknown", inside, began, evidence)


def _smallest(told: list[Line]) -> Scope:
    """The smallest place that all of them hang in; they are behind one OLT."""
    shared = set.intersection(*({scope for scope, _ in line.scopes()} for line in told))
    order = ("cto", "pon", "olt")
    return min((scope for scope in shared if scope[0] in order), key=lambda scope: order.index(scope[0]))
