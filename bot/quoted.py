"""The article that answers a question, and what became of quoting it."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.article_effects import ArticleHelped, ArticleQuoted, Quote
from core.db import Database
from handoff.knowledge.finding import quotable
from models.article import ArticleUse


def find_quote(db: Database, intent: str) -> Quote | None:
    """The approved article on this intent."""
    with db.reading() as session:
        row = quotable(session, intent)
        return Quote(row.id, row.version, row.title, row.answer) if row else None


def keep_quoted(session: Session, conversation_id: int, effect: ArticleQuoted) -> None:
    """Writes down which article was quoted; the same cause again is no second quote."""
    row = insert(ArticleUse).values(
        article_id=effect.article_id,
        version=effect.version,
        conversation_id=conversation_id,
        how="quoted",
        by="bot",
        key=f"quoted:{effect.cause}:{effect.article_id}",
    )
    session.execute(row.on_conflict_do_nothing(index_elements=[ArticleUse.key]))


def keep_helped(session: Session, conversation_id: int, effect: ArticleHelped) -> None:
    """Writes down what the customer said of the newest quote of the article."""
    newest = select(func.max(ArticleUse.id)).where(
        ArticleUse.conversation_id == conversation_id,
        ArticleUse.article_id == effect.article_id,
        ArticleUse.how == "quoted",
    )
    session.execute(update(ArticleUse).where(ArticleUse.id == newest.scalar_subquery()).values(helped=effect.helped))
