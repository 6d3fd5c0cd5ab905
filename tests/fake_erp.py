"""An outside ERP in memory that can be switched off: its records are changed as its own people would change them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any

from billing.offering import Offering
from billing.ports import Capability
from billing.records import Contract, Customer, Invoice, SecondCopy
from core.document import Document
from core.errors import Failure, Refused, Unreachable

ALL: frozenset[Capability] = frozenset({"find_by_phone", "pdf", "line", "pix", "paid_invoices", "ticket"})


class FakeErp(Offering):
    """An Erp over lists. `broken` is raised by every call while it is set; `asked` names the calls that came through,
    `before` is called with each name first: whatever is to happen in the middle of a reading."""

    def __init__(self, capabilities: frozenset[Capability] = ALL) -> None:
        self.customers: dict[str, Customer] = {}
        self.held: dict[str, Contract] = {}
        self.invoices: dict[str, Invoice] = {}
        self.broken: Failure | None = None
        self.asked: list[str] = []
        self.before: Any = lambda name: None
        self._can = capabilities
        self._lock = Lock()

    def switch_off(self) -> None:
        self.broken = Unreachable("no_answer")

    def switch_on(self) -> None:
        self.broken = None

    def add(self, *records: Customer | Contract | Invoice) -> None:
        """Adds them, or changes those with the same ref."""
        for record in records:
            if isinstance(record, Customer):
                self.customers[record.ref] = record
            elif isinstance(record, Contract):
                self.held[record.ref] = record
            else:
                self.invoices[record.ref] = record

    def pay(self, ref: str, at: datetime = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)) -> None:
        invoice = self.invoices[ref]
        self.invoices[ref] = replace(invoice, status="paid", paid_at=at, paid_cents=invoice.amount_cents)

    def capabilities(self) -> frozenset[Capability]:
        return self._can

    def find_by_phone(self, match_key: str) -> tuple[Customer, ...]:
        self._take("find_by_phone")
        self.require("find_by_phone")
        return tuple(one for one in self.customers.values() if match_key in one.phones)

    def find_by_document(self, document: Document) -> Customer | None:
        self._take("find_by_document")
        return next((one for one in self.customers.values() if one.document == document), None)

    def customer(self, ref: str) -> Customer | None:
        self._take("customer")
        return self.customers.get(ref)

    def contracts(self, customer_ref: str) -> tuple[Contract, ...]:
        self._take("contracts")
        mine = [one for one in self.held.values() if one.customer_ref == customer_ref]
        return tuple(sorted(mine, key=lambda one: one.number))

    def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
        self._take("open_invoices")
        mine = [one for one in self._of(contract_ref) if one.status == "open"]
        return tuple(sorted(mine, key=lambda one: one.due_date))

    def paid_invoices(self, contract_ref: str, since: date) -> tuple[Invoice, ...]:
        self._take("paid_invoices")
        self.require("paid_invoices")
        return tuple(one for one in self._of(contract_ref) if one.paid_at and one.paid_at.date() >= since)

    def second_copy(self, invoice_ref: str) -> SecondCopy:
        self._take("second_copy")
        invoice = self.invoices.get(invoice_ref)
        if invoice is None:
            raise Refused("unknown_invoice")
        if invoice.status != "open":
            raise Refused("invoice_not_open")
        return SecondCopy(invoice, b"%PDF-1.4 fatura", f"{invoice.ref}.pdf", None, "00020126PIX6304ABCD")

    def open_ticket(self, contract_ref: str, subject: str, text: str) -> str:
        self._take("open_ticket")
        return "T-1"

    def _of(self, contract_ref: str) -> list[Invoice]:
        return [one for one in self.invoices.values() if one.contract_ref == contract_ref]

    def _take(self, name: str) -> None:
        self.before(name)
        with self._lock:
            if self.broken is not None:
                raise self.broken
            self.asked.append(name)
