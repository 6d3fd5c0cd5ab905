"""What billing needs from the provider's ERP, and the values that come out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from core.document import Document

CustomerKind = Literal["residential", "business"]
ContractStatus = Literal["active", "blocked", "cancelled"]
InvoiceStatus = Literal["open", "paid", "cancelled"]
Capability = Literal["find_by_phone", "pdf", "line", "pix", "ticket", "trust_unlock", "connection_status", "outages"]

_LEGAL_FORMS = frozenset({"LTDA", "ME", "EPP", "EIRELI", "MEI", "SA", "S/A"})


@dataclass(frozen=True)
class Customer:
    """A person or company that owes the contracts. `ref` is the ERP's own id; `phones` are core.phone match keys."""

    ref: str
    name: str
    document: Document
    kind: CustomerKind = "residential"
    phones: tuple[str, ...] = ()

    @property
    def first_name(self) -> str:
        """How the bot addresses the customer: a person's first name, a company's name without its legal form.

        Names that the ERP keeps in capitals are written as names again.
        """
        words = self.name.split()
        if self.kind == "business":
            kept = [word for word in words if word.upper().replace(".", "").strip(",") not in _LEGAL_FORMS]
            return " ".join(kept or words)
        first = words[0] if words else ""
        return first.capitalize() if first.isupper() or first.islower() else first


@dataclass(frozen=True)
class Contract:
    """One service at one address; invoices, blocks and unlocks belong to it and never to the person as a whole."""

    ref: str
    number: str
    customer_ref: str
    plan: str
    monthly_fee_cents: int
    status: ContractStatus
    address: str
    pppoe_login: str | None = None
    olt: str | None = None
    pon: str | None = None
    cto: str | None = None
    onu: str | None = None
    sla: str | None = None

    @property
    def street(self) -> str:
        """Only the street or place, short enough for a button and saying little to a stranger."""
        return self.address.partition(",")[0].strip()

    @property
    def short_address(self) -> str:
        """Street and number, for a customer with two contracts in one street."""
        return ",".join(self.address.split(",")[:2]).strip()


@dataclass(frozen=True)
class Invoice:
    """One charge of one contract, in cents. `due_date` is the ERP's; it is never read out of a barcode."""

    ref: str
    number: str
    contract_ref: str
    amount_cents: int
    due_date: date
    status: InvoiceStatus = "open"
    paid_at: datetime | None = None

    def overdue_days(self, today: date) -> int:
        """Days since the due date while unpaid; 0 on the due date itself, before it, and once paid or cancelled."""
        return max(0, (today - self.due_date).days) if self.status == "open" else 0


@dataclass(frozen=True)
class SecondCopy:
    """What the customer pays with: at least one of `pdf`, `line`, `pix`, `link` is present.

    `line` is the linha digitável, digits only. `pix` is the copy-and-paste text, forwarded byte for byte.
    """

    invoice: Invoice
    pdf: bytes | None
    filename: str
    line: str | None
    pix: str | None
    link: str | None = None


class Erp(Protocol):
    """The provider's customer and billing system.

    Every operation may raise core.errors.Failure: Unreachable (try later), Misconfigured (our credentials), Refused
    (it understood and said no). Looking something up that does not exist is no failure and gives an empty answer.
    Reads and `second_copy` may be repeated: the same invoice gives the same document, without a new charge or service
    order. Nothing here may be called while a database transaction is open.
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
        """Unpaid invoices of the contract, earliest due date first."""
        ...

    def second_copy(self, invoice_ref: str) -> SecondCopy:
        """What to pay the invoice with. Refused `unknown_invoice`, or `invoice_not_open` if paid or cancelled."""
        ...

    def open_ticket(self, contract_ref: str, subject: str, text: str) -> str:
        """Opens a service ticket and returns its protocol number in the ERP. Refused `unknown_contract`.

        Not repeatable: each call opens one more, so after an ambiguous failure a person looks first.
        """
        ...


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
