"""The operations that an ERP may lack, each refused: an adapter holds only those that its ERP offers."""

from __future__ import annotations

from datetime import date

from billing.ports import Capability
from billing.records import Connection, Customer, Invoice, Plan, TicketState, Unlocked
from core.errors import Refused


class Offering:
    """What adapters are made from. `capabilities` names what they override; the contract suite holds both together."""

    def capabilities(self) -> frozenset[Capability]:
        """See Erp. Nothing but what every ERP does."""
        return frozenset()

    def require(self, capability: Capability) -> None:
        """Raises Refused `not_offered` where it is missing: for operations that some installations have."""
        if capability not in self.capabilities():
            raise Refused("not_offered")

    def find_by_phone(self, match_key: str) -> tuple[Customer, ...]:
        raise Refused("not_offered")

    def paid_invoices(self, contract_ref: str, since: date) -> tuple[Invoice, ...]:
        raise Refused("not_offered")

    def open_ticket(self, contract_ref: str, subject: str, text: str) -> str:
        raise Refused("not_offered")

    def ticket(self, protocol: str) -> TicketState | None:
        raise Refused("not_offered")

    def trust_unlock(self, contract_ref: str, days: int) -> Unlocked:
        raise Refused("not_offered")

    def connection(self, contract_ref: str) -> Connection:
        raise Refused("not_offered")

    def outage_notice(self, contract_ref: str) -> str | None:
        raise Refused("not_offered")

    def plans(self) -> tuple[Plan, ...]:
        raise Refused("not_offered")
