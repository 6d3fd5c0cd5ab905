"""What the contract of a conversation says about time, as the class that policies name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.sla import clocks
from handoff.sla.terms import BUSINESS_CLASS
from models.contract import Contract
from models.conversation import Conversation
from models.customer import Customer


def contract_known(session: Session, conversation_id: int, contract_ref: str, now: datetime) -> None:
    """The conversation turned out to be about this contract: it gets the contract's class, or a company's own, and
    what runs is measured by it. May be called again."""
    row = session.execute(
        select(Contract.sla, Customer.kind)
        .join(Customer, Customer.id == Contract.customer_id)
        .where(Contract.ref == contract_ref)
    ).one_or_none()
    if row is None:
        return
    sla_class = row.sla or (BUSINESS_CLASS if row.kind == "business" else "")
    conversation = session.get_one(Conversation, conversation_id, populate_existing=True)
    if conversation.sla_class != sla_class:
        conversation.sla_class = sla_class
        clocks.terms_changed(session, conversation, now)
