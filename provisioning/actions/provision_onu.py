"""An ONU is configured and removed: only what its OLT found and a person confirmed, counted on the OLT."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from core.errors import Failure, Refused
from core.onu_serial import onu_serial
from provisioning.action import DEPROVISION_ONU, PROVISION_ONU, Action, Equipment, Order, Plan
from provisioning.actions.onu import supports
from provisioning.facts import line_facts
from provisioning.olt import FoundOnu, Olt, OnuConfig, OnuOrder
from provisioning.ports import Note, Outcome

DEFAULT_PON_LIMIT = 64


def order_of(order: Order, pon: str) -> OnuOrder:
    """The ONU's configuration as the job carries it: `arguments["onu"]` from the provider's template, or the kept
    configuration that is put back (`arguments["restore"]`)."""
    if kept := order.arguments.get("restore"):
        config = OnuConfig.from_json(kept)
        return OnuOrder(
            pon=pon,
            serial=config.serial,
            description=config.description,
            vlan=config.vlan or 0,
            line_profile=config.line_profile,
            service_profile=config.service_profile,
            extra=config.extra,
        )
    filled: Mapping[str, Any] = order.arguments["onu"]
    known = {name: filled[name] for name in OnuOrder.__dataclass_fields__ if name in filled}
    password = order.secrets.get("pppoe_password", "")
    return OnuOrder(**{**known, "pon": pon, "serial": serial_of(order), "pppoe_password": password})


def serial_of(order: Order) -> str:
    """The serial that a person confirmed. Raises Refused("serial_not_confirmed") or ("not_a_serial")."""
    if not order.arguments.get("confirmed_by"):
        raise Refused("serial_not_confirmed")
    serial = onu_serial(str(order.arguments.get("serial", "")))
    if not serial:
        raise Refused("not_a_serial", str(order.arguments.get("serial", "")))
    return serial


def found_on(olt: Olt, serial: str, pon: str) -> FoundOnu:
    """The ONU on the autofind list. Raises Refused: not_found, on_two_pons, or another_pon than the person said."""
    matching = [onu for onu in olt.found() if onu.serial == serial]
    if not matching:
        raise Refused("not_found", serial)
    if len({onu.pon for onu in matching}) > 1:
        raise Refused("on_two_pons", ", ".join(sorted({onu.pon for onu in matching})))
    if pon and matching[0].pon != pon:
        raise Refused("another_pon", matching[0].pon)
    return matching[0]


def room_on(olt: Olt, pon: str, order: Order, *, freed: int = 0) -> tuple[int, int]:
    """(used, limit) of a PON, counted on the OLT; `freed` places become free by this order. Raises Refused("pon_full").

    `arguments["pon_limit"]` is the provider's own limit. Must be called while the OLT is locked.
    """
    load = olt.load(pon)
    own = int(order.arguments.get("pon_limit") or DEFAULT_PON_LIMIT)
    limit = min(own, load.limit) if load.limit else own
    if load.used - freed >= limit:
        raise Refused("pon_full", f"{load.used} de {limit}")
    return load.used, limit


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
            if config := olt.config(str(order.arguments.get("pon", "")) or order.target.pon, serial):
                return Plan(outcome=Outcome("already", "configured", {"onu": config.as_json()}))
            found = found_on(olt, serial, str(order.arguments.get("pon", "")))
            used, limit = room_on(olt, found.pon, order)
        wanted = order_of(order, found.pon)
        return Plan(
            {
                "pon": [None, found.pon],
                "onu": [None, serial],
                "places": [used, used + 1],
                "limit": [limit, limit],
                "vlan": [None, wanted.vlan],
                "profiles": [None, f"{wanted.line_profile} / {wanted.service_profile}"],
                "description": [None, wanted.description],
            }
        )

    def apply(self, order: Order, equipment: Equipment, note: Note) -> Outcome:
        """Counts and adds under one lock of the OLT. An answer that got lost is read, not repeated."""
        serial, wish = serial_of(order), str(order.arguments.get("pon", ""))
        with equipment.olt(order.target.olt) as olt:
            if config := olt.config(wish or order.target.pon, serial):
                note(f"A ONU {serial} já está configurada na PON {config.pon}.")
                return Outcome("already", "configured", {"onu": config.as_json()})
            found = found_on(olt, serial, wish)
            used, limit = room_on(olt, found.pon, order)
            note(f"PON {found.pon}: {used} de {limit} lugares em uso.")
            return added(olt, order_of(order, found.pon), note)

    def verify(self, order: Order, equipment: Equipment, outcome: Outcome) -> Outcome:
        """Reads the configuration and the line back."""
        return read_back(order, equipment, outcome, serial_of(order))


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


def added(olt: Olt, wanted: OnuOrder, note: Note) -> Outcome:
    """Configures it, and says what was configured."""
    olt.add(wanted)
    note(f"ONU {wanted.serial} configurada na PON {wanted.pon}.")
    config = OnuConfig.from_json({name: value for name, value in asdict(wanted).items() if "pppoe" not in name})
    return Outcome("verified", "added", {"onu": config.as_json()})


def read_back(order: Order, equipment: Equipment, outcome: Outcome, serial: str) -> Outcome:
    """The outcome with the configuration and the line as they are read now; failed where there is no configuration."""
    if outcome.result not in ("verified", "already"):
        return outcome
    pon = str(outcome.facts.get("onu", {}).get("pon", "")) or order.target.pon
    with equipment.olt(order.target.olt) as olt:
        config = olt.config(pon, serial)
        if config is None:
            return Outcome("failed", "not_configured", outcome.facts)
        facts = {**outcome.facts, "onu": config.as_json()}
        try:
            facts["line"] = line_facts(olt.read(config.pon, serial))
        except Failure as failure:
            facts["line"] = {"error": failure.code}
    return replace(outcome, facts=facts)


ACTIONS: tuple[Action, ...] = (ProvisionOnu(), DeprovisionOnu())
