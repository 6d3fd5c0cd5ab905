"""News about who writes: other names, another phone behind the same number, what they want to receive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from handoff import consent
from webhooks.contacts import resolve_contact
from webhooks.effects.here import Here, keep
from webhooks.identity import identity_changed as doubt_identity
from webhooks.identity import rename_contact
from webhooks.items import ContactRenamed, IdentityChanged, PreferenceChanged

# At Meta, and at Twilio.
TOLD = ("category", "value", "detail", "timestamp", "MessageSid", "SmsSid", "OptOutType", "Body")


def contact_renamed(session: Session, item: ContactRenamed, here: Here) -> None:
    """The contact goes by the new names. Nothing is opened; somebody whom we do not know is left alone."""
    if rename_contact(session, item.channel, item.old, item.new, item.at) is None:
        keep(session, here, "messages.system", "ignored", "nobody is known by the old name", item.payload)


def identity_changed(session: Session, item: IdentityChanged, here: Here) -> None:
    """What was proved by whoever held the phone before is no longer believed; it is asked for again."""
    if doubt_identity(session, item.channel, item.sender, item.at) is None:
        keep(session, here, "messages.system", "ignored", "nobody is known by this name", item.payload)


def preference_changed(session: Session, item: PreferenceChanged, here: Here) -> None:
    """An entry in the register of consents, once for each time that the person decided: what was said is the proof."""
    contact_id = resolve_contact(session, item.channel, item.sender)
    proof = {"webhook": item.channel, "said": _without_names(item.payload)}
    consent.record(session, contact_id, "in" if item.decision == "in" else "out", item.source, proof, item.at, "system")


def _without_names(said: Mapping[str, Any]) -> dict[str, Any]:
    """What was said of the wish itself: the register holds no phone."""
    return {name: said[name] for name in TOLD if said.get(name)}
