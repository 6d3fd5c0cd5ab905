"""Releasing and blocking a login at the access side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from provisioning.action import BLOCK_SIGNAL, RELEASE_SIGNAL, Action, Equipment, Order, Plan
from provisioning.facts import access_facts
from provisioning.ports import Note, Outcome


@dataclass(frozen=True)
class SetBlocked:
    """Releases (`blocked` False) or blocks a login."""

    name: str
    title: str
    blocked: bool
    changes: bool = True
    role: Literal["access"] = "access"

    def plan(self, order: Order, equipment: Equipment) -> Plan:
        """Refuses a login that the access side does not know: nothing that is said of it would be true."""
        state = equipment.need_access().state(order.target.pppoe_login)
        if not state.known:
            return Plan(outcome=Outcome("refused", "unknown_login", {"access": access_facts(state)}))
        return Plan(diff={} if state.blocked == self.blocked else {"blocked": [state.blocked, self.blocked]})

    def apply(self, order: Order, equipment: Equipment, note: Note) -> Outcome:
        """Through the driver, which watches the sessions too."""
        login = order.target.pppoe_login
        return equipment.need_access().set_blocked(login, self.blocked, note, doubtful=order.doubtful)

    def verify(self, order: Order, equipment: Equipment, outcome: Outcome) -> Outcome:
        """A success stands only if the state still reads as wanted."""
        state = equipment.need_access().state(order.target.pppoe_login)
        facts = outcome.facts | {"access": access_facts(state)}
        if outcome.result in ("verified", "already") and state.blocked != self.blocked:
            return Outcome("failed", "changed_by_another", facts)
        return Outcome(outcome.result, outcome.code, facts)


ACTIONS: tuple[Action, ...] = (
    SetBlocked(RELEASE_SIGNAL, "Liberar sinal", False),
    SetBlocked(BLOCK_SIGNAL, "Bloquear sinal", True),
)
