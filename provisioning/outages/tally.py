"""Drops counted by place: how many, in which parts of it, beside how many that stayed up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from provisioning.outages.limits import Limits
from provisioning.outages.line import Kind, Line, Scope

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass
class Tally:
    """One place with drops. `drops` are (line, part of the place), in order of time; `up` counts by part."""

    scope: Scope
    drops: list[tuple[Line, str]] = field(default_factory=list)
    up: Counter[str] = field(default_factory=Counter)
    unread: int = 0

    @property
    def judged(self) -> int:
        """How many lines the share is of. Where more lines are unread than read, those count as up."""
        return max(len(self.drops) + self.up.total(), self.unread)

    @property
    def share(self) -> float:
        """How many of the lines that can be judged dropped, 0 to 1."""
        return len(self.drops) / self.judged

    def hit(self, least_share: float) -> int:
        """How many parts of the place lost `least_share` of their lines."""
        dropped = Counter(part for _, part in self.drops)
        return sum(count >= least_share * (count + self.up[part]) for part, count in dropped.items())

    @property
    def parts(self) -> int:
        """How many parts are known to exist."""
        return len({part for _, part in self.drops} | set(self.up))

    def within(self, limits: Limits) -> Tally:
        """The same place with only those drops that began with the thickest `window`: older ones are another story."""
        times = [since_of(line) for line, _ in self.drops]
        best, first, start = 0, 0, 0
        for last, time in enumerate(times):
            while time - times[first] > limits.window:
                first += 1
            if last - first + 1 >= best:
                best, start = last - first + 1, first
        return Tally(self.scope, self.drops[start:], self.up, self.unread)

    def kind(self, limits: Limits) -> Kind:
        """What the known causes say."""
        causes = Counter(line.cause for line, _ in self.drops)
        power, fibre = causes["power"], causes["fibre"]
        known = power + fibre
        if not known or known < limits.least_known * len(self.drops):
            return "unknown"
        if power >= limits.clear_share * known:
            return "power"
        return "fibre" if fibre >= limits.clear_share * known else "mixed"


def since_of(line: Line) -> datetime:
    """When it dropped."""
    return line.since or NEVER


def count(lines: Iterable[Line], drops: Sequence[Line]) -> list[Tally]:
    """A tally of every place in which one of the `drops` hangs; all other lines that are down say nothing."""
    tallies: dict[Scope, Tally] = {}
    for line in sorted(drops, key=since_of):
        for scope, part in line.scopes():
            tallies.setdefault(scope, Tally(scope)).drops.append((line, part))
    # Most lines hang where nothing dropped: one look at their place has to do.
    places: dict[tuple[str, str, str, str, str], list[tuple[Tally, str]]] = {}
    for line in lines:
        if line.state == "down":
            continue
        key = (line.pop, line.olt, line.pon, line.cto or line.contract, line.area)
        if key not in places:
            places[key] = [(tallies[scope], part) for scope, part in line.scopes() if scope in tallies]
        for tally, part in places[key]:
            if line.state == "up":
                tally.up[part if tally.scope[0] != "cto" else line.contract] += 1
            else:
                tally.unread += 1
    return list(tallies.values())
