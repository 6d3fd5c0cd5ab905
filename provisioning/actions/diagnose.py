"""Reading one line: what the access side and the OLT say, and what could not be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from core.errors import Failure, Refused
from provisioning.action import DIAGNOSE, Action, Equipment, Order, Plan
from provisioning.facts import access_facts, line_facts
from provisioning.ports import Note, Outcome, Target


@dataclass(frozen=True)
class Diagnose:
    """Gathers what can be read about one line; what could not be read is named, never guessed."""

    name: str = DIAGNOSE
    title: str = "Diagnosticar linha"
    changes: bool = False
    role: Literal["any"] = "any"

    def plan(self, order: Order, equipment: Equipment) -> Plan:
        """Nothing would change."""
        return Plan()

    def apply(self, order: Order, equipment: Equipment, note: Note) -> Outcome:
        """Reads. {"access": ..., "line": ...}, each with `read_at`, or with `error` and `tried_at`."""
        target = order.target
        facts = {
            "access": _attempt(lambda: access_facts(equipment.need_access().state(target.pppoe_login))),
            "line": _attempt(lambda: _read_line(target, equipment)),
        }
        for name, label in (("access", "Acesso"), ("line", "Linha")):
            note(f"{label}: " + (f"não pôde ser lido ({facts[name]['error']})" if "error" in facts[name] else "lido"))
        if all("error" in part for part in facts.values()):
            return Outcome("failed", "nothing_read", facts)
        return Outcome("verified", "partial" if any("error" in part for part in facts.values()) else "read", facts)

    def verify(self, order: Order, equipment: Equipment, outcome: Outcome) -> Outcome:
        """Nothing was changed, so there is nothing to read back."""
        return outcome


def _read_line(target: Target, equipment: Equipment) -> dict[str, Any]:
    if not target.onu:
        raise Refused("no_onu")
    with equipment.olt(target.olt) as olt:
        return line_facts(olt.read(target.pon, target.onu))


def _attempt(read: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return read()
    except Failure as failure:
        return {"error": failure.code, "tried_at": datetime.now(UTC).isoformat()}


ACTIONS: tuple[Action, ...] = (Diagnose(),)
