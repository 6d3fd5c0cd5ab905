"""Agreements on debts as rows: accepted, in force with their instalments as invoices, kept or broken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.holds import drop_notices, new_round
from billing.negotiation import NegotiationPolicy, Offer, read_policy
from billing.outside_agreements import follow_there, instalments_there
from billing.provider_row import provider_row
from billing.suspension import paid
from core.dates import local_date
from core.db import Database
from core.errors import Misconfigured
from models import utc_now
from models.contract import Contract
from models.invoice import Invoice
from models.negotiation import Negotiation
from models.outbox import add_work

TELL = "tell_agreement"
LIVE = ("accepted", "active")
# How the refs of instalments begin.
INSTALMENT = "ACORDO-"


def negotiation_policy_of(policies: Mapping[str, Any]) -> NegotiationPolicy:
    """The policy `negotiation` among the provider's. Raises Misconfigured `provider`."""
    try:
        return read_policy(policies)
    except ValueError as error:
        raise Misconfigured("provider", f"policies.negotiation: {error}") from error


def accept(
    session: Session,
    *,
    contract_ref: str,
    conversation_id: int | None,
    offer: Offer,
    shown_text: str,
    accepted_text: str,
    at_once: bool = False,
) -> Negotiation | None:
    """Writes down what the customer agreed to; None when the contract has a live agreement already, also for the
    second of two that come at once. `at_once` puts it into force: nobody has to see it first."""
    new_id = session.execute(
        insert(Negotiation)
        .values(
            contract_ref=contract_ref,
            conversation_id=conversation_id,
            debt_cents=offer.debt_cents,
            invoice_refs=list(offer.invoice_refs),
            terms=offer.as_terms(),
            shown_text=shown_text,
            accepted_text=accepted_text,
        )
        .on_conflict_do_nothing(
            index_elements=[Negotiation.contract_ref], index_where=text("state in ('accepted','active')")
        )
        .returning(Negotiation.id)
    ).scalar()
    if new_id is None:
        return None
    agreement = session.get_one(Negotiation, new_id)
    if at_once:
        activate(session, agreement, enters=True)
    return agreement


def live_agreement(session: Session, contract_ref: str) -> Negotiation | None:
    """The agreement of the contract that waits for finance or is in force."""
    wanted = select(Negotiation).where(Negotiation.contract_ref == contract_ref, Negotiation.state.in_(LIVE))
    return session.scalars(wanted).one_or_none()


def activate(session: Session, agreement: Negotiation, *, enters: bool) -> bool:
    """Puts an accepted agreement into force: its instalments become invoices where `enters` (our own tables are the
    ERP), and the old debts are held. The customer is told.

    False, with the agreement cancelled, when the debt is not what was agreed on any more (paid meanwhile).
    """
    old = _invoices(session, agreement.invoice_refs, lock=True)
    if enters and not _unchanged(old, agreement):
        agreement.state, agreement.ended_at = "cancelled", utc_now()
        add_work(session, TELL, agreement.id)
        return False
    for invoice in old:
        invoice.hold, invoice.held_at = "negotiation", utc_now()
    drop_notices(session, agreement.invoice_refs)
    if enters:
        contract_id = session.scalars(select(Contract.id).where(Contract.ref == agreement.contract_ref)).one()
        session.add_all(_instalments(agreement, contract_id))
    agreement.state = "active"
    add_work(session, TELL, agreement.id)
    if negotiation_policy_of(provider_row(session).policies).release == "acceptance":
        paid(session, agreement.contract_ref, utc_now())
    return True


def instalment_refs(agreement: Negotiation) -> list[str]:
    """The refs of the invoices that an agreement makes, first instalment first."""
    return [f"{INSTALMENT}{agreement.id}-{number}" for number in range(1, len(agreement.terms["instalments"]) + 1)]


