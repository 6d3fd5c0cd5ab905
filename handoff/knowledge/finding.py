"""Finding articles: by words without accents, by the intent of what was written, and the one that the bot may quote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from handoff.access import Attendant
from handoff.search.wanted import read_wanted
from models.article import Article, ArticleUse
from models.message_words import has_words

SHOWN = 60
SUGGESTED = 3


def find_articles(session: Session, typed: str, who: Attendant) -> Sequence[Article]:
    """Articles with all these words (the last one as a beginning), the latest first; all of them without any.

    Those who do not supervise find what is published for their queues, and all drafts.
    """
    wanted = select(Article).order_by(Article.state == "retired", Article.written_at.desc()).limit(SHOWN)
    if query := read_wanted(typed).query:
        wanted = wanted.where(has_words(_words(), query))
    if not who.supervises:
        wanted = wanted.where(or_(Article.state == "draft", _offered_to(who)))
    return session.scalars(wanted).all()


def suggested(session: Session, intents: Iterable[str], who: Attendant) -> Sequence[Article]:
    """The published articles on these intents, those first that helped most often; at most SUGGESTED."""
    names = [intent for intent in intents if intent]
    if not names:
        return []
    used = select(func.count()).where(ArticleUse.article_id == Article.id).scalar_subquery()
    wanted = select(Article).where(Article.intents.overlap(names), _offered_to(who))
    return session.scalars(wanted.order_by(used.desc(), Article.id).limit(SUGGESTED)).all()


def quotable(session: Session, intent: str) -> Article | None:
    """What the bot may quote on this intent: of several, the one approved last."""
    wanted = select(Article).where(
        Article.intents.contains([intent]),
        Article.state == "published",
        Article.bot_may_quote,
        Article.approved_at.is_not(None),
        Article.answer != "",
    )
    return session.scalars(wanted.order_by(Article.approved_at.desc(), Article.id).limit(1)).first()


def may_read(who: Attendant, article: Article) -> bool:
    """Whether the person finds it."""
    return who.supervises or article.state == "draft" or _is_for(who, article)


def use_counts(session: Session, ids: Sequence[int]) -> Mapping[int, tuple[int, int, int]]:
    """Of each: how often agents took it, how often the bot quoted it, and how often that helped."""
    rows = session.execute(
        select(
            ArticleUse.article_id,
            func.count().filter(ArticleUse.how != "quoted"),
            func.count().filter(ArticleUse.how == "quoted"),
            func.count().filter(ArticleUse.helped.is_(True)),
        )
        .where(ArticleUse.article_id.in_(ids))
        .group_by(ArticleUse.article_id)
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def _words() -> ColumnElement[str]:
    return func.words_of(Article.title + " " + Article.answer + " " + Article.body)


def _offered_to(who: Attendant) -> ColumnElement[bool]:
    published = Article.state == "published"
    if who.supervises:
        return published
    return published & or_(Article.queues == [], Article.queues.overlap(sorted(who.queues)))


def _is_for(who: Attendant, article: Article) -> bool:
    return article.state == "published" and (not article.queues or bool(who.queues & {*article.queues}))
