"""Agreements that people entered in the provider's ERP: their instalments are found again by day and amount."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.negotiation import NegotiationPolicy
from core.dates import format_date
from models import utc_now
from models.alert import end_alert, raise_alert
from models.contract import Contract
from models.invoice import Invoice
from models.negotiation import Negotiation

NOT_FOUND, LATE = "agreement.not_found", "agreement.late"


def instalments_there(session: Session, agreement: Negotiation) -> list[Invoice]:
    """What the ERP told that can only be instalments: invoices of the contract with an instalment's day and amount,
    none of them twice, and none of the debts that were agreed on."""
    mine = select(Invoice).join(Contract, Contract.id == Invoice.contract_id)
    told = mine.where(Contract.ref == agreement.contract_ref, Invoice.seen_at.is_not(None))
    owed = told.where(Invoice.status != "cancelled", Invoice.ref.not_in(agreement.invoice_refs))
    left = list(session.scalars(owed.order_by(Invoice.id)))
    found = []
    for part in agreement.terms["instalments"]:
        wanted = date.fromisoformat(part["due"]), part["amount_cents"]
        one = next((invoice for invoice in left if _as_agreed(invoice) == wanted), None)
        if one is not None:
            left.remove(one)
            found.append(one)
    return found


def follow_there(session: Session, agreement: Negotiation, policy: NegotiationPolicy, today: date) -> None:
    """Kept once every instalment is paid there. One that is too late, or that is not found by then, is told to people
    by an alert: the debts are the ERP's, and so is what becomes of them. May be called again."""
    found, terms = instalments_there(session, agreement), agreement.terms["instalments"]
    if len(found) == len(terms) and all(part.status == "paid" for part in found):
        agreement.state, agreement.ended_at = "kept", utc_now()
        _end(session, agreement, NOT_FOUND, LATE)
        return
    latest = today - timedelta(days=policy.broken_after_days)
    overdue = [part for part in found if _as_agreed(part)[0] < latest]
    late = [format_date(_as_agreed(part)[0]) for part in overdue if part.status == "open"]
    _say(session, agreement, LATE, f"em aberto no ERP a parcela de {', '.join(late)}" if late else "")
    lost = len([one for one in terms if date.fromisoformat(one["due"]) < latest]) - len(overdue)
    missed = f"{lost} de {len(terms)} parcelas vencidas sem fatura igual no ERP; confira valor e vencimento lá"
    _say(session, agreement, NOT_FOUND, missed if lost else "")


def _as_agreed(invoice: Invoice) -> tuple[date, int]:
    """Its day and amount, without what being late put on top and with what was paid of it in part."""
    amount = invoice.amount_cents - invoice.fine_cents - invoice.interest_cents
    in_part = invoice.paid_cents if invoice.status == "open" else 0
    return invoice.original_due_date or invoice.due_date, amount + in_part


def _say(session: Session, agreement: Negotiation, alert: str, words: str) -> None:
    if not words:
        _end(session, agreement, alert)
        return
    text = f"Acordo {agreement.id} do contrato {agreement.contract_ref}: {words}."
    raise_alert(session, alert, str(agreement.id), text)


def _end(session: Session, agreement: Negotiation, *alerts: str) -> None:
    for alert in alerts:
        end_alert(session, alert, str(agreement.id))
