"""What was said, as words to search by: written by the database itself for every message."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ForeignKey, Index, SQLColumnExpression, cast, func
from sqlalchemy.dialects.postgresql import REGCONFIG, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from models import Base

SLICE_BITS = 16


class MessageWords(Base):
    """The words of one message or note, and of its transcript: small letters, no accents (`searchable` in migration
    0034). Ids grow with time: the newest come first without another column.

    One more word names the slice of 2 ** SLICE_BITS ids that the message is in, so that the index of words reads no
    more than that slice of however common a word. Nobody can type it."""

    __tablename__ = "message_words"
    __table_args__ = (Index("ix_message_words_words", "words", postgresql_using="gin"),)

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[int]
    words: Mapped[str] = mapped_column(TSVECTOR)


def has_words(words: SQLColumnExpression[str], query: str) -> ColumnElement[bool]:
    """Whether words (a tsvector) have what `query`, a tsquery over folded words, asks for."""
    return words.bool_op("@@")(func.to_tsquery(cast("simple", REGCONFIG), query))


def first_of_slice(message_id: int) -> int:
    """The lowest id of the slice that the message is in."""
    return message_id >> SLICE_BITS << SLICE_BITS


def slice_word(message_id: int) -> str:
    """What a tsquery asks for to find only what is in that message's slice."""
    return f"'~{message_id >> SLICE_BITS}'"
