"""What makes an outage of drops: the provider's limits, from the policy `outages`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Misconfigured
from models.provider import Provider

Tell = Literal["who_wrote", "all", "nobody"]


@dataclass(frozen=True)
class Limits:
    """`least_drops` lines must have dropped, and `least_share` of those of the place that can be judged.

    The cause is named from `least_known` known causes on, by `clear_share` of them; else it is mixed. Drops belong
    together within `window_minutes`; a line down for longer than `chronic_hours`, or read longer ago than
    `stale_minutes`, proves nothing. A place that lost `creep_share` of its lines is out however slowly it came.
    `reports_alone` reports from behind an OLT that does not answer make an outage of unknown kind;
    `hasten_reports` within `hasten_minutes` from one CTO have its OLT swept at once.

    `tell` is who hears of an outage unasked. A line counts as steadily back after `steady_seconds`; what is not back
    `linger_minutes` after the others is a fault of its own. Maintenance is told `notice_hours` before (None: a week
    for a small provider, 72 h for others). An OLT that failed `silent_sweeps` times in a row is told as an alert.
    """

    least_drops: int = 5
    least_known: float = 0.4
    clear_share: float = 0.7
    least_share: float = 0.6
    creep_share: float = 0.9
    window_minutes: float = 30
    chronic_hours: float = 24
    stale_minutes: float = 10
    reports_alone: int = 5
    reports_minutes: float = 30
    hasten_reports: int = 3
    hasten_minutes: float = 10
    tell: Tell = "who_wrote"
    steady_seconds: float = 60
    linger_minutes: float = 30
    notice_hours: float | None = None
    silent_sweeps: int = 3

    @property
    def window(self) -> timedelta:
        """Within this time drops belong together."""
        return timedelta(minutes=self.window_minutes)

    @property
    def chronic(self) -> timedelta:
        """A line that is down for longer says nothing about today."""
        return timedelta(hours=self.chronic_hours)

    @property
    def stale(self) -> timedelta:
        """What was read longer ago is not known."""
        return timedelta(minutes=self.stale_minutes)


def limits_of(policies: Mapping[str, Any], size: str = "ppp") -> Limits:
    """The policy `outages`; what it leaves out is as above. Raises Misconfigured for names and values that are none."""
    given = dict(policies.get("outages") or {})
    known = {item.name for item in fields(Limits)}
    wrong = [name for name, value in given.items() if name not in known or not _fits(name, value)]
    if wrong:
        raise Misconfigured("provider", f"policies.outages: {', '.join(sorted(wrong))}")
    # Brazil: a week for small providers (Resolution 614/2013, art. 46), 72 h by RQUAL (717/2019).
    given.setdefault("notice_hours", 168.0 if size == "ppp" else 72.0)
    return Limits(**given)


def read_limits(session: Session) -> Limits:
    """The limits as they stand now; the defaults where there is no provider yet."""
    row = session.execute(select(Provider.policies, Provider.size).order_by(Provider.id).limit(1)).one_or_none()
    return limits_of(row.policies, row.size) if row else limits_of({})


def _fits(name: str, value: object) -> bool:
    if name == "tell":
        return value in ("who_wrote", "all", "nobody")
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
