"""Marks on a conversation: tags and priority."""

from __future__ import annotations

import zlib

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from handoff import audit
from handoff.access import Attendant
from handoff.assignment.terms import desk_terms
from handoff.events import add_event, locked
from handoff.outcome import Denied, Done
from handoff.reply import GONE, not_owner
from models.conversation import Conversation

LONGEST_TAG = 30
MOST_TAGS = 10
OFFERED = 30
TAGGED_LATELY = 1000
"""Conversations whose tags are counted: a page of the console does not wait for all there ever were."""
COLOURS = 8
PRIORITIES = {"baixa": -1, "normal": 0, "alta": 1, "urgente": 2, "imediata": 3}


def clean_tag(text: str) -> str:
    """A tag as it is kept: lower case, single blanks, no commas, at most 30 characters; empty for none."""
    return " ".join(text.replace("\x00", "").replace(",", " ").casefold().split())[:LONGEST_TAG].strip()


def colour_of(tag: str) -> int:
    """Which of the COLOURS colours a tag has: the same tag always has the same one."""
    return zlib.crc32(tag.encode()) % COLOURS


def offered_tags(session: Session) -> list[str]:
    """The tags of the provider's policy `desk.tags`; without any, the most used ones of what was tagged lately."""
    if listed := desk_terms(session).tags:
        return list(dict.fromkeys(filter(None, map(clean_tag, listed))))
    # As the index ix_conversation_tagged says it.
    tagged = select(Conversation.tags).where(Conversation.tags != literal_column("'{}'"))
    lately = tagged.order_by(Conversation.id.desc()).limit(TAGGED_LATELY).subquery()
    used = select(func.unnest(lately.c.tags).label("tag")).subquery()
    count = func.count().label("count")
    wanted = select(used.c.tag).group_by(used.c.tag).order_by(count.desc(), used.c.tag).limit(OFFERED)
    return list(session.scalars(wanted))


def tag(session: Session, conversation_id: int, agent: Attendant, text: str) -> Done | Denied:
    """Adds a tag; one that is there already stays. Anybody who may see the conversation may."""
    conversation = locked(session, conversation_id)
    name = clean_tag(text)
    if conversation is None:
        return GONE
    if not name:
        return Denied("Escreva a etiqueta.")
    if name in conversation.tags:
        return Done(0, repeated=True)
    if len(conversation.tags) >= MOST_TAGS:
        return Denied(f"Uma conversa tem no máximo {MOST_TAGS} etiquetas.")
    conversation.tags = [*conversation.tags, name]
    audit.record(session, agent.login, "conversation.tagged", f"conversation:{conversation_id}", tag=name)
    return Done(0)


def untag(session: Session, conversation_id: int, agent: Attendant, text: str) -> Done | Denied:
    """Takes a tag away, where it is there."""
    conversation = locked(session, conversation_id)
    name = clean_tag(text)
    if conversation is None:
        return GONE
    if name not in conversation.tags:
        return Done(0, repeated=True)
    conversation.tags = [kept for kept in conversation.tags if kept != name]
    audit.record(session, agent.login, "conversation.untagged", f"conversation:{conversation_id}", tag=name)
    return Done(0)


def prioritise(session: Session, conversation_id: int, agent: Attendant, name: str) -> Done | Denied:
    """Sets the priority by its name in PRIORITIES. The owner or a supervisor may."""
    conversation = locked(session, conversation_id)
    if conversation is None:
        return GONE
    if name not in PRIORITIES:
        return Denied("Escolha uma das prioridades da lista.")
    if not agent.supervises and (problem := not_owner(session, conversation, agent)):
        return problem
    if conversation.priority == PRIORITIES[name]:
        return Done(0, repeated=True)
    conversation.priority = PRIORITIES[name]
    conversation.version += 1
    words = f"{agent.name} mudou a prioridade para {name}"
    event = add_event(session, conversation_id, conversation.channel, "prioritised", words, author=agent.author)
    audit.record(session, agent.login, "conversation.prioritised", f"conversation:{conversation_id}", priority=name)
    return Done(event)
