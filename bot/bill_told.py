"""A second copy in words: what to pay, until when, with what, and what became of it on the way. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from billing.order import order_for
from billing.provider import Provider
from billing.records import Invoice, SecondCopy
from bot.effects import Bill, Document, LinkButton, Say
from bot.texts import Texts
from core.dates import format_date
from core.money import format_brl


class Teller(Protocol):
    """Whoever tells somebody of their bill: a turn of the bot, or an agent who sends it with a button."""

    @property
    def texts(self) -> Texts:
        """The sentences of the customer's language."""
        ...

    @property
    def today(self) -> date:
        """The provider's calendar day."""
        ...

    @property
    def provider(self) -> Provider:
        """Who is paid."""
        ...

    @property
    def pays_in_chat(self) -> bool:
        """Whether the customer's app can show an order to review and pay."""
        ...

    def first_name(self) -> str:
        """How to address the customer, or nothing."""
        ...


def bubble(turn: Teller, listed: Invoice, copy: SecondCopy, more: Sequence[str] = ()) -> Say:
    """The bill with its codes; an order to review and pay where the app shows those, or a button where an address is
    all there is, both with the same in words as a way out. `listed` is the invoice as the ERP lists it, `more` what is
    said below."""
    document = Document(copy.filename, "application/pdf", copy.pdf) if copy.pdf else None
    bill = Bill(listed, copy)
    words = "\n\n".join([caption(turn, copy), *more])
    item = turn.texts("invoice.item", number=copy.invoice.number)
    payment = order_for(copy, turn.provider, item) if turn.pays_in_chat else None
    text = "\n\n".join([owed(turn, copy.invoice), *more])
    if payment:
        return Say(text, document=document, payment=payment, words=words, bill=bill)
    if copy.link and not (copy.pdf or copy.pix or copy.line):
        return Say(text, link=LinkButton(turn.texts("invoice.pay"), copy.link), words=words, bill=bill)
    return Say(words, document=document, bill=bill)


def caption(turn: Teller, copy: SecondCopy) -> str:
    """What to pay, until when and with what. The Pix text stands alone in its line, exactly as it came."""
    lines = [owed(turn, copy.invoice)]
    if copy.pix:
        lines.append(f"{turn.texts('invoice.pix')}\n{copy.pix}")
    if copy.line:
        lines.append(f"{turn.texts('invoice.line')}\n{copy.line}")
    if copy.link and not copy.pdf:
        lines.append(f"{turn.texts('invoice.link')}\n{copy.link}")
    return "\n\n".join(lines)


def owed(turn: Teller, invoice: Invoice) -> str:
    """The amount and its day; where the ERP reissued it, what it was before; what is in it and came in."""
    day = invoice.due_date
    text = turn.texts(
        "invoice.overdue" if day < turn.today else "invoice.due",
        name=turn.first_name(),
        amount=format_brl(invoice.amount_cents),
        due=format_date(day),
        number=invoice.number,
    )
    return " ".join([text, *_history(turn, invoice)])


def _history(turn: Teller, invoice: Invoice) -> list[str]:
    said = []
    if invoice.original_due_date and invoice.original_due_date != invoice.due_date:
        original, due = format_date(invoice.original_due_date), format_date(invoice.due_date)
        said.append(turn.texts("invoice.reissued", original=original, due=due))
    fine, interest = invoice.fine_cents, invoice.interest_cents
    if fine and interest:
        said.append(turn.texts("invoice.charges", fine=format_brl(fine), interest=format_brl(interest)))
    elif fine:
        said.append(turn.texts("invoice.fine", fine=format_brl(fine)))
    elif interest:
        said.append(turn.texts("invoice.interest", interest=format_brl(interest)))
    if invoice.paid_cents:
        said.append(turn.texts("invoice.remaining", paid=format_brl(invoice.paid_cents)))
    return said
