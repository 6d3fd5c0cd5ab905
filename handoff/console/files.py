"""Files of a conversation: only for those who may see it, and every look is written down."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any

from flask import Blueprint, abort, request, send_file
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.errors import Misconfigured, Refused, Unreachable
from core.media_store import MediaStore
from handoff import audit
from handoff.console.attachments import SHOWN_TYPES
from handoff.console.ports import LARGEST_ID, Ports, attendant
from handoff.console.thread import seen
from handoff.console.whereabouts import back_to
from handoff.permits import may
from models.attachment import Attachment
from models.message import Message
from models.outbox import add_work, hasten
from models.payment_proof import PaymentProof

NO_FILE = "Este arquivo não existe."
NOT_HERE = "Este arquivo não está aqui: ainda não foi baixado, não pôde ser, ou o prazo de guarda terminou."
NO_STORE = "O armazenamento de arquivos não responde. Tente de novo em instantes."
# A player asks for a recording in many parts, and a page for its pictures each time: that is one look.
LOOKED_AGAIN = timedelta(hours=1)


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the file, and the wish to have it fetched once more."""
    where = "/c/<int:conversation_id>/files/<int:message_id>"
    blueprint.add_url_rule(where, "file", partial(_file, ports))
    blueprint.add_url_rule(f"{where}/retry", "file_retry", partial(_retry, ports), methods=["POST"])


def _file(ports: Ports, conversation_id: int, message_id: int) -> Response:
    with ports.db.transaction() as session:
        found = _found(session, conversation_id, message_id)
        if found.state != "here":
            abort(404, NOT_HERE)
        audit.record_once(
            session,
            attendant().login,
            "attachment.viewed",
            f"conversation:{conversation_id}",
            within=LOOKED_AGAIN,
            attachment_id=found.id,
        )
        data = found.data
    size = found.size if data is None else len(data)
    shown = found.mime_type in SHOWN_TYPES
    # The type is known from the bytes. What a browser could run as a page is only ever saved.
    response = send_file(
        BytesIO(data) if data is not None else _stream(ports.store, str(found.stored_as)),
        mimetype=found.mime_type if shown or found.mime_type == "application/pdf" else "application/octet-stream",
        as_attachment=not shown,
        download_name=found.filename or "arquivo",
        etag=found.sha256 or False,
        max_age=0,
        conditional=False,
    )
    response.content_length = size
    response.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=600"
    return response


def _stream(store: MediaStore, key: str) -> Any:
    try:
        return store.open(key)
    except Refused:
        abort(404, NO_FILE)
    except (Unreachable, Misconfigured):
        abort(503, NO_STORE)


def _retry(ports: Ports, conversation_id: int, message_id: int) -> Response:
    with ports.db.transaction() as session:
        attachment = _found(session, conversation_id, message_id)
        if attachment.state in {"wanted", "refused", "lost"} and attachment.origin:
            attachment.state, attachment.error = "wanted", None
            if not hasten(session, "fetch_media", attachment.id):
                add_work(session, "fetch_media", attachment.id)
            audit.record(
                session,
                attendant().login,
                "attachment.retried",
                f"conversation:{conversation_id}",
                attachment_id=attachment.id,
            )
    return back_to(conversation_id)


def _found(session: Session, conversation_id: int, message_id: int) -> Attachment:
    """The message's file, if this person may see it: its conversation, or it is a proof of payment that they decide on.
    Ends the request otherwise."""
    if not (may(attendant(), "proof.decide") and _is_proof(session, conversation_id, message_id)):
        seen(session, conversation_id, attendant())
    found = (
        message_id <= LARGEST_ID
        and session.scalars(
            select(Attachment)
            .join(Message, Message.attachment_id == Attachment.id)
            .where(Message.id == message_id, Message.conversation_id == conversation_id)
        ).one_or_none()
    )
    return found or abort(404, NO_FILE)


def _is_proof(session: Session, conversation_id: int, message_id: int) -> bool:
    here = PaymentProof.message_id == message_id, PaymentProof.conversation_id == conversation_id
    known = max(message_id, conversation_id) <= LARGEST_ID
    return known and session.scalar(select(PaymentProof.id).where(*here)) is not None
