"""What the local ERP needs from its tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from billing.records import Contract, Customer, Invoice, Plan, SecondCopy, TicketState
from core.document import Document


class LocalStore(Protocol):
    """The tables behind the local ERP. Each call is a short transaction of its own; lists come in no special order."""

    def customers_by_phone(self, match_keys: Sequence[str]) -> tuple[Customer, ...]:
        """Customers with any of these numbers, each once."""
        ...

    def customer_by_document(self, document: Document) -> Customer | None: ...

    def customer(self, ref: str) -> Customer | None: ...

    def contracts_of(self, customer_ref: str) -> tuple[Contract, ...]: ...

    def contract(self, ref: str) -> Contract | None: ...

    def invoices_of(self, contract_ref: str) -> tuple[Invoice, ...]:
        """All invoices of the contract, whatever their status."""
        ...

    def invoice(self, ref: str) -> Invoice | None: ...

    def add_ticket(self, contract_ref: str, subject: str, text: str) -> str:
        """Stores the ticket and returns its protocol number."""
        ...

    def ticket(self, protocol: str) -> TicketState | None: ...

    def plans(self) -> tuple[Plan, ...]:
        """The plans that are sold."""
        ...


class ChargeDesk(Protocol):
    """Registers what is asked for at a bank, where the provider has a gateway."""

    def copy_of(self, invoice: Invoice) -> SecondCopy:
        """What the bank gave to pay this open invoice with, as it stands: its amount and its due date. Asked again, and
        by several at once, it is the same charge. Raises what the gateway raises, and Refused `invoice_not_open`."""
        ...
