"""Which contact of ours is a customer: whom to write to of their own accord."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.contact import Contact

# The newest who is that customer, by what they proved or by their phone: by each of them, where a merge gave several,
# since what is written goes to the one that wrote last.
_CONTACT = text(
    "SELECT contact.id FROM customer JOIN contact ON contact.customer_ref = customer.ref OR (EXISTS (SELECT"
    " FROM contact_alias AS alias JOIN customer_phone AS phone ON phone.match_key = alias.value"
    " WHERE alias.kind = 'match_key' AND alias.contact_id = contact.id AND phone.customer_id = customer.id)"
    " AND NOT EXISTS (SELECT FROM contact_alias AS other WHERE other.kind = 'match_key'"
    " AND other.contact_id = contact.id AND other.value NOT IN"
    " (SELECT match_key FROM customer_phone WHERE customer_id = customer.id)))"
    " WHERE customer.ref = :ref"
    " ORDER BY contact.id IS NOT DISTINCT FROM CAST(:first AS integer) DESC, contact.id DESC LIMIT 1"
)


def contact_of(session: Session, customer_ref: str, *, first: int | None = None) -> Contact | None:
    """The contact to write to about this customer's contracts; None for one who never wrote to us, or whose number is
    not known. `first` is the contact with this id where that is one of the customer's."""
    found = session.scalar(_CONTACT, {"ref": customer_ref, "first": first})
    return None if found is None else session.get_one(Contact, found)
