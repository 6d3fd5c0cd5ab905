"""The contact's open conversation: found and locked, or opened with its protocol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.dates import local_date
from handoff.life.reopening import still_theirs
from models import utc_now
from models.conversation import open_conversation, protocol_of
from models.provider import FALLBACK_ZONE

_FIND = text(
    "SELECT id, handler, quiet_until, snoozed_until IS NOT NULL AS asleep FROM conversation"
    " WHERE contact_id = :contact AND handler <> 'closed' FOR UPDATE"
)
_BEFORE_OPENING = text(
    "SELECT EXISTS (SELECT FROM message WHERE channel = :channel AND provider_id = :provider_id) AS known,"
    " (SELECT timezone FROM provider ORDER BY id LIMIT 1) AS timezone, nextval('protocol_seq') AS number"
)


@dataclass(frozen=True)
class Place:
    """An open conversation, or one that people closed a while ago and that may go on. Its row stays locked until the
    transaction ends: closing it or giving it back to the bot at this very moment must not leave a message without an
    owner."""

    id: int
    handler: str
    quiet_until: datetime | None = None
    asleep: bool = False


def find_open(session: Session, contact_id: int) -> Place | None:
    """The contact's open conversation, or None."""
    found = session.execute(_FIND, {"contact": contact_id}).one_or_none()
    return Place(found.id, found.handler, found.quiet_until, found.asleep) if found else None


def go_on_or_open(session: Session, contact_id: int, channel: str, provider_id: str, now: datetime) -> Place | None:
    """As `find_or_open` where none is open, but where people closed the last one a while ago, that one: it may be
    reopened."""
    ended = still_theirs(session, contact_id, now)
    return Place(ended.id, ended.handler) if ended else find_or_open(session, contact_id, channel, provider_id)


def find_or_open(session: Session, contact_id: int, channel: str, provider_id: str) -> Place | None:
    """The contact's open conversation, or a new one of the bot.

    None when there is none and the message `provider_id` came before: a repeated delivery opens nothing.
    """
    if found := find_open(session, contact_id):
        return found
    new = session.execute(_BEFORE_OPENING, {"channel": channel, "provider_id": provider_id}).one()
    if new.known:
        return None
    today = local_date(utc_now(), new.timezone or FALLBACK_ZONE)
    protocol = protocol_of(f"{today:%Y%m%d}", new.number)
    opened = open_conversation(session, contact_id, channel, protocol)
    # Somebody who knows the person by another name was faster: it is there now.
    return Place(opened, "bot") if opened else find_or_open(session, contact_id, channel, provider_id)
