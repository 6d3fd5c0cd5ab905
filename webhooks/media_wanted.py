"""A message came with a file: the duty to fetch it, and to hear it, stands in the same transaction as the message."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from core.db import wake
from core.file_name import plain_name
from models import utc_now
from models.outbox import QUEUE_OF
from webhooks.channels.ports import MediaRef

# Fetching brings it forward. Until then there is nothing to hear.
HEARD_WITHIN_SECONDS = 3600

# One statement: nothing is added where the message has its file already, or is not there.
_WANT = text(
    "WITH mine AS (SELECT id, kind, direction FROM message WHERE channel = :channel AND provider_id = :provider_id"
    " AND attachment_id IS NULL FOR UPDATE),"
    " file AS (INSERT INTO attachment (filename, mime_type, sha256, size, state, origin, created_at)"
    " SELECT :filename, :mime_type, '', 0, 'wanted', :origin, :now FROM mine RETURNING id),"
    " linked AS (UPDATE message SET attachment_id = file.id FROM file, mine WHERE message.id = mine.id)"
    " INSERT INTO outbox (queue, topic, ref_id, run_after, tries)"
    " SELECT :fetch_queue, 'fetch_media', id, CAST(:now AS timestamptz), 0 FROM file UNION ALL"
    " SELECT :hear_queue, 'transcribe', id, CAST(:now AS timestamptz) + make_interval(secs => :hear), 0 FROM mine"
    " WHERE :transcribes AND kind = 'audio' AND direction = 'in'"
).bindparams(bindparam("origin", type_=JSONB))


def want_media(session: Session, channel: str, provider_id: str, media: MediaRef, *, transcribes: bool) -> None:
    """Adds the file that the message `provider_id` is to get, and the work of fetching it; called again, nothing.

    The message is a customer's, or one that a person sent from the phone's own app. `transcribes`: a customer's voice
    note is to be heard too, and its turn waits for that (bot/stillness.py).
    """
    row: dict[str, Any] = {
        "channel": channel,
        "provider_id": provider_id,
        "filename": plain_name(media.filename),
        "mime_type": media.mime_type[:100],
        "origin": {name: value for name, value in asdict(media).items() if value},
        "now": utc_now(),
        "fetch_queue": QUEUE_OF["fetch_media"],
        "hear_queue": QUEUE_OF["transcribe"],
        "hear": HEARD_WITHIN_SECONDS,
        "transcribes": transcribes,
    }
    session.execute(_WANT, row)
    wake(session, QUEUE_OF["fetch_media"])
