"""Finds or makes the contact behind the names that a channel gives."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.phone import match_key
from models import utc_now
from models.contact import ContactAlias
from webhooks.aliases import add_names, find, lock_names, names_of, numbers_of, taken
from webhooks.channels.ports import Recipient
from webhooks.cleaning import name_of
from webhooks.items import Sender

log = logging.getLogger(__name__)

_ADD = text(
    "INSERT INTO contact (channel, profile_name, created_at) VALUES (:channel, :profile_name, :now) RETURNING id"
)
_ANSWERS_TO = text(
    "SELECT kind, value FROM contact_alias WHERE contact_id = :contact AND kind IN ('wa_id', 'bsuid', 'address')"
    " ORDER BY seen_at, id"
)
_CALL = text("UPDATE contact SET profile_name = :profile_name WHERE id = :contact")


def resolve_contact(session: Session, channel: str, sender: Sender) -> int:
    """The contact's id; its names are locked until the end of the transaction and brought up to date.

    A person is known again by phone in either form of the ninth digit, by BSUID, or by the parent BSUID of the
    enterprise where nothing else is known. Where two names point to two contacts, the phone wins and nothing is merged.
    A BSUID of either kind never leads a number to the contact of another number: WhatsApp gives a new BSUID with a new
    number, so these are two people, and the first one's proof is not the other's.

    Two webhooks that know one person by different names may come this
    far side by side: the conversation's row is what makes them wait.
    """
    names = names_of(sender)
    lock_names(session, channel, names)
    known = find(session, channel, names)
    called = sender.profile_name[:200]
    if known is None:
        row = {"channel": channel, "profile_name": called, "now": utc_now()}
        contact_id = int(session.execute(_ADD, row).scalar_one())
        add_names(session, channel, contact_id, names)
        return contact_id
    # Nothing is written for a name that is the latest of its kind already: it stays what we answer to.
    if any(known.latest.get(kind) != value for kind, value in names):
        add_names(session, channel, known.contact_id, names)
    if called and called != known.profile_name:
        session.execute(_CALL, {"profile_name": called, "contact": known.contact_id})
    return known.contact_id


def recipient_of(session: Session, contact_id: int) -> Recipient:
    """The name to answer to: exactly as the channel gave it last, never one of our own making."""
    aliases = session.execute(_ANSWERS_TO, {"contact": contact_id})
    latest = {kind: value for kind, value in aliases}
    return Recipient(latest.get("wa_id", ""), latest.get("bsuid", ""), latest.get("address", ""))


def remember_wa_id(session: Session, contact_id: int, channel: str, wa_id: str) -> None:
    """Keeps the number that the channel says it reached the contact by: Brazilian ones may be rewritten with or without
    the ninth digit. Changes nothing when it is empty, known, another line's than the contact's, or somebody else's."""
    if wa_id and not _bind_number(session, contact_id, channel, wa_id, match_key(wa_id, is_wa_id=True)):
        log.info("contact %s was reached by a number that is not theirs by what we know", contact_id)


def bind_shared_phone(session: Session, contact_id: int, channel: str, payload: Mapping[str, Any]) -> bool:
    """Gives the contact the number that they sent when we asked for it. True when it is theirs from now on.

    `payload` is the message as the channel wrote it. Only the answer to our request binds anything: WhatsApp marks it
    with its origin, and it holds the sender's own number. A card from the address book is somebody else's, and so is
    one that was passed on. Neither does a number that another contact has, nor a second one: nothing is merged. May be
    called again.
    """
    cards = [card for card in payload.get("contacts") or () if isinstance(card, Mapping)]
    context = payload.get("context")
    if isinstance(context, Mapping) and (context.get("forwarded") or context.get("frequently_forwarded")):
        return False
    if len(cards) != 1 or cards[0].get("origin") != "contact_request":
        return False
    phones = [phone for phone in cards[0].get("phones") or () if isinstance(phone, Mapping)]
    if len(phones) != 1:
        return False
    wa_id, written = name_of(phones[0].get("wa_id")), str(phones[0].get("phone") or "")
    key = match_key(wa_id, is_wa_id=True) if wa_id else match_key(written)
    if wa_id and written and match_key(written) not in {None, key}:
        return False
    return _bind_number(session, contact_id, channel, wa_id, key)


def _bind_number(session: Session, contact_id: int, channel: str, wa_id: str, key: str | None) -> bool:
    """`wa_id` is kept as an address to answer to, the key only to find the contact by."""
    names = [(kind, value) for kind, value in (("match_key", key or ""), ("wa_id", wa_id)) if value]
    if not names:
        return False
    lock_names(session, channel, names)
    known = set(numbers_of(session, contact_id).values())
    if known - {key or wa_id} or taken(session, channel, contact_id, names):
        return False
    have = select(ContactAlias.kind, ContactAlias.value).where(ContactAlias.contact_id == contact_id)
    new = set(names) - {(kind, value) for kind, value in session.execute(have)}
    if new:
        add_names(session, channel, contact_id, sorted(new))
    return True
