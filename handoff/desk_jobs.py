"""What an agent asks the systems outside for from a conversation: a second copy, a ticket, a technician's visit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from handoff import audit
from handoff.access import Attendant
from handoff.events import locked
from handoff.outcome import Denied, Done
from handoff.reply import GONE, WINDOW_CLOSED, may_not_speak, press_key
from handoff.subject import proved_subject
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation
from models.customer import Customer
from models.desk_job import DeskJob
from models.invoice import Invoice
from models.outbox import add_work

LONGEST_SUBJECT, LONGEST_TEXT = 80, 1000
PERIODS: Mapping[str, str] = {"morning": "manhã", "afternoon": "tarde", "any": "qualquer horário"}
NOT_THEIRS = Denied("Esta fatura não é do cliente desta conversa.")
NOT_SURE = Denied("Confirme antes de pedir.")


def ask_second_copy(
    session: Session, conversation_id: int, who: Attendant, invoice_id: int, token: str, *, now: datetime
) -> Done | Denied:
    """Has the invoice's second copy fetched and sent as the agent's message. The same `token` twice is one job.

    Only the owner may, from a queue that talks to customers, while the 24-hour window is open, and only for an invoice
    of the proved customer.
    """
    conversation = locked(session, conversation_id)
    if conversation is None:
        return GONE
    known = _earlier(session, "second_copy", conversation_id, who, token)
    problem = may_not_speak(session, conversation, who)
    if known or problem:
        return known or problem or GONE
    if not conversation.window_open(now):
        return WINDOW_CLOSED
    found = session.execute(
        select(Invoice.ref, Contract.ref.label("contract"))
        .join(Contract, Contract.id == Invoice.contract_id)
        .join(Customer, Customer.id == Contract.customer_id)
        .join(Contact, Contact.customer_ref == Customer.ref)
        .where(Invoice.id == invoice_id, Contact.id == conversation.contact_id)
    ).one_or_none()
    if found is None:
        return NOT_THEIRS
    return _ask(session, "second_copy", conversation, who, token, found.contract, {"invoice": found.ref})


def ask_ticket(
    session: Session, conversation_id: int, who: Attendant, subject: str, text: str, token: str
) -> Done | Denied:
    """Opens a ticket on the conversation's contract, in the ERP where it takes them. The same `token` is one ticket.
    Only for the proved customer, as a visit is."""
    if not subject or not text:
        return Denied("Escreva o assunto e o que aconteceu.")
    if len(subject) > LONGEST_SUBJECT or len(text) > LONGEST_TEXT:
        return Denied("O assunto vai até 80 caracteres e o texto até 1.000.")
    return _ask_about_line(session, "ticket", conversation_id, who, token, {"subject": subject, "text": text})


def ask_visit(
    session: Session,
    conversation_id: int,
    who: Attendant,
    day: date,
    period: str,
    text: str,
    token: str,
    *,
    today: date,
) -> Done | Denied:
    """Asks for a technician's visit on the wished `day` (the provider's calendar) and `period` (see PERIODS)."""
    if day < today:
        return Denied("O dia da visita já passou.")
    if period not in PERIODS or not text or len(text) > LONGEST_TEXT:
        return Denied("Escolha o período e escreva o motivo da visita (até 1.000 caracteres).")
    wish = {"day": day.isoformat(), "period": period, "subject": "Visita técnica", "text": text}
    return _ask_about_line(session, "visit", conversation_id, who, token, wish)


def _ask_about_line(
    session: Session, kind: str, conversation_id: int, who: Attendant, token: str, arguments: Mapping[str, str]
) -> Done | Denied:
    conversation = locked(session, conversation_id)
    if conversation is None:
        return GONE
    if known := _earlier(session, kind, conversation_id, who, token):
        return known
    contract = proved_subject(session, conversation)
    if isinstance(contract, Denied):
        return contract
    return _ask(session, kind, conversation, who, token, contract.ref, arguments)


def _ask(
    session: Session,
    kind: str,
    conversation: Conversation,
    who: Attendant,
    token: str,
    contract_ref: str,
    arguments: Mapping[str, str],
) -> Done:
    row = (
        insert(DeskJob)
        .values(
            kind=kind,
            conversation_id=conversation.id,
            contract_ref=contract_ref,
            arguments=dict(arguments),
            asked_by=who.login,
            key=press_key(kind, conversation.id, who, token),
        )
        .returning(DeskJob.id)
    )
    job_id = session.execute(row).scalar_one()
    add_work(session, "desk_job", job_id)
    audit.record(session, who.login, f"{kind}.asked", f"contract:{contract_ref}", job=job_id)
    return Done(job_id)


def _earlier(session: Session, kind: str, conversation_id: int, who: Attendant, token: str) -> Done | None:
    key = press_key(kind, conversation_id, who, token)
    known = session.scalar(select(DeskJob.id).where(DeskJob.key == key))
    return Done(known, repeated=True) if known else None
