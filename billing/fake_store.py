"""Customers, contracts and invoices in memory: the local ERP's tables for tests and demonstrations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from billing.records import Contract, Customer, Invoice, Plan, TicketState
from core.document import Document


class FakeStore:
    """A LocalStore without a database. Rows are keyed by `ref`; putting one again replaces it."""

    def __init__(
        self,
        customers: Iterable[Customer] = (),
        contracts: Iterable[Contract] = (),
        invoices: Iterable[Invoice] = (),
        plans: Iterable[Plan] = (),
    ) -> None:
        self._customers = {c.ref: c for c in customers}
        self._contracts = {c.ref: c for c in contracts}
        self._invoices = {i.ref: i for i in invoices}
        self._plans = tuple(plans)
        self.tickets: list[tuple[str, str, str, str]] = []

    def put(self, row: Customer | Contract | Invoice) -> None:
        """Adds or replaces one row."""
        if isinstance(row, Customer):
            self._customers[row.ref] = row
        elif isinstance(row, Contract):
            self._contracts[row.ref] = row
        else:
            self._invoices[row.ref] = row

    def pay(self, invoice_ref: str, at: datetime) -> None:
        """Settles an invoice. Paying it again keeps the first moment."""
        invoice = self._invoices[invoice_ref]
        if invoice.status == "open":
            self._invoices[invoice_ref] = replace(invoice, status="paid", paid_at=at)

    def customers_by_phone(self, match_keys: Sequence[str]) -> tuple[Customer, ...]:
        return tuple(c for c in self._customers.values() if set(match_keys) & set(c.phones))

    def customer_by_document(self, document: Document) -> Customer | None:
        return next((c for c in self._customers.values() if c.document == document), None)

    def customer(self, ref: str) -> Customer | None:
        return self._customers.get(ref)

    def contracts_of(self, customer_ref: str) -> tuple[Contract, ...]:
        return tuple(c for c in self._contracts.values() if c.customer_ref == customer_ref)

    def contract(self, ref: str) -> Contract | None:
        return self._contracts.get(ref)

    def invoices_of(self, contract_ref: str) -> tuple[Invoice, ...]:
        return tuple(i for i in self._invoices.values() if i.contract_ref == contract_ref)

    def invoice(self, ref: str) -> Invoice | None:
        return self._invoices.get(ref)

    def add_ticket(self, contract_ref: str, subject: str, text: str) -> str:
        protocol = f"{len(self.tickets) + 1:06d}"
        self.tickets.append((protocol, contract_ref, subject, text))
        return protocol

    def ticket(self, protocol: str) -> TicketState | None:
        found = next((ticket for ticket in self.tickets if ticket[0] == protocol), None)
        return TicketState(protocol, "open", found[2], found[3]) if found else None

    def plans(self) -> tuple[Plan, ...]:
        return self._plans
