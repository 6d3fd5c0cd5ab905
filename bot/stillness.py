"""When the bot says nothing: a person answers from the phone, a voice note is being read, words were taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from bot.snapshot import Snapshot
from core.db import Database
from core.later import Later
from models import utc_now

# After that a voice note counts as one that cannot be heard: a person waits.
HEARING_TAKES = timedelta(seconds=60)

_SETTLE = text(
    "UPDATE message SET handled_at = :now, outcome = CASE WHEN revoked_at IS NULL THEN 'person' ELSE 'revoked' END"
    " WHERE conversation_id = :id AND direction = 'in' AND handled_at IS NULL AND (revoked_at IS NOT NULL OR"
    " coalesce(provider_at, received_at) <= (SELECT max(coalesce(provider_at, received_at)) FROM message"
    " WHERE conversation_id = :id AND direction = 'out' AND author = 'phone_app')) RETURNING id"
)


def without_settled(db: Database, snapshot: Snapshot) -> Snapshot:
    """The snapshot without what needs no answer of the bot's: what the customer took back, and what a person answered
    from the phone's own app. Both are settled."""
    if not snapshot.revoked and snapshot.quiet_until is None:
        return snapshot
    with db.transaction() as session:
        settled = set(session.scalars(_SETTLE, {"id": snapshot.conversation_id, "now": utc_now()}))
    left = tuple(message for message in snapshot.inbound if message.id not in settled)
    return replace(snapshot, inbound=left, revoked=())


def wait_if_told(snapshot: Snapshot, *, hears: bool) -> None:
    """Raises Later while a person speaks from the phone, or while a voice note of the turn is being read (`hears`:
    something reads them, and plans a turn as soon as it has). What the customer wrote stays waiting."""
    now = utc_now()
    if snapshot.quiet_until and snapshot.quiet_until > now:
        raise Later((snapshot.quiet_until - now).total_seconds(), "a person answers from the phone")
    left = (snapshot.unheard_since + HEARING_TAKES - now).total_seconds() if hears and snapshot.unheard_since else 0
    if left > 0:
        raise Later(left, "a voice note is being read")
