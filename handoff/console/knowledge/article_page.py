"""An article as people read it, with what it said before; and the form in which it is written."""

from __future__ import annotations

import secrets
from functools import partial

from flask import Blueprint, abort, make_response, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff.console.knowledge.article_list import STATES, quotes_text, subjects_of, uses_text
from handoff.console.ports import LARGEST_ID, House, Ports, attendant, house, visit
from handoff.console.wording import moment
from handoff.knowledge.articles import LONGEST_BODY, LONGEST_TITLE, Draft
from handoff.knowledge.finding import may_read, use_counts
from handoff.knowledge.markdown import as_html
from handoff.knowledge.subjects import COURTESIES, QUOTED
from handoff.queues import organogram
from models.agent import name_of
from models.article import LONGEST_ANSWER, Article, ArticleVersion
from nlu.intent_names import intent_names

NO_ARTICLE = "Este artigo não existe, ou não é das suas filas."


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the page of one, an earlier version of it, and the form."""
    where = "/knowledge/<int:article_id>"
    blueprint.add_url_rule(where, "article", partial(article_page, ports))
    blueprint.add_url_rule(f"{where}/v/<int:version>", "article_version", partial(_version, ports))
    blueprint.add_url_rule(f"{where}/edit", "article_edit", partial(_edit, ports))
    blueprint.add_url_rule("/knowledge/new", "article_new", partial(form_page, ports, Draft("", "")))


def readable(session: Session, article_id: int) -> Article:
    """The article, if the person may read it; ends the request with 404 otherwise."""
    row = session.get(Article, article_id) if article_id <= LARGEST_ID else None
    if row is None or not may_read(attendant(), row):
        abort(404, NO_ARTICLE)
    return row


def article_page(ports: Ports, article_id: int, *, problem: str = "", status: int = 200) -> Response:
    """The page of an article, with a problem to tell, if any."""
    with ports.db.transaction() as session:
        place, row = house(session), readable(session, article_id)
        shown = _shown(session, ports, place, row)
        history = session.scalars(
            select(ArticleVersion).where(ArticleVersion.article_id == row.id).order_by(ArticleVersion.version.desc())
        )
        earlier = [
            (one.version, name_of(session, one.written_by), moment(one.written_at, ports.now(), place.zone))
            for one in history
        ]
        uses = uses_text(use_counts(session, [row.id]).get(row.id, (0, 0, 0)))
    return _render("article.html", place, status, problem=problem, earlier=earlier, uses=uses, **shown)


def _shown(session: Session, ports: Ports, place: House, row: Article) -> dict[str, object]:
    who = attendant()
    approved = ""
    if row.approved_at:
        approved = f"{name_of(session, row.approved_by)}, {moment(row.approved_at, ports.now(), place.zone)}"
    mark, state = STATES[row.state]
    return {
        "article": row,
        "html": as_html(row.body),
        "mark": mark,
        "state": state,
        "quotes": quotes_text(row),
        "approved": approved,
        "subjects": subjects_of(row.intents),
        "may_write": who.supervises or row.state == "draft",
        "may_approve": who.supervises
        and row.state == "published"
        and row.bot_may_quote
        and row.approved_at is None
        and row.written_by != who.login,
    }


def _version(ports: Ports, article_id: int, version: int) -> Response:
    with ports.db.transaction() as session:
        place, row = house(session), readable(session, article_id)
        wanted = select(ArticleVersion).where(ArticleVersion.article_id == row.id)
        old = session.scalars(wanted.where(ArticleVersion.version == min(version, LARGEST_ID))).one_or_none()
        if old is None:
            abort(404, "Este artigo não teve essa versão.")
        by = f"{name_of(session, old.written_by)}, {moment(old.written_at, ports.now(), place.zone)}"
    return _render("version.html", place, 200, article=row, old=old, html=as_html(old.body), by=by)


def _edit(ports: Ports, article_id: int) -> Response:
    with ports.db.transaction() as session:
        row = readable(session, article_id)
        draft = Draft(row.title, row.body, row.answer, tuple(row.intents), tuple(row.queues), row.bot_may_quote)
        version = row.version
    return form_page(ports, draft, article_id=article_id, seen=version)


def form_page(
    ports: Ports, draft: Draft, *, article_id: int | None = None, seen: int = 0, problem: str = "", status: int = 200
) -> Response:
    """The form with what was typed so far. `seen` is the version that it changes."""
    with ports.db.transaction() as session:
        place, queues = house(session), organogram(session).queues
    return _render(
        "form.html",
        place,
        status,
        problem=problem,
        draft=draft,
        article_id=article_id,
        seen=seen,
        intents={name: title for name, title in intent_names().items() if name not in COURTESIES},
        quoted=QUOTED,
        queues=queues,
        longest={"title": LONGEST_TITLE, "body": LONGEST_BODY, "answer": LONGEST_ANSWER},
    )


def _render(template: str, place: House, status: int, **more: object) -> Response:
    page = render_template(
        f"console/knowledge/{template}",
        house=place,
        who=attendant(),
        csrf=visit().csrf,
        fresh_token=secrets.token_urlsafe(16),
        **more,
    )
    return make_response(page, status)
