"""An article of the knowledge base, every version that it had, and each time that it was of use."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now

LONGEST_ANSWER = 900
"""Characters that the bot may quote: a bubble with buttons holds 1,024, with the question and the protocol."""


class Article(Base):
    """`body` is for agents, in simple markdown; `answer` is short, plain and for customers. `version` counts what was
    written, `written_by` is the login of who wrote this one. Whoever finds it by intent or queue has it in `intents`
    and `queues`; no queues are all.

    The bot quotes it only while `quotable`: published, meant for it, and approved by another person than its writer.
    A new version is to be approved again.
    """

    __tablename__ = "article"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'published', 'retired')", name="state"),
        CheckConstraint("approved_by <> written_by", name="approved_by_another"),
        CheckConstraint("(approved_by is null) = (approved_at is null)", name="approved"),
        CheckConstraint(f"length(answer) <= {LONGEST_ANSWER}", name="answer"),
        Index("ix_article_intents", "intents", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    body: Mapped[str]
    answer: Mapped[str] = mapped_column(default="")
    intents: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    queues: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    state: Mapped[str] = mapped_column(default="draft")
    version: Mapped[int] = mapped_column(default=1)
    bot_may_quote: Mapped[bool] = mapped_column(default=False)
    written_by: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(default=utc_now)
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None]

    @property
    def quotable(self) -> bool:
        """Whether the bot may say it to customers now."""
        return self.state == "published" and self.bot_may_quote and self.approved_at is not None and bool(self.answer)


class ArticleVersion(Base):
    """What an article said, as it was written. Rows are only ever added."""

    __tablename__ = "article_version"
    __table_args__ = (UniqueConstraint("article_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    version: Mapped[int]
    title: Mapped[str]
    body: Mapped[str]
    answer: Mapped[str]
    written_by: Mapped[str]
    written_at: Mapped[datetime]


class ArticleUse(Base):
    """An article of use in a conversation. `how`: quoted (the bot said it), draft (an agent took its answer into what
    they write), note (an agent kept it beside the conversation). `helped` is what the customer said of a quote; empty
    while nothing was said. `key` is the one press or turn that this is."""

    __tablename__ = "article_use"
    __table_args__ = (
        CheckConstraint("how in ('quoted', 'draft', 'note')", name="how"),
        Index("ix_article_use_article_id", "article_id"),
        Index("ix_article_use_quoted", "conversation_id", "article_id", postgresql_where=text("how = 'quoted'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    version: Mapped[int]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    how: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=utc_now)
    helped: Mapped[bool | None]
    key: Mapped[str] = mapped_column(unique=True)
