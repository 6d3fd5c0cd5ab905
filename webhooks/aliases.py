"""The names that a channel knows people by, as rows: to lock them, to find whose they are, to add and to remove."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from core.locks import hold
from core.phone import match_key
from models import utc_now
from models.contact import ContactAlias, alias_lock
from webhooks.items import Sender

Name = tuple[str, str]
"""(kind, value), see `models.contact.ContactAlias`."""

NUMBERS = ("match_key", "wa_id")

# All statements of intake are written out: they run for every message, and the fewer they are the more are taken in.
# Every name of the contact that the first of these names points to, the one seen last at the end.
_FIND = text(
    "SELECT contact.id, contact.profile_name, alias.kind, alias.value"
    " FROM contact JOIN contact_alias AS alias ON alias.contact_id = contact.id WHERE contact.id ="
    " (SELECT known.contact_id FROM contact_alias AS known"
    " JOIN unnest(CAST(:kinds AS text[]), CAST(:values AS text[])) WITH ORDINALITY AS given (kind, value, place)"
    " ON known.kind = given.kind AND known.value = given.value"
    " WHERE known.channel = :channel AND NOT (given.kind NOT IN ('match_key', 'wa_id') AND :number_told AND EXISTS"
    " (SELECT FROM contact_alias AS number WHERE number.contact_id = known.contact_id"
    " AND number.kind IN ('match_key', 'wa_id')))"
    " ORDER BY given.place LIMIT 1)"
    " ORDER BY alias.seen_at, alias.id"
)
# A name of somebody else's stays theirs, and stays as it is.
_ADD = text(
    "INSERT INTO contact_alias (contact_id, channel, kind, value, seen_at)"
    " SELECT CAST(:contact AS integer), :channel, kind, value, :now"
    " FROM unnest(CAST(:kinds AS text[]), CAST(:values AS text[])) AS given (kind, value)"
    " ON CONFLICT (channel, kind, value) DO UPDATE SET seen_at = excluded.seen_at"
    " WHERE contact_alias.contact_id = excluded.contact_id"
)
_TAKEN = text(
    "SELECT EXISTS (SELECT FROM contact_alias AS known"
    " JOIN unnest(CAST(:kinds AS text[]), CAST(:values AS text[])) AS given (kind, value)"
    " ON known.kind = given.kind AND known.value = given.value"
    " WHERE known.channel = :channel AND known.contact_id <> :contact)"
)


@dataclass(frozen=True)
class Known:
    """A contact as its names are stored: the value seen last of each kind, and all of them."""

    contact_id: int
    profile_name: str
    latest: dict[str, str]
    names: frozenset[Name]


def names_of(sender: Sender) -> list[Name]:
    """What the sender can be known again by, the surest first. The parent BSUID comes last: it speaks of the person
    across the portfolios of an enterprise, and only finds somebody whom nothing else does."""
    key = match_key(sender.wa_id, is_wa_id=True) if sender.wa_id else None
    names = [
        ("match_key", key or ""),
        ("wa_id", sender.wa_id),
        ("bsuid", sender.bsuid),
        ("address", sender.address),
        ("parent_bsuid", sender.parent_bsuid),
    ]
    return [(kind, value) for kind, value in names if value]


def lock_names(session: Session, channel: str, names: Iterable[Name]) -> None:
    """Locks names until the end of the transaction, all in one order: two webhooks of one person under different names
    wait for each other instead of making two contacts."""
    hold(session, *(alias_lock(channel, kind, value) for kind, value in names))


def find(session: Session, channel: str, names: Collection[Name]) -> Known | None:
    """The contact that the first known name points to. Where a number is among the names, no other name leads to the
    contact of another number."""
    row = {**_columns(channel, names), "number_told": any(kind in NUMBERS for kind, _ in names)}
    found = session.execute(_FIND, row).all()
    if not found:
        return None
    latest = {alias.kind: alias.value for alias in found}
    return Known(found[0].id, found[0].profile_name, latest, frozenset((a.kind, a.value) for a in found))


def add_names(session: Session, channel: str, contact_id: int, names: Collection[Name]) -> None:
    """Gives the contact these names, seen now; those that are somebody else's are left to them."""
    session.execute(_ADD, {**_columns(channel, names), "contact": contact_id, "now": utc_now()})


def taken(session: Session, channel: str, contact_id: int, names: Collection[Name]) -> bool:
    """Whether any of these names is another contact's."""
    return bool(session.execute(_TAKEN, {**_columns(channel, names), "contact": contact_id}).scalar_one())


def numbers_of(session: Session, contact_id: int) -> dict[int, str]:
    """The number behind each alias of the contact that is one, by the alias' id; in one form for one line."""
    aliases = session.execute(
        select(ContactAlias.id, ContactAlias.kind, ContactAlias.value).where(ContactAlias.contact_id == contact_id)
    )
    read = {alias.id: number_in(alias.kind, alias.value) for alias in aliases}
    return {alias_id: number for alias_id, number in read.items() if number}


def number_in(kind: str, value: str) -> str:
    """The number that a name is, in one form for one line; empty where it is none."""
    if kind in NUMBERS:
        return match_key(value, is_wa_id=True) or value
    return (match_key(value) or "") if kind == "address" else ""


def remove_aliases(session: Session, ids: Collection[int]) -> None:
    """Takes names away for good: whoever comes under them next is somebody else."""
    session.execute(delete(ContactAlias).where(ContactAlias.id.in_(ids)))


def known_since(session: Session, contact_id: int) -> datetime:
    """When the contact sent the first message that is kept; else when we wrote to them first, or made the contact.

    One that a repeated webhook made has no message at all.
    """
    query = text(
        "SELECT coalesce(min(provider_at) FILTER (WHERE direction = 'in'),"
        " min(coalesce(provider_at, received_at)) FILTER (WHERE direction = 'out'), contact.created_at)"
        " FROM contact LEFT JOIN conversation ON conversation.contact_id = contact.id"
        " LEFT JOIN message ON message.conversation_id = conversation.id"
        " WHERE contact.id = :contact GROUP BY contact.id"
    )
    found: datetime = session.execute(query, {"contact": contact_id}).scalar_one()
    return found


def _columns(channel: str, names: Collection[Name]) -> dict[str, object]:
    return {"channel": channel, "kinds": [kind for kind, _ in names], "values": [value for _, value in names]}
