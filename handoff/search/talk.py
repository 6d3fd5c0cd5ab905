"""Conversations by what was said in them, newest first, only those that the person may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db import Database, TooSlow
from handoff.access import Attendant, visible_to
from models.contact import Contact
from models.conversation import Conversation
from models.customer import Customer
from models.message import Message
from models.message_words import MessageWords, has_words

SHOWN = 20
# Newest messages with the words that are looked through for conversations that the person may see.
LOOKED_THROUGH = 1000
# Ways to the newest messages with the words, and how long each may take (milliseconds). The index of words tells rare
# ones at once, but reads all of the common ones; walking from the newest back meets common words at once, but does not
# end for two that nobody says together. The planner cannot know which it is, so each is tried in its turn.
NO_WALKING, NO_INDEX = "enable_indexscan", "enable_bitmapscan"
TRIES = ((NO_WALKING, 120), (NO_INDEX, 400), (NO_WALKING, 3000))


@dataclass(frozen=True)
class Hit:
    """A conversation and the newest message in it with the words. `said` is the text, whole."""

    conversation_id: int
    protocol: str
    name: str
    handler: str
    queue: str
    at: datetime
    direction: str
    said: str


@dataclass(frozen=True)
class Found:
    """`more` when older messages have not been looked through, which begin before the message `oldest`; `given_up` when
    it took too long to find any."""

    hits: Sequence[Hit]
    more: bool = False
    oldest: int | None = None
    given_up: bool = False


def by_protocol(session: Session, protocol: str, who: Attendant) -> int | None:
    """The conversation of that number, if the person may see it."""
    return session.scalar(select(Conversation.id).where(Conversation.protocol == protocol, visible_to(who)))


def by_words(db: Database, query: str, who: Attendant, *, before: int | None = None) -> Found:
    """Conversations in which somebody said all the words; `before` a message's id goes on from there.

    `query` is a tsquery over folded words (Wanted.query). At most a few seconds.
    """
    for way_not, milliseconds in TRIES:
        try:
            with db.impatient(milliseconds, without=way_not) as session:
                return _read(session, query, who, before)
        except TooSlow:
            continue
    return Found((), given_up=True)


def _read(session: Session, query: str, who: Attendant, before: int | None) -> Found:
    said = has_words(MessageWords.words, query)
    newest = session.execute(
        select(MessageWords.message_id, MessageWords.conversation_id)
        .where(said, *([MessageWords.message_id < before] if before else []))
        .order_by(MessageWords.message_id.desc())
        .limit(LOOKED_THROUGH)
    ).all()
    latest: dict[int, int] = {}
    for message_id, conversation_id in newest:
        latest.setdefault(conversation_id, message_id)
    hits = _hits(session, list(latest.values()), who)
    more = len(hits) > SHOWN or len(newest) == LOOKED_THROUGH
    shown = hits[:SHOWN]
    # What is not shown here, of what was looked through, comes first on the next page.
    oldest = latest[shown[-1].conversation_id] if len(hits) > SHOWN else newest[-1].message_id if more else None
    return Found(shown, more, oldest)


def _hits(session: Session, messages: Sequence[int], who: Attendant) -> list[Hit]:
    """The conversations of these messages that the person may see, newest first, one more than is shown.

    They are read some at a time: mostly the first ones are enough, and each is somewhere else on the disk.
    """
    hits: list[Hit] = []
    portion = 2 * SHOWN
    while messages and len(hits) <= SHOWN:
        hits += _portion(session, messages[:portion], who)
        messages, portion = messages[portion:], 3 * portion
    return hits[: SHOWN + 1]


def _portion(session: Session, messages: Sequence[int], who: Attendant) -> list[Hit]:
    rows = session.execute(
        select(
            Conversation.id,
            Conversation.protocol,
            Conversation.handler,
            Conversation.queue,
            func.coalesce(Customer.name, Contact.profile_name).label("name"),
            Message.received_at,
            Message.direction,
            func.concat_ws("\n", Message.text, Message.transcript).label("said"),
        )
        .join(Message, Message.conversation_id == Conversation.id)
        .join(Contact, Contact.id == Conversation.contact_id)
        .outerjoin(Customer, Customer.ref == Contact.customer_ref)
        .where(Message.id.in_(messages), visible_to(who))
        .order_by(Message.id.desc())
    )
    return [
        Hit(row.id, row.protocol, row.name, row.handler, row.queue or "", row.received_at, row.direction, row.said)
        for row in rows
    ]
