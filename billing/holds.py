"""Invoices that are not collected for a while: contested, agreed on, or being settled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from billing.collections_policy import CollectionsPolicy
from billing.records import Hold
from billing.suspension import paid
from core.dates import format_date
from models import utc_now
from models.alert import end_alert, raise_alert
from models.audit import Audit
from models.collection_step import CollectionStep
from models.contract import Contract
from models.invoice import Invoice
from models.suspension import Suspension

DISPUTE_LATE = "dispute.deadline"


def hold(session: Session, invoice_ref: str, kind: Hold, by: str) -> bool:
    """Holds an open invoice that nothing holds yet, and audits who did; False, and no change, for any other.

    A second press is harmless. Neither reminders nor a suspension come of it until `release`, and a contract that is
    suspended for nothing else gets its signal back.
    """
    done = session.scalar(
        update(Invoice)
        .where(Invoice.ref == invoice_ref, Invoice.status == "open", Invoice.hold == "")
        .values(hold=kind, held_at=utc_now())
        .returning(Invoice.contract_id)
    )
    if done is not None:
        drop_notices(session, [invoice_ref])
        contract_ref = session.scalars(select(Contract.ref).where(Contract.id == done)).one()
        paid(session, contract_ref, utc_now())
        session.add(Audit(actor=by, action="invoice.held", subject=f"invoice:{invoice_ref}", detail={"kind": kind}))
    return done is not None


def release(session: Session, invoice_ref: str, kind: Hold, by: str) -> bool:
    """Collects the invoice again, from the step that its age calls for; False where it was not held for `kind`."""
    done = session.scalar(
        update(Invoice)
        .where(Invoice.ref == invoice_ref, Invoice.hold == kind)
        .values(hold="", held_at=None)
        .returning(Invoice.id)
    )
    if done is None:
        return False
    new_round(session, [invoice_ref])
    end_alert(session, DISPUTE_LATE, invoice_ref, by=by)
    session.add(Audit(actor=by, action="invoice.released", subject=f"invoice:{invoice_ref}", detail={"kind": kind}))
    return True


def drop_notices(session: Session, invoice_refs: Sequence[str]) -> None:
    """The days of a notice for one of these invoices run no longer."""
    mine = Suspension.invoice_ref.in_(invoice_refs), Suspension.state == "noticed"
    session.execute(update(Suspension).where(*mine).values(state="dropped", ended_at=utc_now()))


def new_round(session: Session, invoice_refs: Sequence[str], *, step: str | None = None) -> None:
    """What was sent for these invoices (of this step only) belongs to the past: a suspension needs a notice of its own
    again. What is still to be sent stays, and is judged when its turn comes."""
    rows = update(CollectionStep).where(
        CollectionStep.invoice_ref.in_(invoice_refs),
        CollectionStep.state != "planned",
        ~CollectionStep.key.contains("#round"),
    )
    if step is not None:
        rows = rows.where(CollectionStep.step == step)
    session.execute(rows.values(key=func.concat(CollectionStep.key, "#round", CollectionStep.id)))


def watch_disputes(session: Session, policy: CollectionsPolicy, now: datetime) -> int:
    """Alerts to contested invoices whose legal time for an answer is nearly over; returns to how many."""
    late = now - timedelta(days=policy.dispute_days - policy.dispute_margin_days)
    rows = session.scalars(select(Invoice).where(Invoice.hold == "disputed", Invoice.held_at <= late)).all()
    for row in rows:
        last = ((row.held_at or now) + timedelta(days=policy.dispute_days)).date()
        text = f"A contestação da fatura {row.number} tem de ser respondida até {format_date(last)}."
        raise_alert(session, DISPUTE_LATE, row.ref, text, detail={"until": last.isoformat()})
    return len(rows)
