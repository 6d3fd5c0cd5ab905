"""Facts about bills: fetched from the ERP with a soft look at the Pix, or from what was sent and agreed here."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, text

from billing import pix
from billing.ports import Erp
from billing.records import Invoice, SecondCopy
from bot.bills import Agreement, SentCopy, listed_as
from bot.effects import Bill
from core.db import Database
from core.errors import Refused
from models import utc_now
from models.attachment import Attachment
from models.negotiation import Negotiation

log = logging.getLogger(__name__)

# Within this time the same invoice is the same document.
SAME_WITHIN = timedelta(minutes=10)
# What was paid longer ago says little about a payment that is spoken of now.
PAID_WITHIN = timedelta(days=35)
_DAYS = ("due_date", "original_due_date")

_SENT = text(
    "SELECT message.payload -> 'bill' AS bill, attachment_id FROM message"
    " JOIN conversation ON conversation.id = message.conversation_id"
    " WHERE contact_id = :contact AND direction = 'out' AND payload -> 'bill' ->> 'ref' = :ref"
    " AND message.received_at > :since AND status NOT IN ('failed', 'discarded') ORDER BY message.id DESC"
)


def second_copy(erp: Erp, invoice_ref: str) -> SecondCopy | None:
    """What the ERP gives to pay the invoice with; None when it gives nothing. A Pix that looks odd is forwarded as it
    came, and noted in the log: a bank may take what a strict reader does not."""
    try:
        copy = erp.second_copy(invoice_ref)
    except Refused as refusal:
        log.warning("no second copy of invoice %s: %s", invoice_ref, refusal.code)
        return None
    problems: tuple[str, ...] = pix.check(copy.pix) if copy.pix else ()
    if copy.pix and not pix.asks_for(copy.pix, copy.invoice.amount_cents):
        problems += ("other_amount",)
    if problems:
        log.warning("the Pix of invoice %s looks odd (%s); forwarded as it came", invoice_ref, ", ".join(problems))
    return copy if copy.pdf or copy.line or copy.pix or copy.link else None


def paid_lately(erp: Erp, contract_ref: str, today: date) -> tuple[Invoice, ...]:
    """What was paid in the last weeks, latest first; none where the ERP cannot tell."""
    if "paid_invoices" not in erp.capabilities():
        return ()
    return erp.paid_invoices(contract_ref, today - PAID_WITHIN)


def agreement(db: Database, contract_ref: str) -> Agreement | None:
    """The live agreement on the contract's debt."""
    live = Negotiation.contract_ref == contract_ref, Negotiation.state.in_(("accepted", "active"))
    with db.reading() as session:
        terms = session.scalar(select(Negotiation.terms).where(*live))
    if terms is None:
        return None
    parts = [(date.fromisoformat(one["due"]), int(one["amount_cents"])) for one in terms.get("instalments", ())]
    return Agreement(tuple(sorted(parts)))


def as_json(bill: Bill) -> dict[str, Any]:
    """A second copy as its message keeps it; the file is the message's attachment."""
    copy = bill.copy
    invoice = asdict(copy.invoice) | {"paid_at": None}
    days = {name: invoice[name] and invoice[name].isoformat() for name in _DAYS}
    return {
        "ref": bill.listed.ref,
        "listed": listed_as(bill.listed),
        "invoice": invoice | days,
        "filename": copy.filename,
        "line": copy.line,
        "pix": copy.pix,
        "link": copy.link,
    }


def sent_copy(db: Database, contact_id: int, invoice_ref: str) -> SentCopy | None:
    """The newest second copy of the invoice that went to this person minutes ago, and how often it did."""
    with db.reading() as session:
        values = {"contact": contact_id, "ref": invoice_ref, "since": utc_now() - SAME_WITHIN}
        found = session.execute(_SENT, values).all()
        if not found:
            return None
        file = select(Attachment.data).where(Attachment.id == found[0].attachment_id)
        pdf = session.scalar(file) if found[0].attachment_id else None
    kept = found[0].bill
    days = {name: date.fromisoformat(day) if (day := kept["invoice"][name]) else None for name in _DAYS}
    copy = SecondCopy(
        invoice=Invoice(**{**kept["invoice"], **days}),
        pdf=pdf,
        filename=kept["filename"],
        line=kept["line"],
        pix=kept["pix"],
        link=kept["link"],
    )
    return SentCopy(copy, kept["listed"], len(found))
