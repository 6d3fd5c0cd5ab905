"""Fetches a customer's file while its channel still has it, checks what it is, and puts it into the media store."""

from __future__ import annotations

import base64
import binascii
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.db import Database
from core.errors import Failure, Misconfigured, Refused, Unreachable
from core.file_types import type_of
from core.later import Later
from core.locks import hold
from core.media_store import MediaStore, key_of
from models import utc_now
from models.alert import end_alert, raise_alert
from models.attachment import Attachment
from models.outbox import hasten
from webhooks.channels.ports import Fetched, MediaRef, MediaSource

MEGABYTE = 1024 * 1024
# Twice what WhatsApp lets a business send: what customers send is not held to the same numbers.
LIMITS = {"sticker": MEGABYTE, "image": 10 * MEGABYTE, "audio": 32 * MEGABYTE, "video": 32 * MEGABYTE}
# After this Meta has forgotten the id. Twilio keeps files, but a week of failures will not end either.
LIFE = timedelta(days=7)
SOONEST_SECONDS = 2.0
LATEST_SECONDS = 3600.0
NO_CHANNEL_SECONDS = 300.0
DELETION_FIRST_SECONDS = 2.0
GONE = "media_gone"
ALERT = "media.fetch"
NOT_FETCHED = "Arquivos de clientes não estão sendo baixados: confira o acesso ao canal e MEDIA_STORE"
ENDINGS = {"audio/ogg": ".ogg", "audio/amr": ".amr", "image/webp": ".webp", "image/jpeg": ".jpg", "video/3gpp": ".3gp"}
NAMES = {"image": "imagem", "sticker": "figurinha", "audio": "audio", "video": "video"}

_READ = text(
    "SELECT attachment.state, attachment.origin, attachment.filename, attachment.error, attachment.created_at,"
    " message.channel, message.kind, message.id AS message_id"
    " FROM attachment JOIN message ON message.attachment_id = attachment.id WHERE attachment.id = :id"
)
_BEING_DELETED = text(
    "SELECT EXISTS (SELECT FROM attachment WHERE stored_as = :key AND state NOT IN ('wanted', 'here'))"
)


@dataclass(frozen=True)
class MediaDesk:
    """What fetching needs: where files come from by channel, where they go, how large, and how long they are kept."""

    db: Database
    sources: Mapping[str, MediaSource]
    store: MediaStore
    most_bytes: int
    keep: timedelta


def fetch_media(attachment_id: int, *, desk: MediaDesk) -> None:
    """Brings the file here if it is still wanted. May be called again at any time, and killed at any line.

    Raises Unreachable with a growing wait while the channel does not give it; after a week it is lost.
    """
    with desk.db.statements() as connection:
        row = connection.execute(_READ, {"id": attachment_id}).one_or_none()
    if row is None or row.state != "wanted":
        return
    source = desk.sources.get(row.channel)
    if source is None:
        raise Later(NO_CHANNEL_SECONDS, f"channel {row.channel} is not configured")
    ref = MediaRef(**row.origin)
    limit = min(desk.most_bytes, LIMITS.get(row.kind, desk.most_bytes))
    try:
        fetched = source.fetch(ref, limit=limit)
        _check(fetched, ref, limit, seen_before=row.error == "media_hash_mismatch")
        _keep(desk, attachment_id, fetched, row)
    except Refused as failure:
        _settle(desk.db, attachment_id, row.message_id, "lost" if failure.code == GONE else "refused", failure.code)
    except (Unreachable, Misconfigured) as failure:
        _try_again(desk.db, attachment_id, row, failure)


def _check(fetched: Fetched, ref: MediaRef, limit: int, *, seen_before: bool) -> None:
    """Raises where these are not the bytes that were promised: the first time it may have been the transport."""
    if not fetched.data:
        raise Unreachable("media_empty")
    if len(fetched.data) > limit:
        raise Refused("media_too_large")
    digest = hashlib.sha256(fetched.data).hexdigest()
    promised = {_hex(value) for value in (ref.sha256, fetched.detail.get("sha256", ""))} - {""}
    if promised and digest not in promised:
        raise Refused("media_hash_mismatch") if seen_before else Unreachable("media_hash_mismatch")


def _hex(digest: str) -> str:
    """A SHA-256 digest in hexadecimal; Meta writes it in base64 in webhooks and in either form in the API."""
    if len(digest) == 64:
        return digest.lower()
    try:
        return base64.b64decode(digest, validate=True).hex()
    except (binascii.Error, ValueError):
        return ""


def _keep(desk: MediaDesk, attachment_id: int, fetched: Fetched, row: Any) -> None:
    key = key_of(fetched.data)
    with desk.db.transaction() as session:
        _reserve(session, attachment_id, key)
    desk.store.put(fetched.data)
    with desk.db.transaction() as session:
        attachment = session.get_one(Attachment, attachment_id, with_for_update=True)
        if attachment.state != "wanted":
            return
        attachment.state, attachment.error = "here", None
        attachment.sha256, attachment.size = key.rpartition("/")[2], len(fetched.data)
        attachment.mime_type = type_of(fetched.data)
        attachment.filename = row.filename or _name(row.kind, attachment.mime_type)
        attachment.expires_at = utc_now() + desk.keep
        hasten(session, "transcribe", row.message_id)
        end_alert(session, ALERT, row.channel, by="fetch_media")


def _reserve(session: Session, attachment_id: int, key: str) -> None:
    """Says that this key is needed, before the bytes are there: expiry looks for that under the same lock, so a file
    that two customers sent is never deleted while the second one's arrives."""
    hold(session, f"media/{key}")
    if session.execute(_BEING_DELETED, {"key": key}).scalar_one():
        raise Later(DELETION_FIRST_SECONDS, "the same file is just being deleted")
    session.get_one(Attachment, attachment_id).stored_as = key


def _name(kind: str, mime_type: str) -> str:
    ending = ENDINGS.get(mime_type) or mimetypes.guess_extension(mime_type) or ""
    return f"{NAMES.get(kind, 'arquivo')}{ending}"


def _settle(db: Database, attachment_id: int, message_id: int, state: str, error: str) -> None:
    """It will not come. Whoever waited to hear it need not wait longer."""
    with db.transaction() as session:
        attachment = session.get_one(Attachment, attachment_id, with_for_update=True)
        if attachment.state == "wanted":
            attachment.state, attachment.error = state, error
        hasten(session, "transcribe", message_id)


def _try_again(db: Database, attachment_id: int, row: Any, failure: Failure) -> None:
    """The row says why it is not here yet; the waits grow with its age, since channels block who fails too often."""
    age = utc_now() - row.created_at
    if age > LIFE:
        _settle(db, attachment_id, row.message_id, "lost", failure.code)
        return
    with db.transaction() as session:
        session.get_one(Attachment, attachment_id).error = failure.code
        if isinstance(failure, Misconfigured):
            raise_alert(session, ALERT, row.channel, f"{NOT_FETCHED} ({failure.code})", detail={"code": failure.code})
    wait = max(_wait(age), failure.retry_after or 0)
    raise Unreachable(failure.code, failure.detail, retry_after=wait) from failure


def _wait(age: timedelta) -> float:
    return min(LATEST_SECONDS, max(SOONEST_SECONDS, age.total_seconds() / 2))
