"""What was said, as words to search by: written by the database itself for every message."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ForeignKey, Index, SQLColumnExpression, cast, func
from sqlalchemy.dialects.postgresql import REGCONFIG, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from models import Base


class MessageWords(Base):
    """The words of one message or note, and of its transcript: small letters, no accents (`words_of` in migration
    0022). Ids grow with time: the newest come first without another column."""

    __tablename__ = "message_words"
    __table_args__ = (Index("ix_message_words_words", "words", postgresql_using="gin"),)

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[int]
    words: Mapped[str] = mapped_column(TSVECTOR)


def has_words(words: SQLColumnExpression[str], query: str) -> ColumnElement[bool]:
    """Whether words (a tsvector) have what `query`, a tsquery over folded words, asks for."""
    return words.bool_op("@@")(func.to_tsquery(cast("simple", REGCONFIG), query))
