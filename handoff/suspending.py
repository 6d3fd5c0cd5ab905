"""Suspends contracts whose notice is over, has them restored once paid, and tells when one may end; never ends one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from billing.agreements import negotiation_policy_of, waits_for_first
from billing.collections_policy import Collecting
from billing.invoices import total_cents
from billing.overdue import demanded_of
from billing.provider_row import provider_row
from billing.records import Invoice
from billing.suspension import BLOCK, DONE, FOR_DEBT, PROMISE_OVER, RELEASE, RESTORE, live_suspension
from core.dates import format_date
from core.errors import Failure
from core.money import format_brl
from handoff.debt_desk import DebtDesk, addressed, customer_of_contract, fault_here, promised, talking
from handoff.outcome import Done
from handoff.templates import send_template
from handoff.whom import contact_of
from models.alert import end_alert, raise_alert
from models.contract import Contract
from models.network_job import OPEN_STATES, NetworkJob
from models.outbox import add_work
from models.suspension import Suspension
from provisioning.approval import cancel
from provisioning.batches import ask_batch
from provisioning.releasing import ask_release
from provisioning.request import ask, target_of

NOT_RESTORED, MAY_END = "suspension.not_restored", "contract.may_end"
AGAIN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class _Read:
    """A suspension's contract with its overdue invoices, as the ERP told just now."""

    suspension_id: int
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
        row = live_suspension(session, ref, lock=True)
        today = desk.collecting(session).writing.day(desk.now())
        policy = negotiation_policy_of(provider_row(session).policies)
        owed = _owed(session, invoices, desk) or waits_for_first(session, ref, policy)
        if owed:
            if row is not None:
                # Something else is still overdue: the clock begins with the payment that ends it.
                row.known_paid_at = None
            return
        _give_up_blocks(session, ref)
        if row is not None and row.state == "noticed":
            row.state, row.ended_at = "dropped", desk.now()
        if contract.status == "blocked" and contract.blocked_for == "debt":
            _ask_release(session, ref, f"paid:{today}")
        elif row is not None and row.state == "suspended":
            row.state, row.restored_at = "restored", desk.now()


def tell_suspension(suspension_id: int, *, desk: DebtDesk) -> None:
    """Tells a suspended customer what to pay and that the signal comes back with it; once, however often called."""
    with desk.db.transaction() as session:
        row = session.get(Suspension, suspension_id)
        if row is None or row.state != "suspended":
            return
        hours = str(desk.collecting(session).policy.restore_hours)
        more = {"amount": format_brl(row.amount_cents), "restore_hours": hours}
        _tell(session, desk, row, "suspended_notice", more)


def _read(desk: DebtDesk, *conditions: ColumnElement[bool]) -> list[_Read]:
    """What the ERP says of each; one that it does not tell of now waits for the next run."""
    with desk.db.transaction() as session:
        wanted = select(Suspension.id, Suspension.contract_ref).where(*conditions)
        rows = session.execute(wanted.order_by(Suspension.id)).all()
    found = []
    for suspension_id, ref in rows:
        try:
            invoices = desk.erp.open_invoices(ref)
        except Failure:
            continue
        with desk.db.transaction() as session:
            found.append(_Read(suspension_id, ref, tuple(_owed(session, invoices, desk))))
    return found


def _owed(session: Session, invoices: tuple[Invoice, ...], desk: DebtDesk) -> list[Invoice]:
    """What is demanded on the desk's day."""
    return demanded_of(session, invoices, desk.collecting(session).writing.day(desk.now()))


def _block(desk: DebtDesk, terms: Collecting, found: list[_Read]) -> None:
    """One job each; many at once are a batch that waits for a second person."""
    with desk.db.transaction() as session:
        ready = [one for one in found if _still_due(session, desk, terms, one)]
        if len(ready) > terms.policy.batch_above:
            targets = [target_of(session, one.contract_ref) for one in ready]
            title = f"Suspensão por débito, {format_date(terms.blocking.day(desk.now()))}"
            ask_batch(session, BLOCK, title=title, reason=FOR_DEBT, asked_by="clock", targets=targets)
            return
        day = terms.blocking.day(desk.now())
        for one in ready:
            cause = f"suspension:{one.suspension_id}:{day}"
            target = target_of(session, one.contract_ref)
            ask(session, BLOCK, target=target, reason=FOR_DEBT, asked_by="clock", cause=cause)


def _still_due(session: Session, desk: DebtDesk, terms: Collecting, found: _Read) -> bool:
    """Whether the block may be asked for now. A notice whose invoice is paid, held or agreed on is dropped."""
    row = live_suspension(session, found.contract_ref, lock=True)
    if row is None or row.id != found.suspension_id or row.state != "noticed":
        return False
    if row.invoice_ref not in {invoice.ref for invoice in found.debt}:
        row.state, row.ended_at = "dropped", desk.now()
        return False
    contract = session.scalars(select(Contract).where(Contract.ref == row.contract_ref)).one()
    if contract.status != "active" or promised(session, row.contract_ref) or _asked(session, desk, row.contract_ref):
        return False
    contact = contact_of(session, customer_of_contract(session, contract).ref)
    quiet = timedelta(minutes=terms.policy.quiet_after_talk_minutes)
    if fault_here(session, row.contract_ref, desk.now()) or (
        contact is not None and talking(session, contact, desk.now(), quiet)
    ):
        return False
    row.amount_cents = total_cents(found.debt)
    contract.blocked_for = "debt"
    return True


def _asked(session: Session, desk: DebtDesk, contract_ref: str) -> bool:
    """A block waits or runs, or one ended badly (a person cancelled it, equipment was away) less than a day ago."""
    recent = NetworkJob.finished_at > desk.now() - AGAIN_AFTER
    mine = select(NetworkJob.id).where(NetworkJob.contract_ref == contract_ref, NetworkJob.action == BLOCK)
    waits = NetworkJob.state.in_(OPEN_STATES) | (NetworkJob.state.not_in(DONE) & recent)
    return session.scalar(mine.where(NetworkJob.reason == FOR_DEBT, waits).limit(1)) is not None


def _give_up_blocks(session: Session, contract_ref: str) -> None:
    """A block that was asked for and has not begun is not wanted any more; one that runs is undone when it ends."""
    mine = select(NetworkJob.id).where(NetworkJob.contract_ref == contract_ref, NetworkJob.action == BLOCK)
    for_debt = NetworkJob.reason.in_((FOR_DEBT, PROMISE_OVER))
    for job_id in session.scalars(mine.where(for_debt, NetworkJob.state.in_(OPEN_STATES))):
        cancel(session, job_id, "clock")


def _ask_release(session: Session, contract_ref: str, cause: str) -> None:
    """Once for each block, and again for each try that failed."""
    mine = select(func.count()).select_from(NetworkJob).where(NetworkJob.contract_ref == contract_ref)
    blocks = session.scalar(mine.where(NetworkJob.action == BLOCK, NetworkJob.state.in_(DONE)))
    failed = session.scalar(mine.where(NetworkJob.action == RELEASE, NetworkJob.state.in_(("failed", "refused"))))
    ask_release(session, contract_ref, reason="paid", asked_by="clock", cause=f"{cause}:{blocks}:{failed}")


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
        row = live_suspension(session, found.contract_ref, lock=True)
        if row is None or row.id != found.suspension_id or row.end_noticed_at or not found.debt:
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
