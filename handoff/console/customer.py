"""The customer beside the conversation: who it is and how that was proved, contracts, money, network, history."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.document import parse_document
from core.phone import format_phone, match_key
from handoff.access import Attendant, visible_to
from handoff.console.permission import NOTHING_SAID, Permission, read_permission
from handoff.console.ports import House
from handoff.console.service import Contracts, Jobs, Tickets, read_contracts, read_jobs, read_tickets
from handoff.console.wording import PROOF, moment
from models.contact import Contact, ContactAlias
from models.conversation import Conversation
from models.customer import Customer

PAST = 5


@dataclass(frozen=True)
class Past:
    """An earlier conversation of the same contact."""

    id: int
    protocol: str
    when: str


@dataclass(frozen=True)
class Card:
    """What is known. Without a proof of who writes there is no customer: nobody's data is shown on a guess."""

    profile_name: str
    phone: str
    proved: bool
    proof: str
    name: str = ""
    kind: str = ""
    document_label: str = ""
    document_masked: str = ""
    summary: str = ""
    reason: str = ""
    contracts: Contracts = field(default_factory=list)
    jobs: Jobs = field(default_factory=list)
    tickets: Tickets = field(default_factory=list)
    past: list[Past] = field(default_factory=list)
    consent: Permission = NOTHING_SAID


def read_card(session: Session, conversation: Conversation, who: Attendant, place: House, now: datetime) -> Card:
    """The card of the conversation's contact."""
    contact = session.get_one(Contact, conversation.contact_id)
    customer = customer_of(session, contact)
    contracts = read_contracts(session, customer, conversation.contract_ref, place, now) if customer else []
    refs = [contract.ref for contract in contracts]
    document = parse_document(customer.document) if customer else None
    return Card(
        profile_name=contact.profile_name,
        phone=_phone(session, contact.id),
        proved=customer is not None,
        proof=_proof(contact, place, now),
        name=customer.name if customer else "",
        kind={"residential": "Residencial", "business": "Empresa"}.get(customer.kind, "") if customer else "",
        document_label=customer.document_kind.upper() if customer else "",
        document_masked=document.masked if document else "***",
        summary=conversation.summary,
        reason=conversation.handed_off_for or "",
        contracts=contracts,
        jobs=read_jobs(session, refs, conversation.id, place, now),
        tickets=read_tickets(session, refs, conversation.id, place, now),
        past=_past(session, conversation, who, place, now),
        consent=read_permission(session, contact.id, place, now),
    )


def customer_of(session: Session, contact: Contact) -> Customer | None:
    """The customer that the contact proved to be."""
    if contact.customer_ref is None:
        return None
    return session.scalars(select(Customer).where(Customer.ref == contact.customer_ref)).one_or_none()


def _phone(session: Session, contact_id: int) -> str:
    """The numbers, of which a contact that was merged has several."""
    kinds = ContactAlias.kind.in_(("match_key", "wa_id"))
    wanted = select(ContactAlias.kind, ContactAlias.value).where(ContactAlias.contact_id == contact_id, kinds)
    rows = session.execute(wanted.order_by(ContactAlias.id))
    keys = [row.value if row.kind == "match_key" else match_key(row.value, is_wa_id=True) for row in rows]
    return " · ".join(format_phone(key) for key in dict.fromkeys(keys) if key)


def _proof(contact: Contact, place: House, now: datetime) -> str:
    if contact.customer_ref is None:
        return ""
    how = PROOF.get(contact.proved_by or "", contact.proved_by or "forma não registrada")
    return f"{how} ({moment(contact.proved_at, now, place.zone)})" if contact.proved_at else how


def _past(session: Session, conversation: Conversation, who: Attendant, place: House, now: datetime) -> list[Past]:
    rows = session.execute(
        select(Conversation.id, Conversation.protocol, Conversation.opened_at)
        .where(Conversation.contact_id == conversation.contact_id, Conversation.id != conversation.id, visible_to(who))
        .order_by(Conversation.id.desc())
        .limit(PAST)
    )
    return [Past(row.id, row.protocol, moment(row.opened_at, now, place.zone)) for row in rows]
