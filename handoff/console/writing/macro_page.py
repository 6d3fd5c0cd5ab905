"""The page of the macros, for supervisors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from handoff.console.ports import LARGEST_ID, Ports, house, permitted, visit
from handoff.console.wording import moment
from handoff.outcome import Denied
from handoff.queues import organogram
from handoff.writing.macros import MacroForm, delete_macro, save_macro
from handoff.writing.marks import PRIORITIES
from handoff.writing.steps import steps_of
from models.canned_reply import CannedReply
from models.macro import Macro


@dataclass(frozen=True)
class Line:
    """A macro in the list. `used` says when it was run last."""

    id: int
    form: MacroForm
    uses: int
    used: str


EMPTY = MacroForm("", "", ())


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the page and its forms."""
    blueprint.add_url_rule("/macros", "macros", partial(_page, ports))
    blueprint.add_url_rule("/macros", "macro_add", partial(_save, ports, 0), methods=["POST"])
    blueprint.add_url_rule("/macros/<int:macro_id>", "macro_save", partial(_save, ports), methods=["POST"])
    blueprint.add_url_rule("/macros/<int:macro_id>/delete", "macro_delete", partial(_delete, ports), methods=["POST"])


def _page(ports: Ports, *, problem: str = "", open_id: int = -1, typed: MacroForm = EMPTY) -> Response:
    who, now = permitted("canned.handle"), ports.now()
    with ports.db.transaction() as session:
        place = house(session)
        lines = [
            Line(
                row.id,
                MacroForm(
                    row.title, "\n".join(step.told for step in steps_of(row.steps)), tuple(row.queues), row.active
                ),
                row.uses,
                moment(row.last_used_at, now, place.zone) if row.last_used_at else "nunca",
            )
            for row in session.scalars(select(Macro).order_by(Macro.active.desc(), Macro.title))
        ]
        queues = [queue.name for queue in organogram(session).queues]
        shortcuts = list(
            session.scalars(select(CannedReply.shortcut).where(CannedReply.active).order_by(CannedReply.shortcut))
        )
    page = render_template(
        "console/writing/macros.html",
        house=place,
        who=who,
        csrf=visit().csrf,
        lines=lines,
        queues=queues,
        shortcuts=shortcuts,
        priorities=list(PRIORITIES),
        problem=problem,
        open_id=open_id,
        typed=typed,
    )
    return make_response(page, 409 if problem else 200)


def _save(ports: Ports, macro_id: int) -> Response:
    who, form = permitted("canned.handle"), request.form
    typed = MacroForm(
        form.get("title", "").replace("\x00", "").strip(),
        form.get("steps", "").replace("\x00", ""),
        tuple(form.getlist("queues")),
        "active" in form,
    )
    with ports.db.transaction() as session:
        done = save_macro(session, who, typed, min(macro_id, LARGEST_ID))
    if isinstance(done, Denied):
        return _page(ports, problem=done.reason, open_id=macro_id, typed=typed)
    return redirect(url_for("console.macros", _anchor=f"r{done.message_id}"), 303)


def _delete(ports: Ports, macro_id: int) -> Response:
    who = permitted("canned.handle")
    with ports.db.transaction() as session:
        done = delete_macro(session, who, min(macro_id, LARGEST_ID))
    if isinstance(done, Denied):
        return _page(ports, problem=done.reason)
    return redirect(url_for("console.macros"), 303)
