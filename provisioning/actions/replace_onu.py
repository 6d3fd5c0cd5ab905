"""A broken ONU gives its place to another one, in one step; if that fails, the old one is as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from core.errors import Failure, Unreachable
from provisioning.action import REPLACE_ONU, Action, Equipment, Order, Plan
from provisioning.actions.onu import supports
from provisioning.actions.provision_onu import added, found_on, order_of, read_back, room_on, serial_of
from provisioning.olt import FoundOnu, Olt, OnuConfig, OnuOrder
from provisioning.ports import Note, Outcome


@dataclass(frozen=True)
class ReplaceOnu:
    """Puts another ONU in the place of a broken one."""

    name: str = REPLACE_ONU
    title: str = "Trocar ONU"
    changes: bool = True
    role: Literal["olt"] = "olt"

    def plan(self, order: Order, equipment: Equipment) -> Plan:
        """Both must be there: the old one configured, the new one found."""
        serial = serial_of(order)
        with equipment.olt(order.target.olt) as olt:
            supports(olt, "add")
            old = olt.config(order.target.pon, order.target.onu)
            if new := olt.config(_wish(order) or order.target.pon, serial):
                done = Outcome("already", "configured", {"onu": new.as_json()})
                return Plan(outcome=done if old is None else Outcome("refused", "exists"))
            if old is None and (taken := _taken_out(order)):
                # An earlier try got half-way: what comes next is decided while the OLT is locked.
                return Plan({"onu": [taken.serial, serial], "pon": [taken.pon, _wish(order) or taken.pon]})
            found = _place(olt, order, serial, old)
        diff: dict[str, list[Any]] = {
            "onu": [order.target.onu if old else None, serial],
            "pon": [order.target.pon, found.pon],
        }
        return Plan(diff, keep={"undo": old.as_json()} if old else {})

    def apply(self, order: Order, equipment: Equipment, note: Note) -> Outcome:
        """Old out, new in, under one lock. A kept configuration goes back in when the new one is refused."""
        serial, target = serial_of(order), order.target
        with equipment.olt(target.olt) as olt:
            old = olt.config(target.pon, target.onu)
            if old is None and (new := olt.config(_wish(order) or target.pon, serial)):
                return Outcome("already", "configured", {"onu": new.as_json()})
            gone = None if old else _taken_out(order)
            try:
                found = _place(olt, order, serial, old)
                if old:
                    note(f"Configuração antiga guardada: {old.as_json()}")
                    olt.remove(old.pon, old.serial)
                    gone = old
                return added(olt, order_of(order, found.pon), note)
            except Unreachable as failure:
                # The old one may be out already: whatever comes next, something was changed.
                failure.ambiguous = failure.ambiguous or gone is not None
                raise
            except Failure as failure:
                if gone is None:
                    raise
                return _put_back(olt, gone, failure, note)

    def verify(self, order: Order, equipment: Equipment, outcome: Outcome) -> Outcome:
        """Reads the new one back."""
        return read_back(order, equipment, outcome, serial_of(order))


def _wish(order: Order) -> str:
    """The PON that the person named; empty where nobody did."""
    return str(order.arguments.get("pon", ""))


def _taken_out(order: Order) -> OnuConfig | None:
    """What an earlier try of this job may have removed."""
    kept = order.arguments.get("kept") if order.doubtful else None
    return OnuConfig.from_json(kept) if kept else None


def _place(olt: Olt, order: Order, serial: str, old: OnuConfig | None) -> FoundOnu:
    found = found_on(olt, serial, _wish(order))
    room_on(olt, found.pon, order, freed=1 if old and old.pon == found.pon else 0)
    return found


def _put_back(olt: Olt, old: OnuConfig, failure: Failure, note: Note) -> Outcome:
    note(f"A OLT recusou a ONU nova ({failure.code}); a antiga volta.")
    kept = {name: getattr(old, name) for name in ("pon", "serial", "description", "line_profile", "service_profile")}
    olt.add(OnuOrder(**kept, vlan=old.vlan or 0, extra=old.extra))
    return Outcome("failed", "put_back", {"refused": failure.code, "onu": old.as_json()})


ACTIONS: tuple[Action, ...] = (ReplaceOnu(),)
