"""News about who writes: other names, another phone behind the same number, what they want to receive."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.consent import Consent
from models.contact import Contact
from webhooks.cleaning import name_of
from webhooks.contacts import rename_contact, resolve_contact
from webhooks.effects.conversations import find_open
from webhooks.effects.here import Here, keep
from webhooks.effects.told import tell
from webhooks.items import ContactRenamed, IdentityChanged, PreferenceChanged

RENAMED = "O WhatsApp avisou que o cliente mudou de número ou de identificação; é a mesma pessoa."
OTHER_PHONE = "O WhatsApp avisou: este número está em outro aparelho. Confira com quem está falando."


def contact_renamed(session: Session, item: ContactRenamed, here: Here) -> None:
    """The contact goes by the new names too. Nothing is opened; somebody whom we do not know is left alone."""
    contact_id = rename_contact(session, item.channel, item.old, item.new, item.at)
    if contact_id is None:
        keep(session, here, "messages.system", "ignored", "nobody is known by the old name", item.payload)
        return
    place = find_open(session, contact_id)
    if place:
        name = name_of(item.payload.get("id"))
        tell(session, place.id, item.channel, "renamed", RENAMED, name, item.at, here)


def identity_changed(session: Session, item: IdentityChanged, here: Here) -> None:
    """What was proved by whoever held the phone before is no longer believed; it is asked for again."""
    contact_id = resolve_contact(session, item.channel, item.sender)
    doubted = update(Contact).where(Contact.id == contact_id, Contact.proved_at < item.at)
    session.execute(doubted.values(proved_at=None, proved_by=None))
    place = find_open(session, contact_id)
    if place:
        name = name_of(item.payload.get("id"))
        tell(session, place.id, item.channel, "identity", OTHER_PHONE, name, item.at, here)
    else:
        keep(session, here, "messages.system", "ignored", "no conversation is open", item.payload)


def preference_changed(session: Session, item: PreferenceChanged, here: Here) -> None:
    """An entry in the register of consents, once for each time that the person decided: what was said is the proof."""
    contact_id = resolve_contact(session, item.channel, item.sender)
    mine = (Consent.contact_id == contact_id) & (Consent.source == item.source)
    if session.scalar(select(Consent.id).where(mine, Consent.proof["said"] == item.payload).limit(1)) is not None:
        return
    proof = {"webhook_event": here.event_id, "said": item.payload}
    row = Consent(
        contact_id=contact_id,
        purpose="marketing",
        decision=item.decision,
        source=item.source,
        at=item.at,
        proof=proof,
    )
    session.add(row)
