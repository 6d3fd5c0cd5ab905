"""Suspends contracts whose notice is over, has them restored once paid, and tells when one may end; never ends one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from billing.agreements import negotiation_policy_of, waits_for_first
from billing.collections_policy import Collecting
from billing.invoices import total_cents
from billing.missing import may_return
from billing.overdue import demanded_of
from billing.provider_row import provider_row
from billing.records import Invoice
from billing.suspension import BLOCK, FOR_DEBT, PROMISE_OVER, RESTORE, in_force, notices
from core.dates import format_date
from core.errors import Failure
from core.money import format_brl
from handoff.debt_desk import DebtDesk, addressed, customer_of_contract, fault_here, promised, talking
from handoff.debt_jobs import AGAIN_AFTER, block_asked, give_up_blocks, release_paid, undo_block
from handoff.outcome import Done
from handoff.templates import send_template
from handoff.whom import contact_of
from models.alert import end_alert, raise_alert
from models.contract import Contract
from models.invoice import Invoice as InvoiceRow
from models.outbox import add_work
from models.suspension import Suspension
from provisioning.batches import ask_batch
from provisioning.request import ask, target_of

NOT_RESTORED, MAY_END = "suspension.not_restored", "contract.may_end"


@dataclass(frozen=True)
class _Read:
    """A contract with its overdue invoices, as the ERP told just now."""

    contract_ref: str
    debt: tuple[Invoice, ...]


def suspend(_: int, *, desk: DebtDesk) -> None:
    """Asks for the blocks that are due, brings back what was paid, alerts and tells. Run as often as wanted."""
    with desk.db.transaction() as session:
        terms = desk.collecting(session)
        _watch_restorations(session, desk, terms)
    now = desk.now()
    if terms.policy.enabled and terms.policy.suspends == "ours":
        today, tomorrow = terms.blocking.day(now), terms.blocking.day(now) + timedelta(days=1)
        rest = terms.policy.no_block_before_rest and terms.blocking.rests(tomorrow)
        if terms.blocking.open_at(now) and not rest:
            _block(desk, terms, _read(desk, Suspension.state == "noticed", Suspension.suspend_from <= today))
        if terms.writing.open_at(now):
            late = now - timedelta(days=terms.policy.end_after_days)
            unpaid = Suspension.known_paid_at.is_(None), Suspension.end_noticed_at.is_(None)
            for found in _read(desk, Suspension.state == "suspended", Suspension.suspended_at <= late, *unpaid):
                _may_end(desk, terms, found)


def restore(contract_id: int, *, desk: DebtDesk) -> None:
    """Releases a contract that was blocked for debt once nothing is overdue any more; drops a notice that has lost its
    reason. May be called again; raises what the ERP raises, so that it is tried again."""
    with desk.db.transaction() as session:
        ref = session.scalar(select(Contract.ref).where(Contract.id == contract_id))
    if ref is None:
        return
    invoices = desk.erp.open_invoices(ref)
    with desk.db.transaction() as session:
        contract = session.get_one(Contract, contract_id, with_for_update=True)
        row = in_force(session, ref)
        today = desk.collecting(session).writing.day(desk.now())
        policy = negotiation_policy_of(provider_row(session).policies)
        owed = _owed(session, invoices, desk)
        ready = _due(session, desk, ref, owed, today)
        if owed or waits_for_first(session, ref, policy):
            if row is not None:
                # Something else is still overdue: the clock begins with the payment that ends it.
                row.known_paid_at = None
            elif not ready or contract.status == "blocked":
                # Blocked without a suspension: its debt was missing when the block ended.
                undo_block(session, contract, today)
            return
        give_up_blocks(session, ref, FOR_DEBT, PROMISE_OVER)
        if row is not None and row.known_paid_at is None:
            # Paid before the block ended, or while this was read: without a moment the release would end nothing.
            row.known_paid_at = desk.now()
        if contract.status == "blocked" and contract.blocked_for == "debt":
            release_paid(session, ref, f"paid:{today}")
        elif row is not None:
            row.state, row.restored_at = "restored", desk.now()


def _due(session: Session, desk: DebtDesk, contract_ref: str, owed: list[Invoice], today: date) -> list[Suspension]:
    """The notices whose days are over on that day. Those are dropped whose invoice is paid, held or agreed on, or
    missing for too long; one that may come back waits, and suspends nobody meanwhile."""
    asked, due = {invoice.ref for invoice in owed}, []
    for row in notices(session, contract_ref):
        if row.invoice_ref not in asked:
            if not _waits(session, desk, row, today):
                row.state, row.ended_at = "dropped", desk.now()
        elif row.suspend_from <= today:
            due.append(row)
    return due


def _waits(session: Session, desk: DebtDesk, row: Suspension, today: date) -> bool:
    """The notice of a debt that is not asked for: whether that is late all the same, and was only not listed."""
    debt = session.scalars(select(InvoiceRow).where(InvoiceRow.ref == row.invoice_ref)).one_or_none()
    late = debt is not None and (debt.original_due_date or debt.due_date) < today
    return late and may_return(debt, desk.collecting(session).policy, desk.now())


def tell_suspension(suspension_id: int, *, desk: DebtDesk) -> None:
    """Tells a suspended customer what to pay and that the signal comes back with it; once, however often called, and
    not whoever paid meanwhile."""
    with desk.db.transaction() as session:
        row = session.get(Suspension, suspension_id)
        if row is None or row.state != "suspended" or row.known_paid_at is not None:
            return
        hours = str(desk.collecting(session).policy.restore_hours)
        more = {"amount": format_brl(row.amount_cents), "restore_hours": hours}
        _tell(session, desk, row, "suspended_notice", more)


def _read(desk: DebtDesk, *conditions: ColumnElement[bool]) -> list[_Read]:
    """What the ERP says of each; one that it does not tell of now waits for the next run."""
    with desk.db.transaction() as session:
        wanted = select(Suspension.contract_ref).where(*conditions).group_by(Suspension.contract_ref)
        refs = session.scalars(wanted.order_by(func.min(Suspension.id))).all()
    found = []
    for ref in refs:
        try:
            invoices = desk.erp.open_invoices(ref)
        except Failure:
            continue
        with desk.db.transaction() as session:
            found.append(_Read(ref, tuple(_owed(session, invoices, desk))))
    return found


def _owed(session: Session, invoices: tuple[Invoice, ...], desk: DebtDesk) -> list[Invoice]:
    """What is demanded on the desk's day."""
    return demanded_of(session, invoices, desk.collecting(session).writing.day(desk.now()))


