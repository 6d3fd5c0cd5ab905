"""Turns a voice note into words once its bytes are here, and lets the turn that waited for them go on."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.db import Database
from core.errors import Misconfigured, Refused
from core.later import Later
from core.media_store import MediaStore
from handoff.suggestions import plan_suggestion
from models import utc_now
from models.alert import end_alert, raise_alert
from models.outbox import add_work
from nlu.transcription import Transcriber, Transcript

log = logging.getLogger(__name__)

ALERT = "transcription.stopped"
NOT_HEARD = "Áudios não estão sendo transcritos: confira TRANSCRIPTION_MODEL e MEDIA_STORE"
# Fetching brings the work forward; this is only how often it looks by itself.
LOOK_AGAIN_SECONDS = 3600.0
# Sixteen kilobytes a second are far more than any voice note has: five minutes and not a film.
MOST_BYTES = 5 * 1024 * 1024
NOTHING = Transcript("", 0.0, 0.0, "")

_READ = text(
    "SELECT message.transcript, message.conversation_id, attachment.state, attachment.stored_as, attachment.size,"
    " attachment.mime_type FROM message JOIN attachment ON attachment.id = attachment_id WHERE message.id = :id"
)
_WRITE = text(
    "UPDATE message SET transcript = :text, transcript_confidence = :confidence"
    " WHERE id = :id AND coalesce(transcript, '') = ''"
)
_WAITING = text(
    "SELECT conversation_id, received_at, handler FROM message JOIN conversation ON conversation.id = conversation_id"
    " WHERE message.id = :id AND direction = 'in' AND handled_at IS NULL"
)


@dataclass(frozen=True)
class Hearing:
    """What transcribing needs; `transcriber` is None where no engine is configured."""

    db: Database
    store: MediaStore
    transcriber: Transcriber | None
    language: str
    debounce: timedelta


def transcribe(message_id: int, *, hearing: Hearing) -> None:
    """Writes down what the message says, and plans the turn. May be called again.

    What cannot be heard has an empty transcript: nobody is to wait for it.
    """
    with hearing.db.statements() as connection:
        row = connection.execute(_READ, {"id": message_id}).one_or_none()
    if row is not None and row.state == "wanted":
        raise Later(LOOK_AGAIN_SECONDS, "the file is not here yet")
    heard = _hear(row, hearing) if row is not None and not row.transcript else None
    with hearing.db.transaction() as session:
        if heard is not None:
            end_alert(session, ALERT, "", by="transcribe")
        _go_on(session, message_id, heard or NOTHING, hearing.debounce)


def go_on_without(message_id: int, *, hearing: Hearing) -> None:
    """It could not be heard, however often it was tried: the turn goes on without its words."""
    with hearing.db.transaction() as session:
        _go_on(session, message_id, NOTHING, hearing.debounce)


def _hear(row: Any, hearing: Hearing) -> Transcript | None:
    if hearing.transcriber is None or row.state != "here" or row.size > MOST_BYTES:
        return None
    try:
        data = hearing.store.get(row.stored_as)
        return hearing.transcriber.transcribe(data, row.mime_type, hearing.language)
    except Refused as failure:
        log.warning("a voice note of conversation %s cannot be heard: %s", row.conversation_id, failure)
    except Misconfigured as failure:
        with hearing.db.transaction() as session:
            raise_alert(session, ALERT, "", f"{NOT_HEARD} ({failure.code})", detail={"code": failure.code})
    return None


def _go_on(session: Session, message_id: int, heard: Transcript, debounce: timedelta) -> None:
    """Plans the turn if the message still waits, not before fragments that follow it had their time to come."""
    session.execute(_WRITE, {"id": message_id, "text": heard.text, "confidence": heard.confidence})
    waiting = session.execute(_WAITING, {"id": message_id}).one_or_none()
    if waiting is not None:
        left = (waiting.received_at + debounce - utc_now()).total_seconds()
        add_work(session, "turn", waiting.conversation_id, after_seconds=max(0.0, left))
        if heard.text and waiting.handler in ("queue", "agent"):
            plan_suggestion(session, waiting.conversation_id, max(0.0, left))
