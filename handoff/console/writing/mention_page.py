"""The mentions of whoever is signed in: where a colleague named them, and what they have not seen."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, g, make_response, redirect, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from handoff.console.ports import Ports, attendant, house, visit
from handoff.console.wording import moment
from handoff.writing.mentions import mentions_of, see_mentions, unseen_count
from models.mention import Mention


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the page, its button, and the count that every page shows."""
    blueprint.add_url_rule("/mencoes", "mentions", partial(_page, ports))
    blueprint.add_url_rule("/mencoes/<int:mention_id>", "mention_seen", partial(_seen, ports), methods=["POST"])
    blueprint.context_processor(lambda: {"unseen_mentions": partial(_count, ports)})


def _count(ports: Ports) -> int:
    if "unseen_mentions" not in g:
        with ports.db.reading() as session:
            g.unseen_mentions = unseen_count(session, attendant())
    return int(g.unseen_mentions)


def _page(ports: Ports) -> Response:
    now = ports.now()
    with ports.db.transaction() as session:
        place = house(session)
        rows = [(row, moment(row.at, now, place.zone)) for row in mentions_of(session, attendant())]
    page = render_template("console/writing/mentions.html", house=place, who=attendant(), csrf=visit().csrf, rows=rows)
    return make_response(page)


def _seen(ports: Ports, mention_id: int) -> Response:
    with ports.db.transaction() as session:
        mine = select(Mention).where(Mention.id == mention_id, Mention.agent_id == attendant().id)
        mention = session.scalars(mine).one_or_none()
        if mention is not None:
            see_mentions(session, mention.conversation_id, attendant())
    return redirect(url_for("console.mentions"), 303)
