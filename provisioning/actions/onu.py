"""An ONU is restarted, deactivated and activated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.errors import Refused
from provisioning.action import ACTIVATE_ONU, DEACTIVATE_ONU, REBOOT_ONU, Action, Equipment, Order, Plan
from provisioning.facts import line_facts
from provisioning.olt import Olt
from provisioning.ports import Note, Outcome


def supports(olt: Olt, what: str) -> None:
    """Raises Refused("not_supported") where this OLT's driver cannot do it."""
    if what not in olt.can:
        raise Refused("not_supported", what)


@dataclass(frozen=True)
class RebootOnu:
    """Restarts an ONU that answers. What has lost its light or power is not helped by it."""

    name: str = REBOOT_ONU
    title: str = "Reiniciar ONU"
    changes: bool = True
    role: Literal["olt"] = "olt"
    cooldown_seconds: int = 600
    verify_seconds: int = 30

    def plan(self, order: Order, equipment: Equipment) -> Plan:
        """Refuses where the OLT cannot, or the ONU is not there to be restarted. One that may be restarting is."""
        with equipment.olt(order.target.olt) as olt:
            supports(olt, "reboot")
            reading = olt.read(order.target.pon, order.target.onu)
        if not order.doubtful and reading.onu_state in ("los", "dying_gasp", "offline"):
            return Plan(outcome=Outcome("refused", "onu_down", {"line": line_facts(reading)}))
        return Plan({"restart": [reading.onu_state, "restarted"]})

    def apply(self, order: Order, equipment: Equipment, note: Note) -> Outcome:
        """Sends it once. Where an earlier try may have sent it, whether it did is read and not guessed."""
        target = order.target
        with equipment.olt(target.olt) as olt:
            before = olt.read(target.pon, target.onu)
            restarted_anew = before.uptime_seconds is not None and before.uptime_seconds < self.cooldown_seconds
            if order.doubtful and before.onu_state != "online":
                # On its way back, or down by itself: nobody can tell from here.
                note("A ONU não está no ar: não se sabe se foi o reinício.")
                return Outcome("unknown", "not_seen_restarting", {"line": line_facts(before)})
            if order.doubtful and restarted_anew:
                note("A ONU já tinha reiniciado.")
                return Outcome("already", "restarted", {"line": line_facts(before)})
            olt.reboot(target.pon, target.onu)
        note("Reinício aceito pela OLT.")
        return Outcome("verified", "accepted", {"line": line_facts(before)})

    def verify(self, order: Order, equipment: Equipment, outcome: Outcome) -> Outcome:
        """It is gone, or it counts its time anew; to come back takes it a minute or two. Where the OLT tells no times
        there is only its word that the command was accepted."""
        if outcome.result != "verified":
            return outcome
        with equipment.olt(order.target.olt) as olt:
            reading = olt.read(order.target.pon, order.target.onu)
        before, facts = outcome.facts["line"].get("uptime_seconds"), {**outcome.facts, "after": line_facts(reading)}
        if reading.onu_state == "unknown":
            return Outcome("verified", "accepted", facts)
        if reading.onu_state != "online":
            return Outcome("verified", "restarted", facts)
        if before is None or reading.uptime_seconds is None:
            return Outcome("verified", "accepted", facts)
        if reading.uptime_seconds < before:
            return Outcome("verified", "restarted", facts)
        return Outcome("failed", "not_restarted", facts)


@dataclass(frozen=True)
class SetOnuActive:
    """Activates or deactivates an ONU; its configuration stays."""

    name: str
    title: str
    active: bool
    changes: bool = True
    role: Literal["olt"] = "olt"
    verify_seconds: int = 15

    def plan(self, order: Order, equipment: Equipment) -> Plan:
        """Refuses an ONU that the OLT does not have."""
        with equipment.olt(order.target.olt) as olt:
            supports(olt, "active")
            config = olt.config(order.target.pon, order.target.onu)
        if config is None:
            return Plan(outcome=Outcome("refused", "unknown_onu"))
        return Plan({} if config.active == self.active else {"active": [config.active, self.active]})

    def apply(self, order: Order, equipment: Equipment, note: Note) -> Outcome:
        """Makes it so, unless it is."""
        target = order.target
        with equipment.olt(target.olt) as olt:
            config = olt.config(target.pon, target.onu)
            if config and config.active == self.active:
                return Outcome("already", "already")
            olt.set_active(target.pon, target.onu, self.active)
        return Outcome("verified", "set")

    def verify(self, order: Order, equipment: Equipment, outcome: Outcome) -> Outcome:
        """Reads the configuration back."""
        with equipment.olt(order.target.olt) as olt:
            config = olt.config(order.target.pon, order.target.onu)
        if config is None or config.active != self.active:
            return Outcome("failed", "changed_by_another", outcome.facts)
        return outcome


ACTIONS: tuple[Action, ...] = (
    RebootOnu(),
    SetOnuActive(ACTIVATE_ONU, "Ativar ONU", True),
    SetOnuActive(DEACTIVATE_ONU, "Desativar ONU", False),
)
