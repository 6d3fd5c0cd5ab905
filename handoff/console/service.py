"""A customer's services as the console shows them: contracts with money and trust unlocks, network jobs, tickets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from core.dates import format_date, local_date
from core.money import format_brl
from handoff.console.evidence import Lines, lines
from handoff.console.ports import House
from handoff.console.wording import (
    TICKET_STATE,
    UNLOCK_STATE,
    contract_status,
    due,
    moment,
    spoken,
)
from handoff.invoice_holds import WORDS
from handoff.job_names import JOB_STATE, job_action
from models.contract import Contract
from models.customer import Customer
from models.incident import Incident
from models.invoice import Invoice
from models.network_job import NetworkJob
from models.ticket import Ticket
from models.trust_unlock import TrustUnlock
from provisioning.outages.incidents import incident_of

SHOWN = 8


@dataclass(frozen=True)
class Bill:
    """An open invoice. `hold_text` says why it is not collected, where it is not."""

    id: int
    number: str
    amount: str
    due_date: str
    due: str
    overdue: bool
    hold_text: str


@dataclass(frozen=True)
class Unlock:
    """A trust unlock of a contract."""

    when: str
    state: str
    until: str
    amount: str


@dataclass(frozen=True)
class Service:
    """A contract, where it hangs in the network, and what is owed. `current` is the one the talk is about."""

    ref: str
    number: str
    plan: str
    fee: str
    status: str
    status_text: str
    address: str
    login: str
    position: str
    onu: str
    current: bool
    incidents: tuple[str, ...]
    bills: tuple[Bill, ...]
    unlocks: tuple[Unlock, ...]


@dataclass(frozen=True)
class Job:
    """An action on the network: its state, what was measured, and the log line by line."""

    id: int
    action: str
    state: str
    state_text: str
    when: str
    outcome: str
    facts: Lines
    log: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Request:
    """A ticket with its evidence."""

    protocol: str
    subject: str
    text: str
    state: str
    when: str
    evidence: Lines


Contracts = list[Service]
Jobs = list[Job]
Tickets = list[Request]


def read_contracts(
    session: Session, customer: Customer, current_ref: str | None, place: House, now: datetime
) -> Contracts:
    """The customer's contracts, the one the conversation is about first."""
    rows = session.scalars(select(Contract).where(Contract.customer_id == customer.id).order_by(Contract.number)).all()
    services = [
        Service(
            ref=row.ref,
            number=row.number,
            plan=row.plan,
            fee=format_brl(row.monthly_fee_cents),
            status=row.status,
            status_text=contract_status(row.status, row.blocked_for),
            address=row.address,
            login=row.pppoe_login,
            position=" · ".join(part for part in (row.olt, row.pon and f"PON {row.pon}", row.cto) if part),
            onu=row.onu,
            current=row.ref == current_ref,
            incidents=_incidents(session, row, place, now),
            bills=_bills(session, row, place, now),
            unlocks=_unlocks(session, row, place, now),
        )
        for row in rows
    ]
    return sorted(services, key=lambda service: not service.current)


def read_jobs(session: Session, refs: list[str], conversation_id: int, place: House, now: datetime) -> Jobs:
    """The latest actions on those contracts, and those that this conversation asked for."""
    about: ColumnElement[bool] = NetworkJob.conversation_id == conversation_id
    if refs:
        about = or_(about, NetworkJob.contract_ref.in_(refs))
    rows = session.scalars(select(NetworkJob).where(about).order_by(NetworkJob.id.desc()).limit(SHOWN))
    return [
        Job(
            id=row.id,
            action=job_action(row.action),
            state=row.state,
            state_text=JOB_STATE.get(row.state, row.state),
            when=moment(row.asked_at, now, place.zone),
            outcome=row.outcome,
            facts=lines(row.facts, place.zone),
            log=tuple((spoken(line.get("at"), place.zone), str(line.get("text", ""))) for line in row.log),
        )
        for row in rows
    ]


def read_tickets(session: Session, refs: list[str], conversation_id: int, place: House, now: datetime) -> Tickets:
    """The latest tickets of those contracts and of this conversation."""
    about: ColumnElement[bool] = Ticket.conversation_id == conversation_id
    if refs:
        about = or_(about, Ticket.contract_ref.in_(refs))
    rows = session.scalars(select(Ticket).where(about).order_by(Ticket.id.desc()).limit(SHOWN))
    return [
        Request(
            protocol=row.protocol,
            subject=row.subject,
            text=row.text,
            state=TICKET_STATE.get(row.state, row.state),
            when=moment(row.opened_at, now, place.zone),
            evidence=lines(row.evidence, place.zone),
        )
        for row in rows
    ]


def _bills(session: Session, contract: Contract, place: House, now: datetime) -> tuple[Bill, ...]:
    today = local_date(now, place.zone)
    rows = session.scalars(
        select(Invoice)
        .where(Invoice.contract_id == contract.id, Invoice.status == "open")
        .order_by(Invoice.due_date, Invoice.id)
        .limit(SHOWN)
    )
    return tuple(
        Bill(
            id=row.id,
            number=row.number,
            amount=format_brl(row.amount_cents),
            due_date=format_date(row.due_date),
            due=due(row.due_date, today),
            overdue=row.due_date < today,
            hold_text=WORDS.get(row.hold, row.hold),
        )
        for row in rows
    )


def _unlocks(session: Session, contract: Contract, place: House, now: datetime) -> tuple[Unlock, ...]:
    rows = session.scalars(
        select(TrustUnlock).where(TrustUnlock.contract_ref == contract.ref).order_by(TrustUnlock.id.desc()).limit(SHOWN)
    )
    return tuple(
        Unlock(
            when=moment(row.granted_at, now, place.zone),
            state=UNLOCK_STATE.get(row.state, row.state),
            until=moment(row.expires_at, now, place.zone),
            amount=format_brl(row.amount_cents),
        )
        for row in rows
    )


def _incidents(session: Session, contract: Contract, place: House, now: datetime) -> tuple[str, ...]:
    found = incident_of(session, contract.ref, now)
    return (_incident(found, place, now),) if found else ()


def _incident(incident: Incident, place: House, now: datetime) -> str:
    kind = "Manutenção programada" if incident.planned else "Falha conhecida"
    label = incident.scope_kind.upper()
    place_name = incident.scope if incident.scope.upper().startswith(label) else f"{label} {incident.scope}"
    text = f"{kind} em {place_name}: {incident.cause}"
    text += f", desde {moment(incident.started_at, now, place.zone)}"
    return text + (f", previsão {moment(incident.eta, now, place.zone)}" if incident.eta else "")
