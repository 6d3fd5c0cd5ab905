"""A second copy in words: what to pay, until when, with what, and what became of it on the way. Pure."""

from __future__ import annotations

from billing.records import Invoice, SecondCopy
from bot.turn import Turn
from core.dates import format_date
from core.money import format_brl


def caption(turn: Turn, copy: SecondCopy) -> str:
    """What to pay, until when and with what. The Pix text stands alone in its line, exactly as it came."""
    lines = [owed(turn, copy.invoice)]
    if copy.pix:
        lines.append(f"{turn.texts('invoice.pix')}\n{copy.pix}")
    if copy.line:
        lines.append(f"{turn.texts('invoice.line')}\n{copy.line}")
    if copy.link and not copy.pdf:
        lines.append(f"{turn.texts('invoice.link')}\n{copy.link}")
    return "\n\n".join(lines)


def owed(turn: Turn, invoice: Invoice) -> str:
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


def _history(turn: Turn, invoice: Invoice) -> list[str]:
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
