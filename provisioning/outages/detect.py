"""Tells an outage from lines that are down by themselves, in the smallest place that explains it. Values only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from provisioning.outages.limits import Limits
from provisioning.outages.line import Line, Report, Scope, Verdict
from provisioning.outages.silence import behind_silence
from provisioning.outages.tally import Tally, count, since_of

# A place this large went down as a whole only if nearly all of its parts did, not two of three.
PARTS_HIT = 0.8
WHOLE = 0.9
MOST_NAMES = 20


def detect(
    lines: Sequence[Line],
    reports: Sequence[Report],
    now: datetime,
    limits: Limits,
    *,
    alarms: Collection[Scope] = (),
    silent: Collection[str] = (),
) -> tuple[Verdict, ...]:
    """The outages among these lines (one for each contract that is not cancelled), the largest first.

    `alarms` are places of which equipment itself complained, `silent` OLTs that do not answer: with reports they are
    the second source that a small place needs. A line that is up never makes an outage larger, one that is not known
    never makes one.
    """
    drops = [line for line in lines if _dropped(line, now, limits)]
    fresh = [report for report in reports if report.at > now - timedelta(minutes=limits.reports_minutes)]
    told = {report.contract for report in fresh}
    found = [fitting for tally in count(lines, drops) if (fitting := _outage(tally, limits, told, alarms))]
    verdicts = [*_named(found, limits, told), *behind_silence(lines, fresh, silent, limits)]
    return tuple(sorted(verdicts, key=lambda verdict: (-len(verdict.contracts), verdict.scope)))


def _dropped(line: Line, now: datetime, limits: Limits) -> bool:
    return line.state == "down" and line.since is not None and line.since > now - limits.chronic


def _outage(tally: Tally, limits: Limits, told: Collection[str], alarms: Collection[Scope]) -> Tally | None:
    """The tally of the drops that make an outage of this place; None where they make none."""
    burst = tally.within(limits)
    if len(burst.drops) >= limits.least_drops:
        return burst if burst.share >= limits.least_share and _spread(burst, limits) else _creeping(tally, limits)
    return _small(burst, limits, told, alarms) or _creeping(tally, limits)


def _creeping(tally: Tally, limits: Limits) -> Tally | None:
    """Nearly everybody in a CTO or PON dropped, though not at once."""
    near = tally.scope[0] in ("cto", "pon")
    enough = len(tally.drops) >= limits.least_drops and tally.share >= limits.creep_share
    return tally if near and enough and _spread(tally, limits) else None


def _small(tally: Tally, limits: Limits, told: Collection[str], alarms: Collection[Scope]) -> Tally | None:
    """All of the few lines of a CTO or PON (of four or more, all but one), and somebody else says so too."""
    number, kind = len(tally.drops), tally.scope[0]
    if kind not in ("cto", "pon") or number < 2 or tally.unread > number:
        return None
    complete = tally.up.total() <= (1 if number >= 3 else 0)
    places = {scope for line, _ in tally.drops for scope, _ in line.scopes() if scope[0] in ("cto", "pon")}
    second = any(line.contract in told for line, _ in tally.drops) or not places.isdisjoint(alarms)
    return tally if complete and second and _spread(tally, limits) else None


def _spread(tally: Tally, limits: Limits) -> bool:
    """Whether the place itself is the smallest that explains it: one part alone would be a fault of that part."""
    kind = tally.scope[0]
    if kind == "cto":
        return True
    hit = tally.hit(limits.least_share)
    if hit < 2:
        return False
    if kind == "area":
        # Light is lost by a cable's way, not by a neighbourhood: only the utility's power goes by streets.
        return tally.kind(limits) == "power"
    return kind == "pon" or hit >= PARTS_HIT * tally.parts


def _rank(tally: Tally, limits: Limits) -> tuple[int, float, str]:
    """The place that is named first. A neighbourhood without power goes before the PONs it lies across, but not
    before an OLT of which nothing is left."""
    order = {"area": 2, "pop": 3, "olt": 4, "pon": 5, "cto": 6}
    kind = tally.scope[0]
    whole = kind in ("pop", "olt") and tally.share >= WHOLE
    return (order[kind] - (3 if whole else 0), -len(tally.drops), tally.scope[1])


def _named(found: Iterable[Tally], limits: Limits, told: Collection[str]) -> list[Verdict]:
    """Every drop belongs to one outage: to the first place that it qualifies in, or with the most of its place."""
    taken: dict[str, int] = {}
    groups: list[tuple[Tally, set[str]]] = []
    for tally in sorted(found, key=lambda tally: _rank(tally, limits)):
        contracts = {line.contract for line, _ in tally.drops}
        free = contracts - taken.keys()
        if 2 * len(free) > len(contracts):
            groups.append((tally, set()))
            home = len(groups) - 1
        elif free:
            home = Counter(taken[ref] for ref in contracts - free).most_common(1)[0][0]
        else:
            continue
        groups[home][1].update(free)
        taken.update(dict.fromkeys(free, home))
    return [_verdict(tally, frozenset(refs), limits, told) for tally, refs in groups]


def _verdict(tally: Tally, contracts: frozenset[str], limits: Limits, told: Collection[str]) -> Verdict:
    times = [since_of(line) for line, _ in tally.drops]
    causes = Counter(line.cause for line, _ in tally.drops)
    hit = {part for _, part in tally.drops}
    evidence: dict[str, Any] = {
        "down": len(tally.drops),
        "judged": tally.judged,
        "unread": tally.unread,
        "power": causes["power"],
        "fibre": causes["fibre"],
        "unclear": causes[""],
        "pons": sorted({f"{line.olt} {line.pon}" for line, _ in tally.drops})[:MOST_NAMES],
        "ctos": sorted({line.cto for line, _ in tally.drops if line.cto})[:MOST_NAMES],
        "up_beside": sorted(part for part in tally.up if part not in hit)[:MOST_NAMES]
        if tally.scope[0] != "cto"
        else [],
        "first_drop": min(times).isoformat(),
        "last_drop": max(times).isoformat(),
        "reports": len(contracts & set(told)),
    }
    kind, scope = tally.scope
    return Verdict(kind, scope, tally.kind(limits), contracts, min(times), evidence)
