"""Finds or makes the contact behind the names that a channel gives."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.phone import match_key
from models import utc_now
from models.alert import raise_alert
from models.contact import ContactAlias
from webhooks.channels.ports import Recipient
from webhooks.items import Sender

# All statements of intake are written out: they run for every message, and the fewer they are the more are taken in.
_LOCK = text("SELECT pg_advisory_xact_lock(number) FROM unnest(CAST(:locks AS bigint[])) AS number")
# Every name of the contact that the first of these names points to, the one seen last at the end.
_FIND = text(
    "SELECT contact.id, contact.profile_name, alias.kind, alias.value"
    " FROM contact JOIN contact_alias AS alias ON alias.contact_id = contact.id WHERE contact.id ="
    " (SELECT known.contact_id FROM contact_alias AS known"
    " JOIN unnest(CAST(:kinds AS text[]), CAST(:values AS text[])) WITH ORDINALITY AS given (kind, value, place)"
    " ON known.kind = given.kind AND known.value = given.value"
    " WHERE known.channel = :channel AND NOT (given.kind = 'bsuid' AND :number_told AND EXISTS"
    " (SELECT FROM contact_alias AS number WHERE number.contact_id = known.contact_id"
    " AND number.kind IN ('match_key', 'wa_id')))"
    " ORDER BY given.place LIMIT 1)"
    " ORDER BY alias.seen_at"
)
_NAME = text(
    "INSERT INTO contact_alias (contact_id, channel, kind, value, seen_at)"
    " SELECT CAST(:contact AS integer), :channel, kind, value, :now"
    " FROM unnest(CAST(:kinds AS text[]), CAST(:values AS text[])) AS given (kind, value)"
    " ON CONFLICT (channel, kind, value) DO UPDATE SET seen_at = excluded.seen_at"
)
_ADD = text(
    "INSERT INTO contact (channel, profile_name, created_at) VALUES (:channel, :profile_name, :now) RETURNING id"
)
_OWNERS = text(
    "SELECT known.contact_id FROM contact_alias AS known"
    " JOIN unnest(CAST(:kinds AS text[]), CAST(:values AS text[])) AS given (kind, value)"
    " ON known.kind = given.kind AND known.value = given.value WHERE known.channel = :channel"
)
_ANSWERS_TO = text(
    "SELECT kind, value FROM contact_alias WHERE contact_id = :contact AND kind IN ('wa_id', 'bsuid', 'address')"
    " ORDER BY seen_at"
)
_CALL = text("UPDATE contact SET profile_name = :profile_name WHERE id = :contact")


def resolve_contact(session: Session, channel: str, sender: Sender) -> int:
    """The contact's id; its names are locked until the end of the transaction and brought up to date.

    A person is known again by phone in either form of the ninth digit, or by BSUID. Where two names point to two
    contacts, the phone wins and nothing is merged. A BSUID never leads a number to the contact of another number:
    WhatsApp gives a new BSUID with a new number, so these are two people, and the first one's proof is not the other's.

    Two webhooks that know one person by different names may come this
    far side by side: the conversation's row is what makes them wait.
    """
    names = _names(sender)
    # Locks in one order, so that two webhooks of one person with different names wait instead of making two contacts.
    session.execute(_LOCK, {"locks": sorted({_lock_number(channel, kind, value) for kind, value in names})})
    row = {
        "channel": channel,
        "kinds": [kind for kind, _ in names],
        "values": [value for _, value in names],
        "number_told": bool(sender.wa_id),
        "profile_name": sender.profile_name[:200],
        "now": utc_now(),
    }
    known = session.execute(_FIND, row).all()
    if not known:
        contact_id = session.execute(_ADD, row).scalar_one()
        session.execute(_NAME, {**row, "contact": contact_id})
        return int(contact_id)
    contact_id, profile_name = known[0].id, known[0].profile_name
    latest = {alias.kind: alias.value for alias in known}
    # Nothing is written for a name that is the latest of its kind already: it stays what we answer to.
    if any(latest.get(kind) != value for kind, value in names):
        session.execute(_NAME, {**row, "contact": contact_id})
    if row["profile_name"] and row["profile_name"] != profile_name:
        session.execute(_CALL, {**row, "contact": contact_id})
    return int(contact_id)


def rename_contact(session: Session, channel: str, old: Sender, new: Sender, at: datetime) -> int | None:
    """Gives the contact that is known by the `old` names the `new` ones too, and returns its id; None where nobody is
    known by them. Where a new name is somebody else's already nothing is merged: an alert tells people. May be called
    again."""
    before, names = _names(old), _names(new)
    session.execute(_LOCK, {"locks": sorted({_lock_number(channel, kind, value) for kind, value in before + names})})
    row = {
        "channel": channel,
        "kinds": [kind for kind, _ in before],
        "values": [value for _, value in before],
        "number_told": bool(old.wa_id),
    }
    known = session.execute(_FIND, row).all()
    if not known:
        return None
    contact_id = int(known[0].id)
    named = {"channel": channel, "kinds": [kind for kind, _ in names], "values": [value for _, value in names]}
    others = set(session.execute(_OWNERS, named).scalars()) - {contact_id}
    if others:
        text_ = "Um cliente mudou para um número que já é de outro contato; nada foi juntado"
        raise_alert(session, "contact.conflict", f"contact:{contact_id}", text_, detail={"others": sorted(others)})
        return contact_id
    session.execute(_NAME, {**named, "contact": contact_id, "now": at})
    return contact_id


def recipient_of(session: Session, contact_id: int) -> Recipient:
    """The name to answer to: exactly as the channel gave it last, never one of our own making."""
    aliases = session.execute(_ANSWERS_TO, {"contact": contact_id})
    latest = {kind: value for kind, value in aliases}
    return Recipient(latest.get("wa_id", ""), latest.get("bsuid", ""), latest.get("address", ""))


def phones_of(session: Session, contact_id: int) -> tuple[str, ...]:
    """The contact's phones as match keys; none where WhatsApp hides the number."""
    keys = select(ContactAlias.value).where(ContactAlias.contact_id == contact_id, ContactAlias.kind == "match_key")
    return tuple(session.scalars(keys))


def _names(sender: Sender) -> list[tuple[str, str]]:
    key = match_key(sender.wa_id, is_wa_id=True) if sender.wa_id else None
    names = [
        ("match_key", key or ""),
        ("wa_id", sender.wa_id),
        ("bsuid", sender.bsuid),
        ("address", sender.address),
    ]
    return [(kind, value) for kind, value in names if value]


def _lock_number(channel: str, kind: str, value: str) -> int:
    digest = hashlib.blake2b(f"{channel}/{kind}/{value}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
