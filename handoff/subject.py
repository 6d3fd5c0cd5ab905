"""The contract that a conversation is about, and whether it is proved that its customer is who writes."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from handoff.outcome import Denied
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation
from models.customer import Customer

NO_CONTRACT = Denied("Ainda não se sabe de qual contrato é esta conversa.")
NOT_PROVED = Denied("Quem escreve ainda não provou ser o cliente deste contrato: identifique antes.")


def subject_of(session: Session, conversation: Conversation) -> Contract | None:
    """The contract that the conversation is about, unless it was cancelled; None while nobody knows which one."""
    if not conversation.contract_ref:
        return None
    found = session.scalars(select(Contract).where(Contract.ref == conversation.contract_ref)).one_or_none()
    return found if found is not None and found.status != "cancelled" else None


def is_theirs(session: Session, conversation: Conversation, contract: Contract) -> bool:
    """Whether the contact has proved to be the contract's customer. A proof may be gone since the bot wrote down which
    contract this is about: two contacts were merged, or it is somebody else who proved who they are."""
    proved = (
        exists()
        .where(Customer.id == contract.customer_id, Contact.customer_ref == Customer.ref)
        .where(Contact.id == conversation.contact_id)
    )
    return bool(session.scalar(select(proved)))


def proved_subject(session: Session, conversation: Conversation) -> Contract | Denied:
    """The contract, for what only its own customer may ask for; else why not."""
    contract = subject_of(session, conversation)
    if contract is None:
        return NO_CONTRACT
    return contract if is_theirs(session, conversation, contract) else NOT_PROVED
