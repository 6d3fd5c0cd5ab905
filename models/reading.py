"""What a customer's words were read as, what he then said he meant, and what people made of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now

# Word for word in the index and in whoever looks for them, so that PostgreSQL knows the one by the other.
WORTH_A_LOOK = (
    "reviewed_at is null and (contradicted_at is not null or corrected_at is not null"
    " or (source = 'model' and band in ('confirm', 'menu')) or shadow ->> 'intent' <> intent)"
)
"""Readings a person should judge: contradicted, corrected, unsure, or read otherwise by the model in the shadow."""


class Reading(Base):
    """One understanding in a turn of the bot, as `nlu.understanding` gave it. It goes with its message.

    `message_id` is the newest message with words in that turn, and `fragments` how many such messages were read as
    one: it and the `fragments` - 1 before it. `ranking` holds up to ten [intent, confidence], `requests` what was
    asked for, in the order of the text, `shadow` the opinion of a model in trial. `meant` is the intent that the
    customer named when he contradicted, empty when he only said no.

    `corrected_intent` is what an agent said it is. `verdict` is a supervisor's: kept (`intent` was right), corrected
    (`corrected_intent` is), discarded (nothing to learn from). Intents, logins and verdicts are set together with
    their times.
    """

    __tablename__ = "reading"
    __table_args__ = (
        CheckConstraint("source in ('shortcut', 'model', 'unavailable')", name="source"),
        CheckConstraint("band in ('act', 'confirm', 'menu')", name="band"),
        CheckConstraint("verdict in ('kept', 'corrected', 'discarded')", name="verdict"),
        CheckConstraint("verdict <> 'corrected' or corrected_intent is not null", name="corrected_to"),
        Index("ix_reading_conversation_id_id", "conversation_id", "id"),
        Index("ix_reading_read_at", "read_at"),
        Index("ix_reading_worth_a_look", "id", postgresql_where=text(WORTH_A_LOOK)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), unique=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    intent: Mapped[str]
    confidence: Mapped[float]
    band: Mapped[str]
    ranking: Mapped[list[list[Any]]] = mapped_column(JSONB, default=list)
    requests: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    source: Mapped[str]
    model: Mapped[str] = mapped_column(default="")
    unknown_words: Mapped[float] = mapped_column(default=0.0)
    shadow: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    fragments: Mapped[int] = mapped_column(default=1)
    read_at: Mapped[datetime] = mapped_column(default=utc_now)
    contradicted_at: Mapped[datetime | None]
    meant: Mapped[str] = mapped_column(default="")
    corrected_intent: Mapped[str | None]
    corrected_by: Mapped[str | None]
    corrected_at: Mapped[datetime | None]
    verdict: Mapped[str | None]
    reviewed_by: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    exported_at: Mapped[datetime | None]

    @property
    def label(self) -> str:
        """The intent that people hold to be right so far, the bot's own where nobody said otherwise."""
        return self.intent if self.verdict == "kept" else self.corrected_intent or self.intent
