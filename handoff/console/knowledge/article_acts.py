"""Saving an article, and its buttons: publish, approve for the bot, take out of use."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff.access import Attendant
from handoff.console.framing import typed
from handoff.console.knowledge.article_page import article_page, form_page, readable
from handoff.console.ports import Ports, attendant, row_id
from handoff.knowledge import articles
from handoff.knowledge.articles import Draft
from handoff.outcome import Denied, Done
from handoff.queues import organogram
from nlu.intent_names import intent_names

Act = Callable[[Session, Attendant, int], Done | Denied]
ACTS: dict[str, Act] = {
    "publish": articles.publish,
    "approve": lambda session, who, id_: articles.approve(session, who, id_, seen=_seen()),
    "retire": articles.retire,
}


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the acts; every one is a POST with the session's form token."""
    blueprint.add_url_rule("/knowledge", "article_save_new", partial(_save, ports), methods=["POST"])
    where = "/knowledge/<int:article_id>"
    blueprint.add_url_rule(where, "article_save", partial(_save, ports), methods=["POST"])
    for name, act in ACTS.items():
        blueprint.add_url_rule(f"{where}/{name}", f"article_{name}", partial(_act, ports, act), methods=["POST"])


def _save(ports: Ports, article_id: int | None = None) -> Response:
    version = _seen()
    with ports.db.transaction() as session:
        if article_id is not None:
            readable(session, article_id)
        draft = _typed(session)
        done = articles.write(session, attendant(), draft, article_id, seen=version)
    if isinstance(done, Denied):
        return form_page(ports, draft, article_id=article_id, seen=version, problem=done.reason, status=409)
    return redirect(url_for("console.article", article_id=done.message_id), 303)


def _seen() -> int:
    """The version that the form was made of; 0 where it says none."""
    return row_id(request.form.get("seen", ""))


def _typed(session: Session) -> Draft:
    """What the form says; subjects and queues that nobody knows are left out."""
    known = {queue.name for queue in organogram(session).queues}
    return Draft(
        title=" ".join(typed("title", None).split()),
        body=typed("body", None),
        answer=typed("answer", None),
        intents=tuple(name for name in request.form.getlist("intent") if name in intent_names()),
        queues=tuple(name for name in request.form.getlist("queue") if name in known),
        bot_may_quote=request.form.get("bot") == "yes",
    )


def _act(ports: Ports, act: Act, article_id: int) -> Response:
    with ports.db.transaction() as session:
        readable(session, article_id)
        done = act(session, attendant(), article_id)
    if isinstance(done, Denied):
        return article_page(ports, article_id, problem=done.reason, status=409)
    return redirect(url_for("console.article", article_id=article_id), 303)
