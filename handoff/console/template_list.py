"""The templates page, for supervisors: how each stands at WhatsApp, what it costs, and asking for news."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Blueprint, abort, make_response, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.template_text import wording
from handoff import audit
from handoff.console.framing import typed
from handoff.console.ports import LARGEST_ID, House, Ports, house, permitted, visit
from handoff.console.wording import moment
from handoff.staff import NotAllowed
from handoff.template_choice import Choice, choice_of, choose_template
from handoff.template_wording import QUALITY, category_name, purpose_name, status_name
from models.channel_state import channel_name
from models.channel_template import APPROVED, SUPERSEDED, ChannelTemplate
from models.outbox import Outbox, plan_chore

SYNC = "sync_templates"
_MOST_VALUES = 30


@dataclass(frozen=True)
class Line:
    """One template. `cost` is what it is charged as; `moved` says that this is not what we asked for.
    `choice` is what the house may use it for, `used_for` what it is used for, with these `values`."""

    id: int
    title: str
    name: str
    where: str
    status: str
    good: bool
    reason: str
    cost: str
    asked: str
    moved: bool
    quality: str
    blocked: str
    text: str
    when: str
    used_for: str
    choice: Choice | None
    values: tuple[str, ...]


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the page and what is done on it."""
    blueprint.add_url_rule("/modelos", "templates", partial(_page, ports))
    blueprint.add_url_rule("/modelos/sync", "act_sync_templates", partial(_sync, ports), methods=["POST"])
    where = "/modelos/<int:template_id>/unblock"
    blueprint.add_url_rule(where, "act_unblock_template", partial(_unblock, ports), methods=["POST"])
    where = "/modelos/<int:template_id>/purpose"
    blueprint.add_url_rule(where, "act_choose_template", partial(_choose, ports), methods=["POST"])


def _page(ports: Ports, problem: str = "") -> Response:
    who, now = permitted("template.handle"), ports.now()
    with ports.db.transaction() as session:
        place = house(session)
        ours, others, old = _read(session, place, now)
        waits = session.scalar(select(Outbox.id).where(Outbox.topic == SYNC, Outbox.done_at.is_(None)).limit(1))
    page = render_template(
        "console/template_list.html",
        house=place,
        who=who,
        csrf=visit().csrf,
        problem=problem,
        groups=[("Modelos em uso", ours), ("Outros modelos da conta", others), ("Substituídos por texto novo", old)],
        nothing=not (ours or others or old),
        syncing=waits is not None,
    )
    return make_response(page, 409 if problem else 200)


def _sync(ports: Ports) -> Response:
    who = permitted("template.handle")
    with ports.db.transaction() as session:
        plan_chore(session, SYNC, 0)
        audit.record(session, who.login, "templates.sync", "templates")
    return redirect(url_for("console.templates"), 303)


def _unblock(ports: Ports, template_id: int) -> Response:
    """A person mended what a send was refused for."""
    who = permitted("template.handle")
    with ports.db.transaction() as session:
        row = session.get(ChannelTemplate, template_id) if template_id <= LARGEST_ID else None
        if row is None:
            abort(404, "Este modelo não existe.")
        if row.blocked_for not in {None, SUPERSEDED}:
            audit.record(session, who.login, "template.unblocked", f"template:{row.id}", was=row.blocked_for)
            row.blocked_for = None
    return redirect(url_for("console.templates"), 303)


def _choose(ports: Ports, template_id: int) -> Response:
    """The house has one of its own templates go for a purpose, or no longer."""
    who = permitted("template.handle")
    purpose, names = typed("purpose", 60), [typed(f"value-{place}", 60) for place in range(_MOST_VALUES)]
    try:
        with ports.db.transaction() as session:
            row = session.get(ChannelTemplate, template_id, with_for_update=True) if template_id <= LARGEST_ID else None
            if row is None:
                abort(404, "Este modelo não existe.")
            before = choose_template(session, row, purpose, [name for name in names if name])
            if before != row.purpose:
                subject = f"template:{row.id}"
                audit.record(session, who.login, "template.chosen", subject, before=before, after=row.purpose)
    except NotAllowed as error:
        return _page(ports, f"Não foi salvo: {error}")
    return redirect(url_for("console.templates"), 303)


def _read(session: Session, place: House, now: datetime) -> tuple[list[Line], list[Line], list[Line]]:
    """Those of ours in use, those of others, and earlier texts of ours."""
    rows = session.scalars(select(ChannelTemplate).order_by(ChannelTemplate.purpose, ChannelTemplate.id.desc())).all()
    old = [row for row in rows if row.blocked_for == SUPERSEDED]
    ours = [row for row in rows if row.purpose and row not in old]
    others = [row for row in rows if not row.purpose]
    groups = [[_line(session, row, place, now) for row in found] for found in (ours, others, old)]
    return groups[0], groups[1], groups[2]


def _line(session: Session, row: ChannelTemplate, place: House, now: datetime) -> Line:
    return Line(
        id=row.id,
        title=purpose_name(row.purpose, row.name),
        name=row.name,
        where=f"{channel_name(row.channel)} · {row.language}",
        status=status_name(row.status),
        good=row.status == APPROVED,
        reason=row.reason,
        cost=category_name(row.category),
        asked=category_name(row.category_expected) if row.category_expected else "",
        moved=bool(row.category_expected) and row.category != row.category_expected,
        quality=QUALITY.get(row.quality, row.quality.lower()),
        blocked="" if row.blocked_for in {None, SUPERSEDED} else str(row.blocked_for),
        text=_as_named(row),
        when=moment(row.updated_at, now, place.zone),
        used_for=row.purpose,
        choice=choice_of(session, row),
        values=tuple(row.variables),
    )


def _as_named(row: ChannelTemplate) -> str:
    """The body with the names of its values."""
    words = wording(row.components)
    names = list(row.variables)
    start = words.header.count("{{")
    body = words.body
    for place, name in enumerate(names[start : start + body.count("{{")], start=1):
        body = body.replace(f"{{{{{place}}}}}", f"{{{name}}}")
    return body if row.components else ""
