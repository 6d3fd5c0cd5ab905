"""Customers, contracts, invoices and what else an ERP tells: values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from core.document import Document

CustomerKind = Literal["residential", "business"]
ContractStatus = Literal["active", "blocked", "cancelled", "pending"]
BlockedFor = Literal["debt", "request", "other"]
ChargeBy = Literal["boleto", "pix", "direct_debit", "card"]
Hold = Literal["", "disputed", "negotiation", "settling"]
TicketStatus = Literal["open", "in_progress", "done", "cancelled"]
InvoiceStatus = Literal["open", "paid", "cancelled"]

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
    """One service at one address; invoices, blocks and unlocks belong to it and never to the person as a whole.

    `status`: pending is not installed or not signed yet. `blocked_for` matters while it is blocked: only debt is paid
    away.
    """

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
    area: str = ""
    blocked_for: BlockedFor = "debt"
    charge_by: ChargeBy = "boleto"
    due_day: int = 10

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
    """One charge of one contract, in cents. `due_date` is the ERP's; it is never read out of a barcode.

    `amount_cents` is what is to be paid now, with the `fine_cents` and `interest_cents` that are in it, less what came
    in already (`paid_cents`). Where a reissue moved the due date, `original_due_date` is the first one: from that one
    the debt is late. `hold` says why an open invoice is not asked for: disputed, under negotiation, or settling (paid,
    and not settled yet). `late_fee_cents` is what paying late adds to the amount today, as a second copy of today asks
    for it; None where the ERP alone knows.
    """

    ref: str
    number: str
    contract_ref: str
    amount_cents: int
    due_date: date
    status: InvoiceStatus = "open"
    paid_at: datetime | None = None
    paid_cents: int = 0
    original_due_date: date | None = None
    fine_cents: int = 0
    interest_cents: int = 0
    description: str = ""
    hold: Hold = ""
    late_fee_cents: int | None = field(default=None, compare=False)

    @property
    def late_from(self) -> date:
        """The day from which the debt counts as late: the first due date, whatever a reissue says."""
        return self.original_due_date or self.due_date

    def overdue_days(self, today: date) -> int:
        """Days since the first due date while unpaid; 0 on that day itself, before it, and once paid or cancelled."""
        return max(0, (today - self.late_from).days) if self.status == "open" else 0


@dataclass(frozen=True)
class SecondCopy:
    """What the customer pays with: at least one of `pdf`, `line`, `pix`, `link` is present.

    `line` is the linha digitável, digits only. `pix` is the copy-and-paste text, forwarded byte for byte. `invoice` is
    what these documents ask for: where the ERP reissued it, with the new due date and the amount of that day.
    """

    invoice: Invoice
    pdf: bytes | None
    filename: str
    line: str | None
    pix: str | None
    link: str | None = None


@dataclass(frozen=True)
class Unlocked:
    """The ERP released the contract on trust: until when (UTC; None where it does not say) and under which number.

    `already`: it was released before this call.
    """

    until: datetime | None = None
    protocol: str = ""
    already: bool = False


@dataclass(frozen=True)
class Connection:
    """What the ERP knows of the contract's session. `online` is None where it cannot tell."""

    online: bool | None
    login: str | None = None
    since: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class TicketState:
    """A ticket of the ERP, by its protocol number. `text` is the last word on it."""

    protocol: str
    status: TicketStatus
    subject: str = ""
    text: str = ""


@dataclass(frozen=True)
class Plan:
    """A plan that is sold. Speeds in Mbit/s, 0 where unknown."""

    ref: str
    name: str
    price_cents: int
    down_mbps: int = 0
    up_mbps: int = 0
