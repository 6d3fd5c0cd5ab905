"""Reading one line: access side, OLT and router at the same time, and what could not be read is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from core.errors import Failure, Refused
from provisioning.action import DIAGNOSE, Action, Equipment, Order, Plan
from provisioning.cpe import CpeState
from provisioning.facts import access_facts, line_facts
from provisioning.ports import Note, Outcome, Target
from provisioning.side_by_side import side_by_side

# Seconds from the start. An answer has to be there within five, whatever is slow.
LIMITS = {"access": 4.0, "line": 4.5, "cpe": 3.0}
LABELS = {"access": "Acesso", "line": "Linha", "cpe": "Roteador"}
LATE = "not_in_time"


@dataclass(frozen=True)
class Diagnose:
    """Gathers what can be read about one line; what could not be read is named, never guessed."""

    name: str = DIAGNOSE
    title: str = "Diagnosticar linha"
    changes: bool = False
    role: Literal["any"] = "any"
    limits: Mapping[str, float] = field(default_factory=lambda: LIMITS)

    def plan(self, order: Order, equipment: Equipment) -> Plan:
        """Nothing would change."""
        return Plan()

    def apply(self, order: Order, equipment: Equipment, note: Note) -> Outcome:
        """Reads. {"access": ..., "line": ..., "cpe": ...}, each with `read_at`, or with `error` and `tried_at`.

        The router stands there only where an ACS is configured. Raises what is no Failure.
        """
        facts = self._gathered(order.target, equipment)
        for name, part in facts.items():
            note(f"{LABELS[name]}: " + (f"não pôde ser lido ({part['error']})" if "error" in part else "lido"))
        if all("error" in part for part in facts.values()):
            return Outcome("failed", "nothing_read", facts)
        return Outcome("verified", "partial" if any("error" in part for part in facts.values()) else "read", facts)

    def verify(self, order: Order, equipment: Equipment, outcome: Outcome) -> Outcome:
        """Nothing was changed, so there is nothing to read back."""
        return outcome

    def _gathered(self, target: Target, equipment: Equipment) -> dict[str, Any]:
        reads: dict[str, Callable[[], dict[str, Any]]] = {
            "access": lambda: access_facts(equipment.need_access().state(target.pppoe_login)),
            "line": lambda: _read_line(target, equipment),
            "cpe": lambda: _read_router(target, equipment),
        }
        found = side_by_side({name: (read, self.limits[name]) for name, read in reads.items()})
        facts = {name: _part(found.get(name)) for name in reads}
        if facts["cpe"].get("error") == "no_driver":
            del facts["cpe"]
        return facts


def _read_line(target: Target, equipment: Equipment) -> dict[str, Any]:
    if not target.onu:
        raise Refused("no_onu")
    with equipment.olt(target.olt) as olt:
        facts = line_facts(olt.read(target.pon, target.onu))
        return {**facts, "can_reboot": True} if "reboot" in olt.can else facts


def _read_router(target: Target, equipment: Equipment) -> dict[str, Any]:
    with equipment.cpe() as cpe:
        return _router_facts(cpe.state(cpe.find(target.pppoe_login, target.onu)))


def _router_facts(state: CpeState) -> dict[str, Any]:
    return {
        "read_at": state.read_at.isoformat(),
        "informed_at": state.informed_at.isoformat() if state.informed_at else None,
        "model": state.model,
        "firmware": state.firmware,
        "uptime_seconds": state.uptime_seconds,
        "wifi": [
            {"ssid": one.ssid, "band": one.band, "channel": one.channel, "enabled": one.enabled} for one in state.wifi
        ],
        "connected": sum(host.active for host in state.hosts),
    }


def _part(ended: Future[dict[str, Any]] | None) -> dict[str, Any]:
    """What was read; else why not, and when that was tried."""
    try:
        if ended:
            return ended.result()
        code = LATE
    except Failure as failure:
        code = failure.code
    return {"error": code, "tried_at": datetime.now(UTC).isoformat()}


ACTIONS: tuple[Action, ...] = (Diagnose(),)
