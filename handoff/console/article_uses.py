"""An article taken into a conversation: its answer as a draft of the reply, or kept beside it as a note."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, abort, url_for
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff import audit, desk
from handoff.console.framing import form_token
from handoff.console.ports import LARGEST_ID, Ports, attendant
from handoff.console.thread import conversation_page, seen
from handoff.console.whereabouts import back_to
from handoff.knowledge.finding import may_read
from handoff.outcome import Denied
from handoff.reply import press_key
from models.article import Article, ArticleUse

NO_ARTICLE = "Este artigo não está publicado para as suas filas."


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds both buttons. Nothing is sent by them."""
    where = "/c/<int:conversation_id>/articles/<int:article_id>"
    for how in ("draft", "note"):
        blueprint.add_url_rule(f"{where}/{how}", f"article_{how}", partial(_use, ports, how), methods=["POST"])


def _use(ports: Ports, how: str, conversation_id: int, article_id: int) -> Response:
    token, who = form_token(), attendant()
    with ports.db.transaction() as session:
        seen(session, conversation_id, who)
        article = session.get(Article, article_id) if article_id <= LARGEST_ID else None
        if article is None or article.state != "published" or not may_read(who, article):
            abort(404, NO_ARTICLE)
        if how == "note":
            path = url_for("console.article", article_id=article.id)
            kept = desk.note(session, conversation_id, who, f"Artigo: {article.title}\n{path}", token)
            if isinstance(kept, Denied):
                return conversation_page(ports, conversation_id, problem=kept.reason, status=409)
        _keep(session, article, conversation_id, how, press_key(how, conversation_id, who, token))
    return back_to(conversation_id, artigo=str(article_id) if how == "draft" else "")


def _keep(session: Session, article: Article, conversation_id: int, how: str, key: str) -> None:
    """The same press again is no second use."""
    who = attendant().login
    row = insert(ArticleUse).values(
        article_id=article.id, version=article.version, conversation_id=conversation_id, how=how, by=who, key=key
    )
    kept = session.execute(row.on_conflict_do_nothing(index_elements=[ArticleUse.key]).returning(ArticleUse.id))
    if kept.scalar() is not None:
        audit.record(session, who, "article.used", f"conversation:{conversation_id}", article=article.id, how=how)
