"""An ONU is configured or removed: only what its OLT found and a person confirmed, counted on the OLT."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from provisioning.action import DEPROVISION_ONU, PROVISION_ONU, Action, Equipment, Order, Plan
from provisioning.actions.onu import supports
from provisioning.onu_place import added, kept_of, order_of, place_of, read_back, room_on, serial_of, standing, stands
from provisioning.ports import Note, Outcome


@dataclass(frozen=True)
class ProvisionOnu:
    """Configures an ONU of the autofind list, or puts a kept configuration back."""

    name: str = PROVISION_ONU
    title: str = "Provisionar ONU"
    changes: bool = True
    role: Literal["olt"] = "olt"

    def plan(self, order: Order, equipment: Equipment) -> Plan:
        """Reads the list and counts the PON, again and again until it is done: what was free may be taken."""
        serial = serial_of(order)
        with equipment.olt(order.target.olt) as olt:
            supports(olt, "add")
            if config := standing(olt, order):
                if stands(config, order) == "as wanted":
                    return Plan(outcome=Outcome("already", "configured", {"onu": config.as_json()}))
                return Plan({"onu": ["half configured", serial]})
            pon = place_of(olt, order)
            used, limit = room_on(olt, pon, order, equipment)
        wanted = order_of(order, pon)
        return Plan(
            {
                "pon": [None, pon],
                "onu": [None, serial],
                "places": [used, used + 1],
                "limit": [limit, limit],
                "vlan": [None, wanted.vlan],
                "profiles": [None, f"{wanted.line_profile} / {wanted.service_profile}"],
                "description": [None, wanted.description],
            }
        )

    def apply(self, order: Order, equipment: Equipment, note: Note) -> Outcome:
        """Counts and adds under one lock of the OLT. An answer that got lost is read, not repeated; what an earlier
        try left without its service is taken away and configured anew."""
        with equipment.olt(order.target.olt) as olt:
            if config := standing(olt, order):
                if stands(config, order) == "as wanted":
                    note(f"A ONU {config.serial} já está configurada na PON {config.pon}.")
                    return Outcome("already", "configured", {"onu": config.as_json()})
                note(f"A ONU {config.serial} ficou pela metade na PON {config.pon}: sai e entra de novo.")
                olt.remove(config.pon, config.serial)
                return added(olt, replace(order_of(order, config.pon), restore=True), note)
            pon = place_of(olt, order)
            used, limit = room_on(olt, pon, order, equipment)
            note(f"PON {pon}: {used} de {limit} lugares em uso.")
            outcome = added(olt, order_of(order, pon), note)
            if (kept := kept_of(order)) and not kept.active:
                olt.set_active(pon, kept.serial, False)
            return outcome

    def verify(self, order: Order, equipment: Equipment, outcome: Outcome) -> Outcome:
        """Reads the configuration and the line back."""
        return read_back(order, equipment, outcome)


@dataclass(frozen=True)
class DeprovisionOnu:
    """Removes an ONU and keeps what is needed to put it back (`facts["undo"]`)."""

    name: str = DEPROVISION_ONU
    title: str = "Remover ONU"
    changes: bool = True
    role: Literal["olt"] = "olt"

    def plan(self, order: Order, equipment: Equipment) -> Plan:
        """Shows what would go."""
        with equipment.olt(order.target.olt) as olt:
            supports(olt, "remove")
            config = olt.config(order.target.pon, order.target.onu)
        if config is None:
            return Plan(outcome=Outcome("already", "not_configured"))
        return Plan(
            {"onu": [config.serial, None], "pon": [config.pon, None], "description": [config.description, None]},
            keep={"undo": config.as_json()},
        )

    def apply(self, order: Order, equipment: Equipment, note: Note) -> Outcome:
        """Removes it."""
        target = order.target
        with equipment.olt(target.olt) as olt:
            config = olt.config(target.pon, target.onu)
            if config is None:
                return Outcome("already", "not_configured")
            note(f"Configuração guardada: {config.as_json()}")
            olt.remove(config.pon, config.serial)
        return Outcome("verified", "removed")

    def verify(self, order: Order, equipment: Equipment, outcome: Outcome) -> Outcome:
        """The OLT must not know it any more."""
        with equipment.olt(order.target.olt) as olt:
            left = olt.config(order.target.pon, order.target.onu)
        return outcome if left is None else Outcome("failed", "still_configured", outcome.facts)


ACTIONS: tuple[Action, ...] = (ProvisionOnu(), DeprovisionOnu())