def waits_for_first(session: Session, contract_ref: str, policy: NegotiationPolicy) -> bool:
    """Whether an agreement is in force whose first instalment has still to be paid before the signal comes back."""
    agreement = live_agreement(session, contract_ref)
    if agreement is None or policy.release == "acceptance":
        return False
    parts = _invoices(session, instalment_refs(agreement)) or instalments_there(session, agreement)
    return not any(part.status == "paid" for part in parts)


def follow_agreements(_: int, *, db: Database, now: Callable[[], datetime] = utc_now) -> None:
    """Judges every agreement in force, each in a transaction of its own. May be called at any time."""
    with db.transaction() as session:
        row = provider_row(session)
        policy, today = negotiation_policy_of(row.policies), local_date(now(), row.timezone)
        ids = session.scalars(select(Negotiation.id).where(Negotiation.state == "active")).all()
    for agreement_id in ids:
        with db.transaction() as session:
            follow(session, agreement_id, policy, today)


def follow(session: Session, agreement_id: int, policy: NegotiationPolicy, today: date) -> None:
    """Judges an agreement in force: kept once all is paid, broken once an instalment is too late. May be called again.

    One that people entered in an ERP of the provider's has no instalments of ours: see outside_agreements.
    """
    wanted = select(Negotiation).where(Negotiation.id == agreement_id, Negotiation.state == "active")
    agreement = session.scalars(wanted.with_for_update()).one_or_none()
    parts = _invoices(session, instalment_refs(agreement), lock=True) if agreement else []
    if agreement is None:
        return
    if not parts:
        follow_there(session, agreement, policy, today)
        return
    if all(part.status == "paid" for part in parts):
        for invoice in _invoices(session, agreement.invoice_refs, lock=True):
            invoice.status, invoice.hold, invoice.held_at = "cancelled", "", None
        agreement.state, agreement.ended_at = "kept", utc_now()
        return
    latest = today - timedelta(days=policy.broken_after_days)
    if any(part.status == "open" and part.due_date < latest for part in parts):
        _break(session, agreement, parts)


def _break(session: Session, agreement: Negotiation, parts: Sequence[Invoice]) -> None:
    """The old debt is open again, less what came in; the discount is lost."""
    came_in = sum(part.amount_cents if part.status == "paid" else part.paid_cents for part in parts)
    for part in parts:
        if part.status == "open":
            part.status = "cancelled"
    for invoice in _invoices(session, agreement.invoice_refs, lock=True):
        used = min(came_in, invoice.amount_cents)
        came_in -= used
        invoice.hold, invoice.held_at = "", None
        if used == invoice.amount_cents:
            invoice.status, invoice.paid_at = "paid", utc_now()
        else:
            invoice.amount_cents -= used
        invoice.paid_cents += used
    new_round(session, agreement.invoice_refs)
    agreement.state, agreement.ended_at = "broken", utc_now()
    add_work(session, TELL, agreement.id)


def _unchanged(old: Sequence[Invoice], agreement: Negotiation) -> bool:
    as_agreed = all(invoice.status == "open" and not invoice.hold for invoice in old)
    return as_agreed and sum(invoice.amount_cents for invoice in old) == agreement.debt_cents


def _instalments(agreement: Negotiation, contract_id: int) -> list[Invoice]:
    parts = agreement.terms["instalments"]
    return [
        Invoice(
            ref=ref,
            number=ref,
            contract_id=contract_id,
            amount_cents=part["amount_cents"],
            due_date=date.fromisoformat(part["due"]),
            description=f"Acordo {agreement.id}, parcela {number} de {len(parts)}",
        )
        for number, (ref, part) in enumerate(zip(instalment_refs(agreement), parts, strict=True), 1)
    ]


def _invoices(session: Session, refs: Sequence[str], *, lock: bool = False) -> list[Invoice]:
    """The rows, oldest debt first, as they are now."""
    wanted = select(Invoice).where(Invoice.ref.in_(refs)).order_by(Invoice.due_date, Invoice.id)
    if lock:
        wanted = wanted.with_for_update()
    return list(session.scalars(wanted.execution_options(populate_existing=True)))
