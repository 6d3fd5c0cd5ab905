"""Thanks for a payment, said once and unasked: what came, what is left, and whether the signal is back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.order import reference_of
from billing.payment import Payment as Order
from billing.payment_follow import Signal
from bot.addressed import addressed
from bot.asking import tell_here
from bot.texts import Texts
from core.money import format_brl
from handoff.events import locked
from handoff.hand_over import hand_over
from handoff.templates import send_template
from models import utc_now
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation, open_of
from models.customer import Customer
from models.invoice import Invoice
from models.message import Message
from models.network_job import NetworkJob
from models.outbox import add_work
from models.payment import Payment

TEMPLATE = "payment_received"
OF_SIGNAL = {"back": "payment.back", "not_back": "payment.not_back"}


@dataclass(frozen=True)
class Chat:
    """Where the customer of a contract is spoken to: `conversation` is open and its window too, else there is none."""

    contact: Contact
    conversation: Conversation | None


def chat_of(session: Session, contract_ref: str) -> Chat | None:
    """The proved contact of the contract's customer who wrote last, its conversation locked; None where nobody is
    proved to be this customer."""
    found = session.execute(
        select(Contact, Conversation)
        .join(Customer, Customer.ref == Contact.customer_ref)
        .join(Contract, Contract.customer_id == Customer.id)
        .outerjoin(Conversation, open_of(Contact.id))
        .where(Contract.ref == contract_ref)
        .order_by(Conversation.last_inbound_at.desc().nulls_last(), Contact.id.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    contact, seen = found
    conversation = locked(session, seen.id) if seen is not None else None
    usable = conversation is not None and conversation.handler != "closed" and conversation.window_open(utc_now())
    return Chat(contact, conversation if usable else None)


def tell_result(session: Session, job: NetworkJob) -> None:
    """Has the bot tell how the release ends, or ended, where it has the conversation itself, within its window."""
    chat = chat_of(session, job.contract_ref)
    if chat is not None and chat.conversation is not None and chat.conversation.handler == "bot":
        tell_here(session, job, chat.conversation.id)


def thank(session: Session, payment: Payment, signal: Signal, *, texts: Texts) -> None:
    """Says that the payment came, in the caller's transaction: in the open chat, where it also closes the order that
    was shown for the invoice, or by template where the window is closed and there is an approved one. That one speaks
    of a bill that is paid, and of nothing else: of a part, and of the signal, nothing is said there.

    `signal`: it was released and read back, or that failed, for which a person gets the conversation; else not a word
    of it. The same payment is one message, however often this is called.
    """
    key = f"thanks:{payment.id}"
    chat = chat_of(session, str(payment.contract_ref))
    if chat is None or session.scalar(select(Message.id).where(Message.key == key)) is not None:
        return
    name, invoice = _whose(session, payment)
    name = addressed(name, texts)
    if chat.conversation is None:
        if payment.state == "settled":
            values = {"name": name, "amount": format_brl(payment.amount_cents), "number": invoice.number}
            send_template(session, chat.contact, TEMPLATE, values, language=texts.language, reason=TEMPLATE, key=key)
        return
    text = _text(payment, invoice, name, signal, texts)
    order = _shown_order(session, chat.conversation, invoice) if payment.state == "settled" else ""
    _queue(session, chat.conversation, text, order, key, texts)
    if signal == "not_back":
        why, learnt = texts("reason.release_failed"), texts("payment.not_back_note", number=invoice.number)
        hand_over(session, chat.conversation.id, queue="N2", reason=why, summary=learnt)


def _whose(session: Session, payment: Payment) -> tuple[str, Invoice]:
    row = session.execute(
        select(Customer.name, Invoice)
        .join(Contract, Contract.customer_id == Customer.id)
        .join(Invoice, Invoice.contract_id == Contract.id)
        .where(Invoice.ref == payment.invoice_ref)
    ).one()
    return row[0], row[1]


def _text(payment: Payment, invoice: Invoice, name: str, signal: Signal, texts: Texts) -> str:
    words = {"name": name, "amount": format_brl(payment.amount_cents), "number": invoice.number}
    if payment.state == "partial":
        return texts("payment.partial", **words, left=format_brl(invoice.amount_cents))
    said = texts("payment.received", **words)
    return f"{said} {texts(OF_SIGNAL[signal])}" if signal else said


def _shown_order(session: Session, conversation: Conversation, invoice: Invoice) -> str:
    """The reference of the newest order to pay that this conversation was shown for the invoice; empty if none."""
    reference = Message.payload["payment"]["reference"].astext
    shown = (
        select(reference)
        .where(
            Message.conversation_id == conversation.id,
            Message.kind == "payment",
            Message.status.in_(("accepted", "sent", "delivered", "read")),
            reference.startswith(f"{reference_of(invoice.ref)}-", autoescape=True),
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    return session.scalar(shown) or ""


def _queue(session: Session, conversation: Conversation, text: str, order: str, key: str, texts: Texts) -> None:
    """Nobody waits for this as an answer, so a person who takes over does not make it unsaid."""
    payload: dict[str, Any] = {}
    if order:
        payload["payment"] = asdict(Order(order, status="completed", note=texts("payment.order_done")))
    message = Message(
        conversation_id=conversation.id,
        channel=conversation.channel,
        direction="out",
        kind="payment_status" if order else "text",
        text=text,
        payload=payload,
        author="system",
        status="queued",
        key=key,
        reason=TEMPLATE,
    )
    session.add(message)
    session.flush()
    add_work(session, "deliver", message.id)
