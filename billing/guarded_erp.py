"""An ERP behind its circuit: every call that goes outside is let through, or refused at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from billing.circuit import Circuit
from billing.ports import Capability, Erp
from billing.records import Connection, Contract, Customer, Invoice, Plan, SecondCopy, TicketState, Unlocked
from core.document import Document


class GuardedErp:
    """An Erp over another one. `adapter` gives it, the same each time: it is made when it is first needed."""

    def __init__(self, adapter: Callable[[], Erp], circuit: Circuit) -> None:
        self._adapter = adapter
        self._circuit = circuit

    def capabilities(self) -> frozenset[Capability]:
        return self._adapter().capabilities()

    def find_by_phone(self, match_key: str) -> tuple[Customer, ...]:
        return self._circuit.call(lambda: self._adapter().find_by_phone(match_key))

    def find_by_document(self, document: Document) -> Customer | None:
        return self._circuit.call(lambda: self._adapter().find_by_document(document))

    def customer(self, ref: str) -> Customer | None:
        return self._circuit.call(lambda: self._adapter().customer(ref))

    def contracts(self, customer_ref: str) -> tuple[Contract, ...]:
        return self._circuit.call(lambda: self._adapter().contracts(customer_ref))

    def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
        return self._circuit.call(lambda: self._adapter().open_invoices(contract_ref))

    def paid_invoices(self, contract_ref: str, since: date) -> tuple[Invoice, ...]:
        return self._circuit.call(lambda: self._adapter().paid_invoices(contract_ref, since))

    def second_copy(self, invoice_ref: str) -> SecondCopy:
        return self._circuit.call(lambda: self._adapter().second_copy(invoice_ref))

    def open_ticket(self, contract_ref: str, subject: str, text: str) -> str:
        return self._circuit.call(lambda: self._adapter().open_ticket(contract_ref, subject, text))

    def ticket(self, protocol: str) -> TicketState | None:
        return self._circuit.call(lambda: self._adapter().ticket(protocol))

    def trust_unlock(self, contract_ref: str, days: int) -> Unlocked:
        return self._circuit.call(lambda: self._adapter().trust_unlock(contract_ref, days))

    def connection(self, contract_ref: str) -> Connection:
        return self._circuit.call(lambda: self._adapter().connection(contract_ref))

    def outage_notice(self, contract_ref: str) -> str | None:
        return self._circuit.call(lambda: self._adapter().outage_notice(contract_ref))

    def plans(self) -> tuple[Plan, ...]:
        return self._circuit.call(lambda: self._adapter().plans())
