"""Conversations by what was said in them, newest first, only those that the person may see."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, false, func, select
from sqlalchemy.orm import Session

from core.db import Database, TooSlow
from handoff.access import Attendant, visible_to
from models.contact import Contact
from models.conversation import Conversation
from models.customer import Customer
from models.message import Message
from models.message_words import MessageWords, first_of_slice, has_words, slice_word

SHOWN = 20
# Newest messages with the words that are looked through at once for conversations that the person may see.
LOOKED_THROUGH = 1000


@dataclass(frozen=True)
class Patience:
    """How long a search takes, however common its words.

    The index tells rare words at once, but reads all that it has of common ones. So the newest slice of the messages is
    looked through first, which common words fill; then all the rest, unless that takes more than `rest_ms` (0: not
    tried); and then slice by slice until `seconds` have passed. What was not reached by then is offered, and goes on
    from there. One slice takes some milliseconds; where the disk is slow, `slice_ms` at most.
    """

    rest_ms: int = 120
    slice_ms: int = 2000
    seconds: float = 0.2


PATIENCE = Patience()


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
class Cursor:
    """Where a search goes on: with the messages before `before`. It began with the message `newest`, and has shown
    every conversation that has the words in between: it shows none of them again for what was said earlier."""

    newest: int
    before: int


@dataclass(frozen=True)
class Found:
    """`goes_on` where older messages have not been looked through; None when all have."""

    hits: Sequence[Hit]
    goes_on: Cursor | None = None


def by_protocol(session: Session, protocol: str, who: Attendant) -> int | None:
    """The conversation of that number, if the person may see it."""
    return session.scalar(select(Conversation.id).where(Conversation.protocol == protocol, visible_to(who)))


def by_words(
    db: Database, query: str, who: Attendant, *, cursor: Cursor | None = None, patience: Patience = PATIENCE
) -> Found:
    """Conversations in which somebody said all the words, each once; `cursor` goes on from there.

    `query` is a tsquery over folded words (Wanted.query).
    """
    until = time.monotonic() + patience.seconds
    with db.reading() as session:
        newest = session.scalar(select(func.max(MessageWords.message_id))) or 0
    search = _Search(db, query, who, cursor or Cursor(newest, newest + 1))
    with suppress(TooSlow):
        search.look_at_slice(patience.slice_ms)
        if search.unfinished and patience.rest_ms:
            with suppress(TooSlow):
                search.look_at_rest(patience.rest_ms)
        while search.unfinished and time.monotonic() < until:
            search.look_at_slice(patience.slice_ms)
    return search.found()


class _Search:
    """One search on its way from the newest message back: all from the message `edge` on has been looked through."""

    def __init__(self, db: Database, query: str, who: Attendant, cursor: Cursor) -> None:
        self._db, self._query, self._who, self._cursor = db, query, who, cursor
        self._edge = min(cursor.before, cursor.newest + 1)
        self._hits: dict[int, tuple[int, Hit]] = {}

    @property
    def unfinished(self) -> bool:
        """Whether there are older messages and not enough conversations yet."""
        return self._edge > 1 and len(self._hits) <= SHOWN

    def look_at_slice(self, milliseconds: int) -> None:
        """Looks through the newest slice that is left. Raises TooSlow, and has not looked then."""
        first = first_of_slice(self._edge - 1)
        self._look(f"({self._query}) & {slice_word(first)}", first, milliseconds)

    def look_at_rest(self, milliseconds: int) -> None:
        """Looks through all that is left. Raises TooSlow, and has not looked then."""
        self._look(self._query, 0, milliseconds)

    def _look(self, query: str, first: int, milliseconds: int) -> None:
        with self._db.impatient(milliseconds, without="enable_indexscan") as session:
            newest = session.execute(
                select(MessageWords.message_id, MessageWords.conversation_id)
                .where(has_words(MessageWords.words, query), MessageWords.message_id < self._edge)
                .order_by(MessageWords.message_id.desc())
                .limit(LOOKED_THROUGH)
            ).all()
            latest: dict[int, int] = {}
            for message_id, conversation_id in newest:
                if conversation_id not in self._hits:
                    latest.setdefault(conversation_id, message_id)
            fit = visible_to(self._who) & ~_shown(self._query, self._cursor)
            hits = _hits(session, list(latest.values()), fit, SHOWN + 1 - len(self._hits))
        self._hits |= {hit.conversation_id: (latest[hit.conversation_id], hit) for hit in hits}
        self._edge = newest[-1].message_id if len(newest) == LOOKED_THROUGH else first

    def found(self) -> Found:
        """What it came to. What is not shown, of what was looked through, comes first on the next page."""
        hits = list(self._hits.values())
        if len(hits) > SHOWN:
            return Found([hit for _, hit in hits[:SHOWN]], Cursor(self._cursor.newest, hits[SHOWN - 1][0]))
        goes_on = Cursor(self._cursor.newest, self._edge) if self._edge > 1 else None
        return Found([hit for _, hit in hits], goes_on)


def _shown(query: str, cursor: Cursor) -> ColumnElement[bool]:
    """Whether the pages before have shown a conversation already, at a newer message: as a condition on it."""
    if cursor.before > cursor.newest:
        return false()
    between = Message.id.between(cursor.before, cursor.newest)
    return (
        exists()
        .where(Message.conversation_id == Conversation.id, between)
        .where(MessageWords.message_id == Message.id, has_words(MessageWords.words, query))
        .correlate(Conversation)
    )


def _hits(session: Session, messages: Sequence[int], fit: ColumnElement[bool], most: int) -> list[Hit]:
    """The conversations of these messages that are `fit` to be shown, newest first, not more than `most`.

    They are read some at a time: mostly the first ones are enough, and each is somewhere else on the disk.
    """
    hits: list[Hit] = []
    portion = 2 * SHOWN
    while messages and len(hits) < most:
        hits += _portion(session, messages[:portion], fit)
        messages, portion = messages[portion:], 3 * portion
    return hits[:most]


def _portion(session: Session, messages: Sequence[int], fit: ColumnElement[bool]) -> list[Hit]:
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
        .where(Message.id.in_(messages), fit)
        .order_by(Message.id.desc())
    )
    return [
        Hit(row.id, row.protocol, row.name, row.handler, row.queue or "", row.received_at, row.direction, row.said)
        for row in rows
    ]
