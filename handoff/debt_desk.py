"""What the collection of debts works with, and what makes it wait: people talking, faults, promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from billing.collections_policy import Collecting, collecting_of
from billing.ports import Erp
from billing.provider_row import provider_row
from core.db import Database
from models import utc_now
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation, open_of
from models.customer import Customer
from models.message import Message
from models.trust_unlock import TrustUnlock
from provisioning.outages.incidents import incident_of


@dataclass(frozen=True)
class DebtDesk:
    """`local`: our own tables are the ERP. `language` is the customers'."""

    db: Database
    erp: Erp
    language: str
    local: bool = True
    now: Callable[[], datetime] = utc_now

    def collecting(self, session: Session) -> Collecting:
        """The terms as they stand now. Raises Misconfigured `provider`."""
        return collecting_of(provider_row(session), local=self.local)


def customer_of_contract(session: Session, contract: Contract) -> Customer:
    """Who owes it."""
    return session.get_one(Customer, contract.customer_id)


def addressed(customer: Customer) -> str:
    """How a notice begins: no template takes an empty name, so one without a name is a customer."""
    return next(iter(customer.name.split()), "cliente")


def fault_here(session: Session, contract_ref: str, now: datetime) -> bool:
    """Whether a known fault of ours touches the contract: nobody is asked for money for what does not work."""
    found = incident_of(session, contract_ref, now)
    return found is not None and not found.planned


def talking(session: Session, contact: Contact, now: datetime, quiet: timedelta) -> bool:
    """Whether a person has the conversation or is waited for, or the customer wrote just now."""
    open_one = select(Conversation.id).where(open_of(contact.id))
    if session.scalar(open_one.where(Conversation.handler != "bot").limit(1)) is not None:
        return True
    wrote = exists().where(
        Message.conversation_id.in_(select(Conversation.id).where(Conversation.contact_id == contact.id)),
        Message.direction == "in",
        Message.received_at > now - quiet,
    )
    return bool(session.scalar(select(wrote)))


def promised(session: Session, contract_ref: str) -> bool:
    """Whether a trust unlock runs: until it ends the customer has our word."""
    live = exists().where(TrustUnlock.contract_ref == contract_ref, TrustUnlock.state.in_(("reserved", "active")))
    return bool(session.scalar(select(live)))
