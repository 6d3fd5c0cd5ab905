"""Invoices as Voalle tells them: `titles` of a person with their amounts, `billets` of a contract without."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from billing.reading import (
    Unreadable,
    amount,
    day,
    day_begins,
    mapping,
    optional_amount,
    optional_day,
    rows,
    typed_line,
    words,
)
from billing.records import Invoice, InvoiceStatus
from billing.voalle.people import ident

_STATUS: dict[str, InvoiceStatus] = {
    "em aberto": "open",
    "aberto": "open",
    "aberta": "open",
    "vencida": "open",
    "vencido": "open",
    "paga": "paid",
    "pago": "paid",
    "cancelada": "cancelled",
    "cancelado": "cancelled",
}


@dataclass(frozen=True)
class Title:
    """A title with what it is paid with. `paid_on` is the day of the receipt."""

    ident: str
    number: str
    due: date
    amount_cents: int
    fine_cents: int
    interest_cents: int
    status: InvoiceStatus
    paid_cents: int
    paid_on: date | None
    line: str | None
    pix: str | None

    @property
    def file_name(self) -> str:
        """The number as a part of a file's name."""
        return re.sub(r"[^A-Za-z0-9-]", "-", self.number)

    def invoice(self, contract_ref: str, zone: str) -> Invoice:
        """The invoice; paid at the first minute of the day that Voalle tells, in the provider's zone."""
        paid = self.status == "paid"
        at = day_begins(self.paid_on, zone) if paid and self.paid_on else None
        return Invoice(
            ref=f"{contract_ref}.{self.ident}",
            number=self.number,
            contract_ref=contract_ref,
            amount_cents=self.amount_cents,
            due_date=self.due,
            status=self.status,
            paid_at=at,
            paid_cents=self.paid_cents if paid else 0,
            fine_cents=self.fine_cents,
            interest_cents=self.interest_cents,
        )


def title(row: Mapping[str, Any], *, among_open: bool) -> Title:
    """A title of `getopentitlesbytxid` (`among_open`, which tells no status) or of `gettitlesbytxid`.

    What is charged is `finalValue`. Raises Unreadable for an open title that has received something: Voalle settles
    as a whole, so its balance would be a guess.
    """
    billet = mapping(row.get("billet"), "billet")
    charged = mapping(billet.get("amount"), "amount")
    receipts = rows(billet.get("receipts"), "receipts")
    status = _status(words(billet.get("status")) or words(row.get("status")), among_open)
    received = sum(optional_amount(receipt.get("ammount"), "ammount") for receipt in receipts)
    days = [optional_day(receipt.get("receiptDate"), "receiptDate") for receipt in receipts]
    if status == "open" and received:
        raise Unreadable("receipts")
    return Title(
        ident=ident(row.get("id"), "id"),
        number=words(billet.get("title")) or words(row.get("id")),
        due=day(billet.get("expirationDate"), "expirationDate"),
        amount_cents=amount(charged.get("finalValue"), "finalValue"),
        fine_cents=optional_amount(charged.get("fine"), "fine"),
        interest_cents=optional_amount(charged.get("interest"), "interest"),
        status=status,
        paid_cents=received,
        paid_on=max((found for found in days if found), default=None),
        line=typed_line(billet.get("typefulLine")),
        pix=code(billet.get("pixQRCode")),
    )


def code(value: Any) -> str | None:
    """A Pix code as it came, to the byte; None where there is none."""
    return value if isinstance(value, str) and value.strip() else None


def _status(text: str, among_open: bool) -> InvoiceStatus:
    if among_open:
        return "open"
    if text.lower() not in _STATUS:
        raise Unreadable("status")
    return _STATUS[text.lower()]
