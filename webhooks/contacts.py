"""Finds or makes the contact behind the names that a channel gives."""

from __future__ import annotations

import hashlib

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.phone import match_key
from models import utc_now
from models.contact import Contact, ContactAlias
from webhooks.channels.ports import Recipient
from webhooks.items import Sender


def resolve_contact(session: Session, channel: str, sender: Sender) -> Contact:
    """The contact, locked until the end of the transaction; its names are brought up to date.

    A person is known again by phone in either form of the ninth digit, or by BSUID. Where two names point to two
    contacts, the phone wins and nothing is merged. A BSUID never leads a number to the contact of another number:
    WhatsApp gives a new BSUID with a new number, so these are two people, and the first one's proof is not the other's.
    """
    names = _names(sender)
    # Locks in one order, so that two webhooks of one person with different names wait instead of making two contacts.
    for lock in sorted({_lock_number(channel, kind, value) for kind, value in names}):
        session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": lock})
    contact = _find(session, channel, names)
    if contact is not None:
        # Two webhooks may know one person by different names: past this point they come one after the other.
        session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _lock_number(channel, "id", str(contact.id))})
    if contact is None:
        contact = Contact(channel=channel, profile_name=sender.profile_name[:200])
        session.add(contact)
        session.flush()
    elif sender.profile_name and contact.profile_name != sender.profile_name[:200]:
        contact.profile_name = sender.profile_name[:200]
    now = utc_now()
    rows = [
        {"contact_id": contact.id, "channel": channel, "kind": kind, "value": value, "seen_at": now}
        for kind, value in names
    ]
    add = insert(ContactAlias).values(rows)
    session.execute(
        add.on_conflict_do_update(index_elements=["channel", "kind", "value"], set_={"seen_at": add.excluded.seen_at})
    )
    return contact


def recipient_of(session: Session, contact_id: int) -> Recipient:
    """The name to answer to: exactly as the channel gave it last, never one of our own making."""
    aliases = session.execute(
        select(ContactAlias.kind, ContactAlias.value)
        .where(ContactAlias.contact_id == contact_id, ContactAlias.kind.in_(("wa_id", "bsuid", "address")))
        .order_by(ContactAlias.seen_at)
    )
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


def _find(session: Session, channel: str, names: list[tuple[str, str]]) -> Contact | None:
    for kind, value in names:
        found = session.scalar(
            select(Contact)
            .join(ContactAlias)
            .where(ContactAlias.channel == channel, ContactAlias.kind == kind, ContactAlias.value == value)
        )
        if found and not (kind == "bsuid" and _is_of_another_number(session, found.id, names)):
            return found
    return None


def _is_of_another_number(session: Session, contact_id: int, names: list[tuple[str, str]]) -> bool:
    """Whether the sender's phone is told and the contact has only other ones: then it was looked for in vain before."""
    phones = ("match_key", "wa_id")
    if not any(kind in phones for kind, _ in names):
        return False
    known = select(ContactAlias.id).where(ContactAlias.contact_id == contact_id, ContactAlias.kind.in_(phones))
    return session.scalar(known.limit(1)) is not None


def _lock_number(channel: str, kind: str, value: str) -> int:
    digest = hashlib.blake2b(f"{channel}/{kind}/{value}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
