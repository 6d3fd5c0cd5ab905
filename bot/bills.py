"""What the answers about bills look at beside the bills: what was sent already, paid lately, agreed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from billing.records import Contract, Hold, Invoice, SecondCopy
from bot.needs import SourceDown
from bot.turn import Turn
from core.dates import format_date

# Whoever speaks of a payment means one of these days; an older one is that of another bill.
SPOKEN_OF = timedelta(days=7)


@dataclass(frozen=True)
class SentCopy:
    """A second copy that went to this person minutes ago, `times` over, with the invoice as it was `listed` then."""

    copy: SecondCopy
    listed: str
    times: int


@dataclass(frozen=True)
class Agreement:
    """A live agreement on the contract's debt: its instalments (due date, cents), earliest first."""

    instalments: tuple[tuple[date, int], ...]


def listed_as(invoice: Invoice) -> str:
    """What must be unchanged for a document of minutes ago to be the right one still."""
    return f"{invoice.amount_cents}/{invoice.due_date.isoformat()}/{invoice.paid_cents}/{invoice.hold}"


def sent_copy(turn: Turn, invoice: Invoice) -> SentCopy | None:
    """What was sent of this invoice minutes ago, unless the invoice has changed since."""
    found: SentCopy | None = turn.fact(f"sent:{invoice.ref}")
    return found if found and found.listed == listed_as(invoice) else None


def paid_lately(turn: Turn, contract: Contract) -> tuple[Invoice, ...]:
    """Invoices of the contract that were paid in the last weeks, latest first; none where the ERP cannot tell."""
    try:
        found: tuple[Invoice, ...] = turn.fact(f"paid:{contract.ref}")
    except SourceDown:
        return ()
    return found


def just_paid(turn: Turn, contract: Contract) -> Invoice | None:
    """The newest payment of the contract that can be meant by whoever speaks of one now."""
    found = next((one for one in paid_lately(turn, contract) if one.paid_at), None)
    return found if found and found.paid_at and turn.now - found.paid_at < SPOKEN_OF else None


def agreement(turn: Turn, contract: Contract) -> Agreement | None:
    """The live agreement on the contract's debt, where it was made here."""
    found: Agreement | None = turn.fact(f"agreement:{contract.ref}")
    return found


def held(invoices: list[Invoice], why: Hold) -> list[Invoice]:
    """Those that are not collected for this reason."""
    return [invoice for invoice in invoices if invoice.hold == why]


def settles(turn: Turn) -> str:
    """How long a payment takes to become known, with the last day for a boleto that is paid today."""
    day = turn.settlement.boleto_known_by(turn.today, turn.provider.state)
    return turn.texts("paid.settles", minutes=turn.settlement.pix_minutes, day=format_date(day))
