"""What billing needs from the provider's ERP."""

from __future__ import annotations

from datetime import date
from typing import Literal, Protocol

from billing.records import Connection, Contract, Customer, Invoice, Plan, SecondCopy, TicketState, Unlocked
from core.document import Document

Capability = Literal[
    "find_by_phone",
    "pdf",
    "line",
    "pix",
    "link",
    "paid_invoices",
    "ticket",
    "follow_ticket",
    "trust_unlock",
    "connection_status",
    "outages",
    "plans",
    "agreements",
]


class Erp(Protocol):
    """The provider's customer and billing system.

    Every operation may raise core.errors.Failure: Unreachable (try later), Misconfigured (our credentials), Refused
    (it understood and said no). Looking something up that does not exist is no failure and gives an empty answer.
    Reads and `second_copy` may be repeated: the same invoice gives the same document, without a new charge or service
    order. Nothing here may be called while a database transaction is open. An operation whose capability is missing
    raises Refused `not_offered`. Ids (`ref`) are the adapter's own words and hold no personal data.
    """

    def capabilities(self) -> frozenset[Capability]:
        """What this system can do; the bot offers nothing else. Asks nobody outside."""
        ...

    def find_by_phone(self, match_key: str) -> tuple[Customer, ...]:
        """Customers that have this number (core.phone.match_key form); several may share one."""
        ...

    def find_by_document(self, document: Document) -> Customer | None:
        """The customer with this CPF or CNPJ."""
        ...

    def customer(self, ref: str) -> Customer | None:
        """The customer with this id of the ERP, as an earlier answer gave it."""
        ...

    def contracts(self, customer_ref: str) -> tuple[Contract, ...]:
        """All contracts of the customer, cancelled ones too, in the order of their numbers."""
        ...

    def open_invoices(self, contract_ref: str) -> tuple[Invoice, ...]:
        """Unpaid invoices of the contract, earliest due date first, with what was paid of them in part."""
        ...

    def paid_invoices(self, contract_ref: str, since: date) -> tuple[Invoice, ...]:
        """Invoices of the contract that were paid on `since` or later, latest first. Needs `paid_invoices`."""
        ...

    def second_copy(self, invoice_ref: str) -> SecondCopy:
        """What to pay the invoice with. Refused `unknown_invoice`, or `invoice_not_open` if paid or cancelled."""
        ...

    def open_ticket(self, contract_ref: str, subject: str, text: str) -> str:
        """Opens a service ticket and returns its protocol number in the ERP. Refused `unknown_contract`.

        Not repeatable: each call opens one more, so after an ambiguous failure a person looks first.
        """
        ...

    def ticket(self, protocol: str) -> TicketState | None:
        """The ticket as it stands. Needs `follow_ticket`."""
        ...

    def trust_unlock(self, contract_ref: str, days: int) -> Unlocked:
        """Releases the contract on trust. Needs `trust_unlock`; `days` is what we would give, the ERP's rule wins.

        Refused `already_used`, `not_blocked`, `not_eligible` (with its own words in `detail`, made free of personal
        data) or `unknown_contract`. Not repeatable: after an ambiguous failure `contracts` is read first, and only what
        is still blocked is asked for again. A contract that is free already is `already`.
        """
        ...

    def connection(self, contract_ref: str) -> Connection:
        """The contract's session as the ERP sees it. Needs `connection_status`."""
        ...

    def outage_notice(self, contract_ref: str) -> str | None:
        """What the ERP says about an outage where the contract hangs, in its own words. Needs `outages`."""
        ...

    def plans(self) -> tuple[Plan, ...]:
        """The plans that are sold, cheapest first. Needs `plans`."""
        ...
