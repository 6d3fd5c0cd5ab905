"""What the rules of routing look at, read from the rows: the customer, their contract, and who had them last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.routing.terms import Routing
from handoff.routing.where import Case, Person
from models.agent import Agent
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation
from models.conversation_span import ConversationSpan
from models.customer import Customer


def case_of(
    session: Session, conversation: Conversation, wish: str, *, language: str, terms: Routing, now: datetime
) -> Case:
    """The case of a conversation that the bot wants to give to the queue `wish`."""
    customer = session.scalars(
        select(Customer)
        .join(Contact, Contact.customer_ref == Customer.ref)
        .where(Contact.id == conversation.contact_id, Contact.proved_by.is_not(None))
    ).one_or_none()
    contracts = _contracts(session, customer, conversation.contract_ref)
    return Case(
        wish=wish,
        business=customer is not None and customer.kind == "business",
        sla_class=conversation.sla_class or _sla_class(contracts, terms),
        language=language,
        places=tuple(place for contract in contracts for place in _places(contract)),
        last=_last(session, conversation.contact_id, now - timedelta(hours=terms.sticky_hours)),
        priority=conversation.priority,
    )


def _contracts(session: Session, customer: Customer | None, ref: str | None) -> Sequence[Contract]:
    """The contract that it is about, of this customer; all of theirs, where that is not known."""
    if customer is None:
        return ()
    theirs = session.scalars(
        select(Contract)
        .where(Contract.customer_id == customer.id, Contract.status != "cancelled")
        .order_by(Contract.id)
    ).all()
    return [contract for contract in theirs if contract.ref == ref] or theirs


def _sla_class(contracts: Sequence[Contract], terms: Routing) -> str:
    """The class of the contract; of several, one that is urgent first."""
    classes = [contract.sla for contract in contracts if contract.sla]
    return next((name for name in classes if name in terms.urgent_classes), next(iter(classes), ""))


def _places(contract: Contract) -> list[str]:
    return [contract.area, *(part.strip() for part in re.split(r"[,/]| - ", contract.address))]


def _last(session: Session, contact_id: int, since: datetime) -> Person | None:
    """The person who had this contact last, in whatever conversation, unless they left or it is too long ago."""
    found = session.execute(
        select(Agent, ConversationSpan.queue)
        .join(ConversationSpan, ConversationSpan.agent_id == Agent.id)
        .join(Conversation, Conversation.id == ConversationSpan.conversation_id)
        .where(Conversation.contact_id == contact_id, ConversationSpan.handler == "agent", Agent.active)
        .where(ConversationSpan.ended_at >= since)
        .order_by(ConversationSpan.ended_at.desc(), ConversationSpan.id.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    agent, queue = found
    return Person(agent.id, queue or "", frozenset(agent.queues), frozenset(agent.skills), frozenset(agent.languages))
