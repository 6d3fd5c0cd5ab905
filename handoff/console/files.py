"""Files of a conversation: only for those who may see it, and every look is written down."""

from __future__ import annotations

from functools import partial
from io import BytesIO

from flask import Blueprint, abort, send_file
from sqlalchemy import select
from werkzeug.wrappers import Response

from handoff import audit
from handoff.console.bubbles import SHOWN_TYPES
from handoff.console.ports import Ports, attendant
from handoff.console.thread import LARGEST_ID, seen
from models.attachment import Attachment
from models.message import Message

NO_FILE = "Este arquivo não existe."


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the download."""
    where = "/c/<int:conversation_id>/files/<int:message_id>"
    blueprint.add_url_rule(where, "file", partial(_file, ports))


def _file(ports: Ports, conversation_id: int, message_id: int) -> Response:
    with ports.db.transaction() as session:
        seen(session, conversation_id, attendant())
        if message_id > LARGEST_ID:
            abort(404, NO_FILE)
        found = session.execute(
            select(Attachment.id, Attachment.filename, Attachment.mime_type, Attachment.data)
            .join(Message, Message.attachment_id == Attachment.id)
            .where(Message.id == message_id, Message.conversation_id == conversation_id)
        ).one_or_none()
        if found is None:
            abort(404, NO_FILE)
        audit.record(
            session, attendant().login, "attachment.viewed", f"conversation:{conversation_id}", attachment_id=found.id
        )
    picture = found.mime_type in SHOWN_TYPES
    # The type came from outside: a file that a browser could run as a page is only ever saved.
    response = send_file(
        BytesIO(found.data),
        mimetype=found.mime_type if picture or found.mime_type == "application/pdf" else "application/octet-stream",
        as_attachment=not picture,
        download_name=found.filename or "arquivo",
        max_age=0,
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=600"
    return response