def _block(desk: DebtDesk, terms: Collecting, found: list[_Read]) -> None:
    """One job each; many at once are a batch that waits for a second person."""
    day = terms.blocking.day(desk.now())
    with desk.db.transaction() as session:
        ready = [row for one in found if (row := _still_due(session, desk, terms, one))]
        if len(ready) > terms.policy.batch_above:
            targets = [target_of(session, row.contract_ref) for row in ready]
            title = f"Suspensão por débito, {format_date(day)}"
            ask_batch(session, BLOCK, title=title, reason=FOR_DEBT, asked_by="clock", targets=targets)
            return
        for row in ready:
            target = target_of(session, row.contract_ref)
            cause = f"suspension:{row.id}:{day}"
            ask(session, BLOCK, target=target, reason=FOR_DEBT, asked_by="clock", cause=cause)


def _still_due(session: Session, desk: DebtDesk, terms: Collecting, found: _Read) -> Suspension | None:
    """The notice by which the block may be asked for now."""
    ref = found.contract_ref
    due = _due(session, desk, ref, list(found.debt), terms.blocking.day(desk.now()))
    contract = session.scalars(select(Contract).where(Contract.ref == ref)).one()
    if not due or contract.status != "active" or promised(session, ref) or block_asked(session, ref, desk.now()):
        return None
    contact = contact_of(session, customer_of_contract(session, contract).ref)
    quiet = timedelta(minutes=terms.policy.quiet_after_talk_minutes)
    if fault_here(session, ref, desk.now()) or (contact is not None and talking(session, contact, desk.now(), quiet)):
        return None
    due[0].amount_cents = total_cents(found.debt)
    contract.blocked_for = "debt"
    return due[0]


def _watch_restorations(session: Session, desk: DebtDesk, terms: Collecting) -> None:
    """What was paid and is still blocked is asked for again; near the end of the legal day people are alerted."""
    hours = terms.policy.restore_hours - terms.policy.restore_margin_hours
    late = desk.now() - timedelta(hours=hours)
    paid = select(Suspension).where(Suspension.state == "suspended", Suspension.known_paid_at.is_not(None))
    for row in session.scalars(paid):
        contract_id = session.scalars(select(Contract.id).where(Contract.ref == row.contract_ref)).one()
        add_work(session, RESTORE, contract_id)
        if row.known_paid_at is not None and row.known_paid_at <= late:
            text = f"O contrato {row.contract_ref} foi pago e continua suspenso: o prazo legal é de um dia."
            raise_alert(session, NOT_RESTORED, row.contract_ref, text, severity="critical")
    over = select(Suspension.contract_ref).where(Suspension.restored_at > desk.now() - AGAIN_AFTER)
    for ref in session.scalars(over):
        end_alert(session, NOT_RESTORED, ref)


def _may_end(desk: DebtDesk, terms: Collecting, found: _Read) -> None:
    """The customer is told from when on the contract may end; ending it stays a person's decision."""
    with desk.db.transaction() as session:
        row = in_force(session, found.contract_ref)
        if row is None or row.end_noticed_at or not found.debt:
            return
        ends = format_date(terms.writing.day(desk.now()) + timedelta(days=terms.policy.end_notice_days))
        sent = _tell(
            session,
            desk,
            row,
            "contract_end_notice",
            {
                "amount": format_brl(total_cents(found.debt)),
                "end_date": ends,
            },
        )
        how = "o cliente foi avisado" if sent else "o aviso ao cliente não pôde ser enviado"
        text = f"O contrato {row.contract_ref} pode ser encerrado por débito a partir de {ends}: {how}."
        raise_alert(session, MAY_END, row.contract_ref, text, detail={"from": ends, "told": sent})
        session.execute(update(Suspension).where(Suspension.id == row.id).values(end_noticed_at=desk.now()))


def _tell(session: Session, desk: DebtDesk, row: Suspension, template: str, values: dict[str, str]) -> bool:
    contract = session.scalars(select(Contract).where(Contract.ref == row.contract_ref)).one()
    customer = customer_of_contract(session, contract)
    contact = contact_of(session, customer.ref)
    if contact is None:
        return False
    given = {"name": addressed(customer), **values}
    key = f"suspension:{row.id}:{template}"
    sent = send_template(session, contact, template, given, language=desk.language, reason="collection", key=key)
    return isinstance(sent, Done)
