"""The contact's open conversation: found and locked, or opened with its protocol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from models import utc_now
from models.conversation import protocol_of

_FIND = text(
    "SELECT id, handler, quiet_until FROM conversation WHERE contact_id = :contact AND handler <> 'closed' FOR UPDATE"
)
_BEFORE_OPENING = text(
    "SELECT EXISTS (SELECT FROM message WHERE channel = :channel AND provider_id = :provider_id) AS known,"
    " (SELECT timezone FROM provider ORDER BY id LIMIT 1) AS timezone, nextval('protocol_seq') AS number"
)
_OPEN = text(
    "INSERT INTO conversation (contact_id, channel, protocol, handler, version, dialogue, summary, opened_at)"
    " VALUES (:contact, :channel, :protocol, 'bot', 1, '{}', '', :now)"
    " ON CONFLICT (contact_id) WHERE handler <> 'closed' DO NOTHING RETURNING id"
)


@dataclass(frozen=True)
class Place:
    """An open conversation. Its row stays locked until the transaction ends: closing it or giving it back to the bot at
    this very moment must not leave a message without an owner."""

    id: int
    handler: str
    quiet_until: datetime | None = None


def find_open(session: Session, contact_id: int) -> Place | None:
    """The contact's open conversation, or None."""
    found = session.execute(_FIND, {"contact": contact_id}).one_or_none()
    return Place(found.id, found.handler, found.quiet_until) if found else None


def find_or_open(session: Session, contact_id: int, channel: str, provider_id: str) -> Place | None:
    """The contact's open conversation, or a new one of the bot.

    None when there is none and the message `provider_id` came before: a repeated delivery opens nothing.
    """
    if found := find_open(session, contact_id):
        return found
    new = session.execute(_BEFORE_OPENING, {"channel": channel, "provider_id": provider_id}).one()
    if new.known:
        return None
    now = utc_now()
    today = now.astimezone(ZoneInfo(new.timezone or "America/Sao_Paulo"))
    protocol = protocol_of(f"{today:%Y%m%d}", new.number)
    row = {"contact": contact_id, "channel": channel, "protocol": protocol, "now": now}
    opened = session.execute(_OPEN, row).one_or_none()
    # Somebody who knows the person by another name was faster: it is there now.
    return Place(opened.id, "bot") if opened else find_or_open(session, contact_id, channel, provider_id)
