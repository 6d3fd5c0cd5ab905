"""What may be different from the demo, before a dialogue or in its midst: bills, blocks, faults, and people who act."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.gateway import Settlement
from billing.payments import take_payment
from core.dates import local_date
from core.money import cents
from core.phone import match_key
from handoff.access import attendant_of
from handoff.claim import take
from handoff.release import give_back
from models import utc_now
from models.agent import Agent
from models.article import Article
from models.contract import Contract
from models.conversation import Conversation
from models.customer import Customer, CustomerPhone
from models.incident import Incident
from models.invoice import Invoice
from models.line_report import LineWatch
from models.network_job import NetworkJob
from models.onu_status import OnuStatus, OpticalReading
from models.outbox import hasten
from models.provider import Provider
from models.trust_unlock import TrustUnlock
from tests.conversations.stage import Stage

ZONE = "America/Sao_Paulo"


def happen(stage: Stage, changes: Mapping[str, Any]) -> None:
    """Makes each change true; KeyError for one that is not known here."""
    for name, facts in changes.items():
        if name == "line":
            for login, state in facts.items():
                stage.network.put(login, state)
            continue
        with stage.db.transaction() as session:
            _CHANGES[name](session, facts)


def _bills(session: Session, facts: list[Mapping[str, Any]]) -> None:
    """Further open invoices."""
    today = local_date(utc_now(), ZONE)
    for bill in facts:
        contract = session.scalars(select(Contract).where(Contract.ref == str(bill["contract"]))).one()
        row = Invoice(
            ref=bill["number"],
            contract_id=contract.id,
            number=bill["number"],
            amount_cents=cents(bill["amount"]),
            due_date=today + timedelta(days=bill["due_in_days"]),
            status="open",
        )
        session.add(row)


def _paid(session: Session, number: str) -> None:
    """The money came in."""
    session.execute(update(Invoice).where(Invoice.number == number).values(status="paid", paid_at=utc_now()))


def _payment(session: Session, facts: Mapping[str, str]) -> None:
    """The gateway tells of money for invoices."""
    for number, amount in facts.items():
        told = Settlement(f"pay:{number}:{amount}", cents(amount), utc_now(), "pix")
        take_payment(session, told, source="asaas", invoice_ref=number)


def _invoice(session: Session, facts: Mapping[str, Mapping[str, Any]]) -> None:
    """Invoices that are held, were reissued, or were paid in part."""
    today = local_date(utc_now(), ZONE)
    for number, told in facts.items():
        row = session.scalars(select(Invoice).where(Invoice.number == number)).one()
        row.hold = told.get("hold", "")
        row.paid_cents = cents(told.get("paid_so_far", "0"))
        row.fine_cents, row.interest_cents = cents(told.get("fine", "0")), cents(told.get("interest", "0"))
        if "original_due_in_days" in told:
            row.original_due_date = today + timedelta(days=told["original_due_in_days"])


def _charged_by(session: Session, facts: Mapping[str, str]) -> None:
    """How contracts are paid."""
    for ref, by in facts.items():
        session.execute(update(Contract).where(Contract.ref == str(ref)).values(charge_by=by))


def _blocked_for(session: Session, facts: Mapping[str, str]) -> None:
    """Why contracts are blocked."""
    for ref, why in facts.items():
        session.execute(update(Contract).where(Contract.ref == str(ref)).values(blocked_for=why))


def _unlock_policy(session: Session, facts: Mapping[str, Any]) -> None:
    """The provider's terms of trust unlocks."""
    row = session.scalars(select(Provider)).one()
    row.policies = {**row.policies, "trust_unlock": dict(facts)}


def _contract(session: Session, facts: Mapping[str, str]) -> None:
    """Contracts in another state."""
    for ref, status in facts.items():
        session.execute(update(Contract).where(Contract.ref == str(ref)).values(status=status))


def _overdue(session: Session, facts: Mapping[str, int]) -> None:
    """Invoices that fell due so many days ago."""
    today = local_date(utc_now(), ZONE)
    for number, days in facts.items():
        session.execute(update(Invoice).where(Invoice.number == number).values(due_date=today - timedelta(days=days)))


def _kept_promise(session: Session, facts: Mapping[str, int]) -> None:
    """Trust unlocks, so many days ago, that were paid in time."""
    for ref, days in facts.items():
        granted = utc_now() - timedelta(days=days)
        ended = granted + timedelta(hours=72)
        row = TrustUnlock(
            contract_ref=str(ref),
            state="kept",
            amount_cents=11990,
            shown_text="Posso liberar?",
            confirmed_text="sim",
            granted_at=granted,
            expires_at=ended,
            ended_at=ended,
        )
        session.add(row)


