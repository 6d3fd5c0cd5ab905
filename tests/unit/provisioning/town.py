"""A small town of lines for the detector: four PONs of four CTOs, eight lines each, in four neighbourhoods."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from provisioning.outages.detect import detect
from provisioning.outages.limits import Limits
from provisioning.outages.line import Line, Report, Verdict, judge

NOW = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
LIMITS = Limits()


def town(olt: str = "OLT-A", pons: int = 4, ctos: int = 4, each: int = 8) -> list[Line]:
    """Everybody online. The neighbourhood goes by the CTO's number, so each lies across all PONs."""
    return [
        Line(f"{olt}-{pon}-{cto}-{n}", olt, f"0/1/{pon}", f"{olt}-{pon}-CTO{cto}", f"Bairro {cto}", "POP 1", "up")
        for pon in range(pons)
        for cto in range(ctos)
        for n in range(each)
    ]


def down(
    lines: Iterable[Line], where: Callable[[Line], bool], state: str, ago: float = 2, cause: str = ""
) -> list[Line]:
    """The lines, those that fit down in this ONU state since `ago` minutes."""
    judged, why = judge(state, cause)
    since = NOW - timedelta(minutes=ago)
    return [replace(line, state=judged, cause=why, since=since) if where(line) else line for line in lines]


def seen(lines: list[Line], *told: str, limits: Limits = LIMITS, silent: tuple[str, ...] = ()) -> tuple[Verdict, ...]:
    """What is detected, with reports of these contracts."""
    return detect(lines, [Report(ref, NOW) for ref in told], NOW, limits, silent=silent)


def brief(verdicts: tuple[Verdict, ...]) -> list[tuple[str, str, str, int]]:
    """Scope kind, scope, kind and number of contracts."""
    return [(v.scope_kind, v.scope, v.kind, len(v.contracts)) for v in verdicts]
