"""What WhatsApp tells of a person's identity: another number, another BSUID, another phone behind the same number."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.phone import mask_phone, match_key
from handoff.events import add_event
from models.alert import raise_alert
from models.contact import Contact
from models.conversation import Conversation, open_of
from models.message import Message
from webhooks.aliases import (
    Known,
    add_names,
    find,
    known_since,
    lock_names,
    names_of,
    numbers_of,
    remove_aliases,
    taken,
)
from webhooks.items import Sender

CONFLICT = "contact.conflict"


def rename_contact(session: Session, channel: str, old: Sender, new: Sender, at: datetime) -> int | None:
    """Goes on with the contact of `old` under the names of `new`; its id, or None when nobody is known by `old`.

    `at` is when WhatsApp says it happened. Where `new` names another number, the old one is no longer the contact's:
    it may be given to somebody else, who must not inherit what it proved. A proof that rested on it is dropped, and the
    open conversation tells of the change. An empty number in `new` says nothing of the number. Where a new name is
    another contact's already, nothing is merged: people are alerted. May be called again, also late: whoever is known
    by the old number only since after `at` is somebody else.
    """
    before, after = names_of(old), names_of(new)
    lock_names(session, channel, [*before, *after])
    known = find(session, channel, before)
    if known is None or not after:
        return None
    if known_since(session, known.contact_id) > at:
        return None
    left = _leave_number(session, known, new)
    # The parent BSUID is only ever a last resort: where somebody else has it, it stays with them.
    if taken(session, channel, known.contact_id, [name for name in after if name[0] != "parent_bsuid"]):
        raise_alert(
            session,
            CONFLICT,
            f"contact:{known.contact_id}",
            "Um cliente mudou de número ou de identificação no WhatsApp para uma que já era de outro contato."
            " Nada foi juntado: confira as duas conversas.",
            detail={"contact": known.contact_id},
        )
    elif not known.names.issuperset(after):
        add_names(session, channel, known.contact_id, after)
    if left:
        lost = _drop_proof(session, known.contact_id, only="phone")
        words = f"O cliente mudou de número: de {mask_phone(left)} para {mask_phone(new.wa_id)}"
        _tell(session, known.contact_id, "number_changed", words, at, proof_lost=lost)
    return known.contact_id


def identity_changed(session: Session, channel: str, sender: Sender, at: datetime) -> int | None:
    """WhatsApp says that another phone or chip stands behind the sender since `at`: what was proved before is not
    believed any more. The contact's id, None when it is unknown. May be called again."""
    names = names_of(sender)
    lock_names(session, channel, names)
    known = find(session, channel, names)
    if known is None:
        return None
    told = (
        select(Message.id)
        .join(Conversation)
        .where(
            Conversation.contact_id == known.contact_id, Message.kind == "identity_changed", Message.provider_at == at
        )
    )
    if session.scalar(told.limit(1)) is None:
        proved_at = session.scalar(select(Contact.proved_at).where(Contact.id == known.contact_id))
        lost = (proved_at is None or proved_at <= at) and _drop_proof(session, known.contact_id)
        words = "O WhatsApp avisou que a identidade deste contato mudou: pode ser outro aparelho ou outro chip"
        _tell(session, known.contact_id, "identity_changed", words, at, proof_lost=lost)
    return known.contact_id


def _leave_number(session: Session, known: Known, new: Sender) -> str:
    """Takes every number but the new one from the contact; the number that was left, empty where none was."""
    if not new.wa_id:
        return ""
    now = match_key(new.wa_id, is_wa_id=True) or new.wa_id
    gone = {alias: number for alias, number in numbers_of(session, known.contact_id).items() if number != now}
    if not gone:
        return ""
    remove_aliases(session, gone.keys())
    return next(iter(gone.values()))


def _drop_proof(session: Session, contact_id: int, *, only: str = "") -> bool:
    """Whether there was one to drop."""
    proved = update(Contact).where(Contact.id == contact_id, Contact.proved_by.is_not(None))
    if only:
        proved = proved.where(Contact.proved_by == only)
    dropped = proved.values(customer_ref=None, proved_by=None, proved_at=None).returning(Contact.id)
    return session.execute(dropped).one_or_none() is not None


def _tell(session: Session, contact_id: int, kind: str, words: str, at: datetime, *, proof_lost: bool) -> None:
    """Tells it in the open conversation. A turn that was read before is taken again."""
    touched = (
        update(Conversation)
        .where(open_of(contact_id))
        .values(version=Conversation.version + 1)
        .returning(Conversation.id, Conversation.channel)
    )
    open_one = session.execute(touched).one_or_none()
    if open_one is None:
        return
    if proof_lost:
        words = f"{words}. A identificação anterior foi desfeita"
    event_id = add_event(session, open_one.id, open_one.channel, kind, words, author="system")
    session.execute(update(Message).where(Message.id == event_id).values(provider_at=at))