def _incident(session: Session, facts: Mapping[str, Any]) -> None:
    """A known fault."""
    now = utc_now()
    eta = now + timedelta(hours=facts["hours_left"]) if "hours_left" in facts else None
    row = Incident(
        scope_kind=facts["kind"],
        scope=facts["scope"],
        cause=facts["cause"],
        planned=facts.get("planned", False),
        started_at=now - timedelta(hours=1),
        eta=eta,
    )
    session.add(row)


def _past(session: Session, facts: Mapping[str, float]) -> None:
    """The received power that lines used to have."""
    for ref, power in facts.items():
        serial = session.scalars(select(Contract.onu).where(Contract.ref == str(ref))).one()
        for days in range(1, 6):
            at = utc_now() - timedelta(days=days)
            session.add(OpticalReading(contract_ref=str(ref), serial=serial, rx_dbm=power, read_at=at))


def _neighbours_down(session: Session, facts: Mapping[str, int]) -> None:
    """So many further contracts on the CTO of a contract, all without light since just now."""
    for ref, count in facts.items():
        mine = session.scalars(select(Contract).where(Contract.ref == str(ref))).one()
        for number in range(count):
            serial = f"ZTEG0000020{number}"
            row = Contract(
                ref=f"v{number}",
                customer_id=mine.customer_id + 1,
                number=f"v{number}",
                plan=mine.plan,
                monthly_fee_cents=mine.monthly_fee_cents,
                address=mine.address,
                pppoe_login=f"vizinho.{number}",
                olt=mine.olt,
                pon=mine.pon,
                cto=mine.cto,
                onu=serial,
            )
            now = utc_now()
            seen = OnuStatus(
                olt=mine.olt, serial=serial, pon=mine.pon, state="los", cause="los", changed_at=now, seen_at=now
            )
            session.add_all([row, seen])


def _looks(session: Session, _: object) -> None:
    """Ten minutes pass, and the time comes to look at the lines that are watched."""
    passed = timedelta(minutes=10)
    session.execute(update(NetworkJob).values(asked_at=NetworkJob.asked_at - passed))
    session.execute(update(LineWatch).values(since=LineWatch.since - passed))
    for watch in session.scalars(select(LineWatch).where(LineWatch.ended_at.is_(None))):
        hasten(session, "watch_line", watch.id)


def _unknown_onu(session: Session, refs: Sequence[str]) -> None:
    """The OLT knows no ONU of these contracts."""
    for ref in refs:
        session.execute(update(Contract).where(Contract.ref == str(ref)).values(onu="ZTEGFFFFFFFF"))


def _phone(session: Session, facts: Mapping[str, str]) -> None:
    """Further phones of customers."""
    for ref, phone in facts.items():
        customer = session.scalars(select(Customer).where(Customer.ref == ref)).one()
        session.add(CustomerPhone(customer_id=customer.id, match_key=str(match_key(phone))))


def _article(session: Session, facts: Mapping[str, str]) -> None:
    """Articles that the bot may quote: what each says on an intent."""
    for intent, answer in facts.items():
        row = Article(
            title=f"Sobre {intent}",
            body=answer,
            answer=answer,
            intents=[intent],
            state="published",
            bot_may_quote=True,
            written_by="helena",
            approved_by="karina",
            approved_at=utc_now(),
        )
        session.add(row)


def _person(session: Session, does: str) -> None:
    """Somebody of the provider takes the conversation that is open, or gives it back to the bot."""
    agent = attendant_of(session.scalars(select(Agent).where(Agent.login == "karina")).one())
    number = session.scalars(select(Conversation.id).where(Conversation.handler != "closed")).one()
    acts: Mapping[str, Callable[..., object]] = {"takes": take, "gives_back": give_back}
    acts[does](session, number, agent)


_CHANGES: Mapping[str, Callable[[Session, Any], None]] = {
    "bills": _bills,
    "paid": _paid,
    "payment": _payment,
    "contract": _contract,
    "invoice": _invoice,
    "charged_by": _charged_by,
    "blocked_for": _blocked_for,
    "unlock_policy": _unlock_policy,
    "overdue": _overdue,
    "kept_promise": _kept_promise,
    "incident": _incident,
    "past": _past,
    "neighbours_down": _neighbours_down,
    "looks": _looks,
    "unknown_onu": _unknown_onu,
    "phone": _phone,
    "article": _article,
    "person": _person,
}
