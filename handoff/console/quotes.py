"""The message that a reply answers, as it is shown above the reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.console.wording import KINDS, author_name, without_documents
from models.conversation import Conversation
from models.message import Message

LONGEST = 140


@dataclass(frozen=True)
class Quote:
    """Who said it and what, shortened. `anchor` is its id on the page, 0 where it is not of this conversation."""

    by: str
    text: str
    anchor: int


UNKNOWN = Quote("", "mensagem anterior", 0)


def read_quotes(
    session: Session, conversation_id: int, messages: Sequence[Message], names: Mapping[str, str]
) -> dict[str, Quote]:
    """What those of the messages that are replies answer, by the provider's name; only words of the same contact's
    conversations. What is not known to us is left out."""
    wanted = {message.quoted_id for message in messages if message.quoted_id}
    if not wanted:
        return {}
    contact = select(Conversation.contact_id).where(Conversation.id == conversation_id).scalar_subquery()
    found = session.scalars(
        select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.contact_id == contact, Message.provider_id.in_(wanted))
    )
    return {str(one.provider_id): _quote(one, conversation_id, names) for one in found}


def _quote(message: Message, conversation_id: int, names: Mapping[str, str]) -> Quote:
    text = without_documents(message.text) or message.transcript or KINDS.get(message.kind, "mensagem")
    short = text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
    here = message.conversation_id == conversation_id
    return Quote(author_name(message.author, names), short, message.id if here else 0)
