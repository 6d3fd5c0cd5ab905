"""The acts of the composer and of a bubble, as values of a form: reply, note, file, again, reaction, tags, macro."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, request
from sqlalchemy.orm import Session

from handoff.console.framing import form_token
from handoff.console.ports import Ports, attendant, row_id
from handoff.outcome import Denied, Done
from handoff.writing.again import send_again
from handoff.writing.files import send_file, sendable_file
from handoff.writing.macros import run_macro
from handoff.writing.marks import prioritise, tag, untag
from handoff.writing.mentions import write_note
from handoff.writing.quoting import react
from handoff.writing.sending import Written, send_written

WritingAct = Callable[[Session, int], Done | Denied]


def writing_acts(ports: Ports) -> dict[str, WritingAct]:
    """Each act by the end of its address."""
    return {
        "reply": lambda session, id_: send_written(session, id_, attendant(), _written(), now=ports.now()),
        "note": lambda session, id_: write_note(session, id_, attendant(), said("text"), form_token()),
        "send-file": lambda session, id_: _send_file(session, id_, ports),
        "again": lambda session, id_: send_again(session, id_, attendant(), number("message") or 0, now=ports.now()),
        "react": lambda session, id_: react(
            session, id_, attendant(), number("message") or 0, said("emoji"), form_token(), now=ports.now()
        ),
        "tag": lambda session, id_: tag(session, id_, attendant(), said("tag")),
        "untag": lambda session, id_: untag(session, id_, attendant(), said("tag")),
        "priority": lambda session, id_: prioritise(session, id_, attendant(), said("priority")),
        "macro": lambda session, id_: run_macro(
            session, id_, attendant(), number("macro") or 0, form_token(), now=ports.now(), language=ports.language
        ),
    }


def _send_file(session: Session, conversation_id: int, ports: Ports) -> Done | Denied:
    upload = request.files.get("file")
    if upload is None:
        abort(400, "O arquivo não chegou. Tente de novo.")
    file = sendable_file(upload.filename or "", upload.read())
    if isinstance(file, Denied):
        return file
    return send_file(
        session,
        conversation_id,
        attendant(),
        file,
        said("caption"),
        form_token(),
        quoted=number("quoted"),
        now=ports.now(),
    )


def _written() -> Written:
    ids = [id_ for part in said("canned").split(",") if (id_ := row_id(part))]
    return Written(said("text"), form_token(), number("quoted"), tuple(ids[:20]), number("file_of"))


def said(name: str) -> str:
    """The field of that name as it came."""
    return request.form.get(name, "")


def number(name: str) -> int | None:
    """The field of that name as the number of a row; None where it is none."""
    return row_id(said(name)) or None
