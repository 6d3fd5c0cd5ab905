"""The list of articles, with its search and how often each was of use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from handoff.console.ports import Ports, attendant, house, visit
from handoff.console.wording import moment
from handoff.knowledge.finding import find_articles, use_counts
from models.agent import name_of
from models.article import Article
from nlu.intent_names import intent_names

STATES = {"draft": ("tag-wait", "rascunho"), "published": ("tag-active", "publicado"), "retired": ("", "fora de uso")}


@dataclass(frozen=True)
class Line:
    """An article of the list. `quotes` says in words what the bot may do with it."""

    id: int
    title: str
    mark: str
    state: str
    quotes: str
    subjects: tuple[str, ...]
    queues: tuple[str, ...]
    written: str
    uses: str


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the list."""
    blueprint.add_url_rule("/knowledge", "knowledge", partial(_list, ports))


def quotes_text(article: Article) -> str:
    """Whether the bot says it to customers, in words; empty where it is not meant for that."""
    if not article.bot_may_quote:
        return ""
    return "o bot cita" if article.quotable else "espera aprovação para o bot"


def _list(ports: Ports) -> Response:
    who, now = attendant(), ports.now()
    asked = request.args.get("q", "").replace("\x00", "").strip()[:100]
    with ports.db.transaction() as session:
        place = house(session)
        rows = find_articles(session, asked, who)
        counts = use_counts(session, [row.id for row in rows])
        lines = [
            Line(
                row.id,
                row.title,
                *STATES[row.state],
                quotes_text(row),
                subjects_of(row.intents),
                tuple(row.queues),
                f"{name_of(session, row.written_by)}, {moment(row.written_at, now, place.zone)}",
                uses_text(counts.get(row.id, (0, 0, 0))),
            )
            for row in rows
        ]
    page = render_template(
        "console/knowledge/list.html", house=place, who=who, csrf=visit().csrf, lines=lines, asked_words=asked
    )
    return make_response(page)


def subjects_of(intents: list[str]) -> tuple[str, ...]:
    """Intents as people call them."""
    return tuple(intent_names().get(name, name) for name in intents)


def uses_text(counts: tuple[int, int, int]) -> str:
    """How often it was of use, in words."""
    taken, quoted, helped = counts
    parts = [f"usado {taken}×"] if taken else []
    if quoted:
        parts.append(f"citado {quoted}× pelo bot, ajudou {helped}×")
    return " · ".join(parts) or "ainda não usado"
