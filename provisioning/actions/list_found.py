"""Reads which ONUs an OLT found that are configured nowhere, and how full their PONs are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from core.errors import Refused
from provisioning.action import LIST_FOUND, Action, Equipment, Order, Plan
from provisioning.actions.onu import supports
from provisioning.ports import Note, Outcome


@dataclass(frozen=True)
class ListFound:
    """{"found": [{pon, serial, model, found_at}], "pons": {pon: {used, limit}}, "read_at"}."""

    name: str = LIST_FOUND
    title: str = "Ler ONUs novas"
    changes: bool = False
    role: Literal["olt"] = "olt"

    def plan(self, order: Order, equipment: Equipment) -> Plan:
        """Nothing would change."""
        return Plan()

    def apply(self, order: Order, equipment: Equipment, note: Note) -> Outcome:
        """Reads the list, and counts the PONs that stand in it where the OLT can be asked."""
        with equipment.olt(order.target.olt) as olt:
            supports(olt, "found")
            found = olt.found()
            pons = {}
            for pon in sorted({onu.pon for onu in found}):
                try:
                    load = olt.load(pon)
                except Refused:
                    continue
                pons[pon] = {"used": load.used, "limit": load.limit}
        rows = [
            {
                "pon": onu.pon,
                "serial": onu.serial,
                "model": onu.model,
                "found_at": onu.found_at.isoformat() if onu.found_at else None,
            }
            for onu in found
        ]
        return Outcome("verified", "read", {"found": rows, "pons": pons, "read_at": datetime.now(UTC).isoformat()})

    def verify(self, order: Order, equipment: Equipment, outcome: Outcome) -> Outcome:
        """Nothing was changed."""
        return outcome


ACTIONS: tuple[Action, ...] = (ListFound(),)
