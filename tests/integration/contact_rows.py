"""What a contact's row and its names say, for tests."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.contact import ContactAlias


def phones_of(session: Session, contact_id: int) -> tuple[str, ...]:
    """The contact's phones as match keys; none where WhatsApp hides the number."""
    keys = select(ContactAlias.value).where(ContactAlias.contact_id == contact_id, ContactAlias.kind == "match_key")
    return tuple(session.scalars(keys))
