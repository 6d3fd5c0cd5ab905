"""The collection of invoices: steps planned as rows, each sent once after the ERP was read again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.collections import StepDue, overtaken, plan_steps, step_key
from billing.collections_policy import NOTICE, Collecting, CollectionsPolicy, Step
from billing.holds import watch_disputes
from billing.missing import may_return
from billing.records import Invoice
from billing.rows import invoice_of
from billing.suspension import is_live
from billing.suspension import notice as note_notice
from core.later import Later
from handoff.collection_words import values_of
from handoff.consent import history
from handoff.debt_desk import DebtDesk, customer_of_contract, fault_here, promised, talking
from handoff.outcome import Denied
from handoff.templates import NO_CONSENT, send_template
from handoff.whom import contact_of
from models.alert import raise_alert
from models.collection_step import CollectionStep
from models.contact import Contact
from models.contract import Contract
from models.customer import Customer
from models.invoice import Invoice as InvoiceRow
from models.outbox import add_work

UNSENT = "collection.notice_unsent"
WAIT_SECONDS = 3600.0
BLOCKED_WAIT_SECONDS = 86400.0


class _Skip(Exception):
    """The step is not to be sent: the state and the reason that its row gets."""

    def __init__(self, reason: str, state: str = "skipped") -> None:
        super().__init__(reason)
        self.reason, self.state = reason, state


def collect(_: int, *, desk: DebtDesk) -> None:
    """Writes down the steps that are due, and adds the work of doing them at the provider's pace. Run as often as
    wanted: a step of an invoice is one row."""
    with desk.db.transaction() as session:
        terms, now = desk.collecting(session), desk.now()
        watch_disputes(session, terms.policy, now)
        if not (terms.policy.enabled and terms.writing.open_at(now)):
            return
        invoices, owners = _open_invoices(session, terms, now)
        known = select(CollectionStep.key).where(CollectionStep.invoice_ref.in_([one.ref for one in invoices]))
        due = plan_steps(invoices, set(session.scalars(known)), terms.policy, now, terms.writing)
        wait = 0.0
        for step in due:
            if _plan(session, step, owners[step.invoice.ref], now, wait):
                wait += 60 / terms.policy.per_minute


def _open_invoices(session: Session, terms: Collecting, now: datetime) -> tuple[list[Invoice], dict[str, str]]:
    """The invoices of active contracts that a step may be near of, and whose they are."""
    policy, today = terms.policy, terms.writing.day(now)
    first = max((-step.days for step in policy.steps), default=0)
    late_from = func.coalesce(InvoiceRow.original_due_date, InvoiceRow.due_date)
    wanted = (
        select(InvoiceRow, Contract.ref, Customer.ref)
        .join(Contract, Contract.id == InvoiceRow.contract_id)
        .join(Customer, Customer.id == Contract.customer_id)
        .where(InvoiceRow.status == "open", InvoiceRow.hold == "", Contract.status == "active")
        .where(late_from >= today - timedelta(days=policy.give_up_after_days))
        .where(late_from <= today + timedelta(days=max(0, first)))
        .order_by(InvoiceRow.id)
    )
    rows = session.execute(wanted).all()
    return [invoice_of(row, contract) for row, contract, _ in rows], {row.ref: owner for row, _, owner in rows}


def _plan(session: Session, due: StepDue, customer_ref: str, now: datetime, wait: float) -> bool:
    """Whether there is something to send for it now; another worker may have planned it."""
    row = {
        "key": step_key(due.invoice.ref, due.step.name),
        "invoice_ref": due.invoice.ref,
        "contract_ref": due.invoice.contract_ref,
        "customer_ref": customer_ref,
        "step": due.step.name,
        "due_on": due.due_on,
        "state": "skipped" if due.missed else "planned",
        "reason": "missed" if due.missed else None,
        "created_at": now,
        "done_at": now if due.missed else None,
    }
    new = insert(CollectionStep).values(**row).on_conflict_do_nothing(index_elements=["key"])
    new_id = session.execute(new.returning(CollectionStep.id)).scalar()
    if new_id is None or due.missed:
        return False
    add_work(session, "collect_step", new_id, after_seconds=wait)
    return True


def do_step(step_id: int, *, desk: DebtDesk) -> None:
    """Sends the step, or says in its row why not. May be called again: what is done stays done.

    The invoice is read from the ERP first, and the ERP's failure is raised, so that it is tried again. Raises Later
    in quiet hours, while somebody talks with the customer, while a fault of ours touches the contract, and while the
    ERP does not list the invoice without having said what became of it. A notice of suspension is also put off, never
    dropped, by what ends reminders: a block, a promise, the cap.
    """
    with desk.db.transaction() as session:
        row = session.get(CollectionStep, step_id)
        if row is None or row.state != "planned":
            return
        terms, now = desk.collecting(session), desk.now()
    if not terms.writing.open_at(now):
        raise Later((terms.writing.next_opening(now) - now).total_seconds(), "quiet hours")
    fresh = [invoice for invoice in desk.erp.open_invoices(row.contract_ref) if invoice.ref == row.invoice_ref]
    with desk.db.transaction() as session:
        row = session.get_one(CollectionStep, step_id, with_for_update=True)
        if row.state != "planned":
            return
        try:
            row.message_id = _send(session, row, fresh[0] if fresh else None, terms, desk)
            row.state = "sent"
        except _Skip as skip:
            row.state, row.reason = skip.state, skip.reason
            _tell_people(session, row)
        row.done_at = now


def abandon(step_id: int, *, desk: DebtDesk) -> None:
    """The ERP refuses for good to tell of the invoice: nothing is sent on a guess."""
    with desk.db.transaction() as session:
        row = session.get(CollectionStep, step_id, with_for_update=True)
        if row is not None and row.state == "planned":
            row.state, row.reason, row.done_at = "stopped", "failed", desk.now()
            _tell_people(session, row)


def _send(
    session: Session, row: CollectionStep, invoice: Invoice | None, terms: Collecting, desk: DebtDesk
) -> int | None:
    """The id of the message. Raises _Skip, or Later."""
    now, policy = desk.now(), terms.policy
    step = _step_of(row, policy)
    invoice = _still_owed(session, row, invoice, policy, now)
    if overtaken(invoice, step, policy, terms.writing.day(now)):
        raise _Skip("missed")
    contract = session.scalars(select(Contract).where(Contract.ref == row.contract_ref)).one()
    _contract_allows(session, contract, step)
    contact = contact_of(session, row.customer_ref)
    if contact is None:
        raise _Skip("no_contact")
    if fault_here(session, row.contract_ref, now) or talking(
        session, contact, now, timedelta(minutes=policy.quiet_after_talk_minutes)
    ):
        raise Later(WAIT_SECONDS, "not now")
    _wanted(session, row, contact, policy, now)
    until = terms.writing.day(now) + timedelta(days=policy.notice_days)
    values = values_of(step.template, customer_of_contract(session, contract), invoice, until, policy)
    key = f"collection:{row.id}"
    sent = send_template(session, contact, step.template, values, language=desk.language, reason="collection", key=key)
    if isinstance(sent, Denied):
        raise _Skip("opted_out" if sent == NO_CONSENT else "no_template")
    if step.template == NOTICE:
        note_notice(session, contract.ref, invoice.ref, invoice.amount_cents, until)
    return sent.message_id


def _step_of(row: CollectionStep, policy: CollectionsPolicy) -> Step:
    found = [step for step in policy.steps if step.name == row.step]
    if not found or not policy.enabled:
        raise _Skip("missed")
    return found[0]


def _still_owed(
    session: Session, row: CollectionStep, invoice: Invoice | None, policy: CollectionsPolicy, now: datetime
) -> Invoice:
    """As the ERP tells it, held by either side. One that it does not list may come back: it is waited for."""
    ours = session.scalars(select(InvoiceRow).where(InvoiceRow.ref == row.invoice_ref)).one_or_none()
    if invoice is None and may_return(ours, policy, now):
        raise Later(WAIT_SECONDS, "not listed")
    if invoice is None or invoice.status != "open":
        raise _Skip("paid", "stopped")
    held = invoice.hold or (ours.hold if ours else "")
    if held:
        raise _Skip(held, "stopped")
    return invoice


def _contract_allows(session: Session, contract: Contract, step: Step) -> None:
    notice = step.template == NOTICE
    if contract.status != "active":
        if notice and contract.status == "blocked":
            raise Later(BLOCKED_WAIT_SECONDS, "blocked")
        raise _Skip("blocked")
    if promised(session, contract.ref):
        if notice:
            raise Later(WAIT_SECONDS, "promised")
        raise _Skip("promised")


def _wanted(session: Session, row: CollectionStep, contact: Contact, policy: CollectionsPolicy, now: datetime) -> None:
    """Courtesies stop for whoever asked for fewer messages, and where there were enough. Notices of the law do not: the
    first of a contract goes out at once, that of another debt of it as soon as there is room."""
    last = history(session, contact.id, limit=1)
    if row.step != NOTICE and last and last[0].decision == "out":
        raise _Skip("opted_out")
    # Two invoices of one customer are worked on side by side.
    session.get_one(Contact, contact.id, with_for_update=True)
    room = _room_from(session, row.customer_ref, policy)
    if room <= now:
        return
    if row.step != NOTICE:
        raise _Skip("capped")
    if is_live(session, row.contract_ref):
        raise Later((room - now).total_seconds(), "capped")


def _room_from(session: Session, customer_ref: str, policy: CollectionsPolicy) -> datetime:
    """From when on the customer may get another message; long ago where there were few."""
    sent = (
        select(CollectionStep.done_at)
        .where(CollectionStep.customer_ref == customer_ref, CollectionStep.state == "sent")
        .order_by(CollectionStep.done_at.desc())
        .offset(policy.contact_messages - 1)
        .limit(1)
    )
    last = session.scalar(sent)
    return last + timedelta(days=policy.contact_days) if last else datetime.min.replace(tzinfo=UTC)


def _tell_people(session: Session, row: CollectionStep) -> None:
    """Without the notice nobody may be suspended: then it has to reach the customer in another way."""
    if row.step == NOTICE and row.reason in {"no_contact", "no_template", "opted_out", "failed"}:
        text = f"O aviso de suspensão do contrato {row.contract_ref} não pôde ser enviado pelo WhatsApp."
        raise_alert(session, UNSENT, row.contract_ref, text, detail={"reason": row.reason})
