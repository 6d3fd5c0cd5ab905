"""What a decision can ask for about articles of the knowledge base. Values only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quote:
    """An article that may be quoted: what it says to customers, and the version that was approved."""

    id: int
    version: int
    title: str
    answer: str


@dataclass(frozen=True)
class ArticleQuoted:
    """The customer was told what this version of the article says; `cause` makes it one quote however often it is
    written."""

    article_id: int
    version: int
    cause: str


@dataclass(frozen=True)
class ArticleHelped:
    """What the customer said of the article that was quoted last in the conversation."""

    article_id: int
    helped: bool
