"""Tells a customer what became of their agreement: in force, refused, overtaken, or broken."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.agreements import instalment_refs
from billing.ports import Erp
from billing.records import SecondCopy
from bot.effects import Document, Say
from bot.owing import amount_owing
from bot.say import say
from bot.texts import Texts
from core.dates import format_date
from core.db import Database
from core.errors import Refused
from core.money import format_brl
from handoff.debt_desk import addressed, customer_of_contract
from handoff.events import unanswered_since
from handoff.hand_over import hand_over
from handoff.outcome import Denied
from handoff.release import need_no_person
from handoff.templates import send_template
from handoff.whom import contact_of
from models import utc_now
from models.alert import raise_alert
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation, open_of
from models.invoice import Invoice
from models.message import Message
from models.negotiation import Negotiation

UNTOLD = "agreement.untold"
_SETTLED = "Voltou ao atendimento automático: o acordo {id} foi decidido e nada mais espera por uma pessoa"


@dataclass(frozen=True)
class _Here:
    """Where something is said."""

    conversation_id: int
    channel: str


@dataclass(frozen=True)
class _News:
    """What is said inside of the window, and the template outside."""

    words: Say
    template: str
    values: dict[str, str]


def tell_agreement(agreement_id: int, *, db: Database, erp: Erp, texts: Texts) -> None:
    """Tells the state that the agreement is in now, once, with the first instalment's codes where it is in force.

    May be called again, in parallel, and be killed at any line. Raises what the ERP raises, to be tried again.
    """
    with db.reading() as session:
        agreement = session.get(Negotiation, agreement_id)
        if agreement is None or agreement.state in {"accepted", "kept"}:
            return
        state, first = agreement.state, instalment_refs(agreement)[0]
        entered = session.scalar(select(Invoice.id).where(Invoice.ref == first)) is not None
    copy = _copy(erp, first) if state == "active" and entered else None
    with db.transaction() as session:
        agreement = session.get_one(Negotiation, agreement_id, with_for_update=True)
        if agreement.state == state:
            _tell(session, agreement, copy, texts)


def _copy(erp: Erp, invoice_ref: str) -> SecondCopy | None:
    try:
        return erp.second_copy(invoice_ref)
    except Refused:
        # Paid already: then only the news is left to tell.
        return None


def _tell(session: Session, agreement: Negotiation, copy: SecondCopy | None, texts: Texts) -> None:
    key = f"agreement:{agreement.id}:{agreement.state}"
    if session.scalar(select(Message.id).where(Message.key == key)) is not None:
        return
    contact = _contact(session, agreement)
    if contact is None:
        _untold(session, agreement, "o cliente não tem contato no WhatsApp")
        return
    wanted = select(Conversation).where(open_of(contact.id))
    talk = session.scalars(wanted.with_for_update()).one_or_none()
    settled = talk if talk is not None and _only_waited(session, agreement, talk) else None
    with_people = talk is not None and talk.handler in ("queue", "agent") and settled is None
    news = _news(session, agreement, copy, texts, talk, with_people=with_people)
    if talk is not None and talk.window_open(utc_now()):
        say(session, _Here(talk.id, talk.channel), news.words, "payment_negotiation", key=key)
    else:
        sent = send_template(
            session, contact, news.template, news.values, language=texts.language, reason="payment_negotiation", key=key
        )
        if isinstance(sent, Denied):
            # Nobody told the customer: whoever finds it in the queue does.
            _untold(session, agreement, sent.reason)
            settled = None
    if settled is not None:
        need_no_person(session, settled, _SETTLED.format(id=agreement.id))
    if talk is not None and agreement.state == "broken":
        reason = texts("reason.negotiation_running")
        hand_over(session, talk.id, queue="Cobrança", reason=reason, summary=news.words.text)


def _only_waited(session: Session, agreement: Negotiation, talk: Conversation) -> bool:
    """Whether it was handed over for finance's word only: it waits since, and neither the customer nor a person did
    anything there."""
    if agreement.decided_by is None or agreement.conversation_id != talk.id or talk.handler != "queue":
        return False
    since = Message.conversation_id == talk.id, Message.received_at > agreement.accepted_at
    someone = (Message.direction == "in") | Message.author.startswith("agent:")
    touched = session.scalar(select(Message.id).where(*since, someone).limit(1))
    return touched is None and unanswered_since(session, talk.id) is None


def _contact(session: Session, agreement: Negotiation) -> Contact | None:
    if agreement.conversation_id is not None:
        talk = session.get_one(Conversation, agreement.conversation_id)
        return session.get_one(Contact, talk.contact_id)
    contract = session.scalars(select(Contract).where(Contract.ref == agreement.contract_ref)).one()
    return contact_of(session, customer_of_contract(session, contract).ref)


def _news(
    session: Session,
    agreement: Negotiation,
    copy: SecondCopy | None,
    texts: Texts,
    talk: Conversation | None,
    *,
    with_people: bool,
) -> _News:
    """`with_people`: who waits for people, or talks to them, is not told how to call them."""
    contract = session.scalars(select(Contract).where(Contract.ref == agreement.contract_ref)).one()
    name = addressed(customer_of_contract(session, contract))
    if agreement.state == "active":
        return _in_force(agreement, copy, texts, name)
    if agreement.state == "broken":
        owed = _owed(session, agreement)
        broken = texts("deal.broken", name=name, amount=amount_owing(texts, owed, None))
        return _News(Say(broken), "agreement_broken", {"name": name, "amount": format_brl(owed)})
    why = str(agreement.terms.get("refusal", "")).rstrip(".") + "."
    if agreement.state == "refused":
        refused = "deal.refused_with_people" if with_people else "deal.refused"
        words = texts(refused, name=name, why=why)
    else:
        words = texts("deal.changed_with_people" if with_people else "deal.changed")
    return _News(Say(words), "reopen", {"protocol": talk.protocol if talk else contract.number})


def _in_force(agreement: Negotiation, copy: SecondCopy | None, texts: Texts, name: str) -> _News:
    part = agreement.terms["instalments"][0]
    due = "/".join(reversed(part["due"].split("-")))
    values = {"name": name, "amount": format_brl(part["amount_cents"]), "due_date": due}
    sentence = "deal.active" if copy else "deal.active_elsewhere"
    words = [texts(sentence, name=name, amount=values["amount"], due=due)]
    document = None
    if copy:
        words[0] = texts(
            "deal.active",
            name=name,
            amount=format_brl(copy.invoice.amount_cents),
            due=format_date(copy.invoice.due_date),
        )
        words += [f"{texts('invoice.pix')}\n{copy.pix}"] if copy.pix else []
        words += [f"{texts('invoice.line')}\n{copy.line}"] if copy.line else []
        document = Document(copy.filename, "application/pdf", copy.pdf) if copy.pdf else None
    return _News(Say("\n\n".join(words), document=document), "agreement_active", values)


def _owed(session: Session, agreement: Negotiation) -> int:
    rows = session.scalars(select(Invoice).where(Invoice.ref.in_(agreement.invoice_refs), Invoice.status == "open"))
    return sum(row.amount_cents for row in rows)


def _untold(session: Session, agreement: Negotiation, why: str) -> None:
    text = f"O cliente do acordo {agreement.id} não foi avisado ({agreement.state}): {why}"
    raise_alert(session, UNTOLD, str(agreement.id), text)
