"""A broken ONU is replaced in one step; if the new one is refused, the old one is as it was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from core.errors import Failure, Refused, Unreachable
from provisioning.action import REPLACE_ONU, Action, Equipment, Order, Plan
from provisioning.actions.onu import supports
from provisioning.olt import Olt, OnuConfig, OnuOrder
from provisioning.onu_place import added, order_of, place_of, put_back, read_back, room_on, serial_of, standing, stands
from provisioning.ports import Note, Outcome


@dataclass(frozen=True)
class ReplaceOnu:
    """Old out, new in. What was configured of the old one is in the job's facts before anything is changed."""

    name: str = REPLACE_ONU
    title: str = "Trocar ONU"
    changes: bool = True
    role: Literal["olt"] = "olt"

    def plan(self, order: Order, equipment: Equipment) -> Plan:
        """The old one must be configured and the new one found, on a PON with room. What an earlier try may have left
        half-way is mended by `apply`, whatever is found."""
        serial, target = serial_of(order), order.target
        with equipment.olt(target.olt) as olt:
            supports(olt, "add")
            old = olt.config(target.pon, target.onu)
            if old is None and _taken_out(order):
                return Plan({"onu": [None, serial]})
            if new := standing(olt, order):
                if old is None and stands(new, order) == "as wanted":
                    return Plan(outcome=Outcome("already", "configured", {"onu": new.as_json()}))
                raise Refused("exists", f"{serial} na PON {new.pon}")
            pon = place_of(olt, order)
            room_on(olt, pon, order, equipment, freed=_freed(old, pon))
        diff = {"onu": [target.onu if old else None, serial], "pon": [old.pon if old else None, pon]}
        return Plan(diff, keep={"undo": old.as_json()} if old else {})

    def apply(self, order: Order, equipment: Equipment, note: Note) -> Outcome:
        """All under one lock. Whatever keeps the new one out, the old one goes back in, and the outcome says so."""
        with equipment.olt(order.target.olt) as olt:
            old = olt.config(order.target.pon, order.target.onu)
            if old is None:
                return _go_on(olt, order, equipment, note)
            pon = place_of(olt, order)
            room_on(olt, pon, order, equipment, freed=_freed(old, pon))
            note(f"Configuração antiga guardada: {old.as_json()}")
            olt.remove(old.pon, old.serial)
            return _put_in(olt, order, order_of(order, pon), old, note)

    def verify(self, order: Order, equipment: Equipment, outcome: Outcome) -> Outcome:
        """Reads the new one back."""
        return read_back(order, equipment, outcome)


def _freed(old: OnuConfig | None, pon: str) -> int:
    return 1 if old and old.pon == pon else 0


def _taken_out(order: Order) -> OnuConfig | None:
    """What an earlier try of this job took out, None where none did."""
    kept = order.arguments.get("kept")
    return OnuConfig.from_json(kept) if kept and order.doubtful else None


def _go_on(olt: Olt, order: Order, equipment: Equipment, note: Note) -> Outcome:
    """The old one is not there: an earlier try took it out, or it never was."""
    old = _taken_out(order)
    try:
        if new := standing(olt, order):
            if stands(new, order) == "as wanted":
                return Outcome("already", "configured", {"onu": new.as_json()})
            note(f"A ONU {new.serial} ficou pela metade na PON {new.pon}: sai e entra de novo.")
            olt.remove(new.pon, new.serial)
            wanted = replace(order_of(order, new.pon), restore=True)
        else:
            pon = place_of(olt, order)
            room_on(olt, pon, order, equipment)
            wanted = order_of(order, pon)
    except Refused as refusal:
        if old is None:
            raise
        return _back_in(olt, order, old, refusal, note)
    return _put_in(olt, order, wanted, old, note)


def _put_in(olt: Olt, order: Order, wanted: OnuOrder, old: OnuConfig | None, note: Note) -> Outcome:
    try:
        return added(olt, wanted, note)
    except Unreachable as failure:
        # The old one is out already: whatever comes next, something was changed.
        failure.ambiguous = True
        raise
    except Failure as failure:
        if old is None:
            raise
        return _back_in(olt, order, old, failure, note)


def _back_in(olt: Olt, order: Order, old: OnuConfig, refusal: Failure, note: Note) -> Outcome:
    """The old one goes back. If that fails too, the outcome says that the line has no ONU at all."""
    note(f"A OLT recusou a ONU nova ({refusal.code}); a antiga volta.")
    facts = {"refused": refusal.code, "onu": old.as_json()}
    try:
        olt.add(put_back(old, order))
        if not old.active:
            olt.set_active(old.pon, old.serial, False)
    except Unreachable as failure:
        failure.ambiguous = True
        raise
    except Failure as failure:
        note(f"A antiga também não voltou ({failure.code}): a linha está sem ONU.")
        return Outcome("failed", "not_put_back", {**facts, "back": failure.code})
    back = olt.config(old.pon, old.serial)
    if back is None:
        return Outcome("failed", "not_put_back", facts)
    return Outcome("failed", "put_back", {**facts, "onu": back.as_json()})


ACTIONS: tuple[Action, ...] = (ReplaceOnu(),)
