"""The page of the ready answers, for supervisors: what there is, how often it is used, and changing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handoff.console.ports import LARGEST_ID, Ports, house, permitted, visit
from handoff.console.wording import moment
from handoff.outcome import Denied
from handoff.queues import organogram
from handoff.reply import clean_text
from handoff.writing.canned import CannedForm, delete_canned, save_canned
from handoff.writing.files import SendableFile, sendable_file
from handoff.writing.values import LABELS
from models.attachment import Attachment
from models.canned_reply import CannedReply


@dataclass(frozen=True)
class Line:
    """A ready answer in the list. `used` says when it was sent last."""

    id: int
    form: CannedForm
    file: str
    uses: int
    used: str


EMPTY = CannedForm("", "", "", ())


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the page and its forms."""
    blueprint.add_url_rule("/respostas", "canned", partial(_page, ports))
    blueprint.add_url_rule("/respostas", "canned_add", partial(_save, ports, 0), methods=["POST"])
    one = "/respostas/<int:canned_id>"
    blueprint.add_url_rule(one, "canned_save", partial(_save, ports), methods=["POST"])
    blueprint.add_url_rule(f"{one}/delete", "canned_delete", partial(_delete, ports), methods=["POST"])


def _page(ports: Ports, *, problem: str = "", open_id: int = -1, typed: CannedForm = EMPTY) -> Response:
    who, now = permitted("canned.handle"), ports.now()
    with ports.db.transaction() as session:
        place = house(session)
        lines = _lines(session, now, place.zone)
        queues = [queue.name for queue in organogram(session).queues]
    page = render_template(
        "console/writing/canned.html",
        house=place,
        who=who,
        csrf=visit().csrf,
        lines=lines,
        queues=queues,
        labels=LABELS,
        problem=problem,
        open_id=open_id,
        typed=typed,
    )
    return make_response(page, 409 if problem else 200)


def _lines(session: Session, now: datetime, zone: str) -> list[Line]:
    rows = session.execute(
        select(CannedReply, Attachment.filename)
        .outerjoin(Attachment, Attachment.id == CannedReply.attachment_id)
        .order_by(CannedReply.active.desc(), CannedReply.uses.desc(), CannedReply.shortcut)
    )
    return [
        Line(
            row.CannedReply.id,
            CannedForm(
                row.CannedReply.shortcut,
                row.CannedReply.title,
                row.CannedReply.text,
                tuple(row.CannedReply.queues),
                row.CannedReply.active,
            ),
            row.filename or "",
            row.CannedReply.uses,
            moment(row.CannedReply.last_used_at, now, zone) if row.CannedReply.last_used_at else "nunca",
        )
        for row in rows
    ]


def _save(ports: Ports, canned_id: int) -> Response:
    who = permitted("canned.handle")
    file = _file()
    typed = _typed(file if isinstance(file, SendableFile) else None)
    if isinstance(file, Denied):
        return _page(ports, problem=file.reason, open_id=canned_id, typed=typed)
    with ports.db.transaction() as session:
        done = save_canned(session, who, typed, canned_id if canned_id <= LARGEST_ID else LARGEST_ID)
    if isinstance(done, Denied):
        return _page(ports, problem=done.reason, open_id=canned_id, typed=typed)
    return redirect(url_for("console.canned", _anchor=f"r{done.message_id}"), 303)


def _file() -> SendableFile | Denied | None:
    upload = request.files.get("file")
    return sendable_file(upload.filename, upload.read()) if upload is not None and upload.filename else None


def _typed(file: SendableFile | None) -> CannedForm:
    form = request.form
    return CannedForm(
        form.get("shortcut", "").strip().removeprefix("/").casefold(),
        form.get("title", "").replace("\x00", "").strip(),
        clean_text(form.get("text", "")),
        tuple(form.getlist("queues")),
        "active" in form,
        file,
        "drop_file" in form,
    )


def _delete(ports: Ports, canned_id: int) -> Response:
    who = permitted("canned.handle")
    with ports.db.transaction() as session:
        done = delete_canned(session, who, min(canned_id, LARGEST_ID))
    if isinstance(done, Denied):
        return _page(ports, problem=done.reason)
    return redirect(url_for("console.canned"), 303)
