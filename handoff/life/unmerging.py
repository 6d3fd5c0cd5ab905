"""Undoing a merge: what was moved goes back to whom it was, as the log says; what came since stays where it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.locks import hold
from handoff import audit
from handoff.access import Attendant
from handoff.events import add_event, locked, unanswered_since
from handoff.life.merging import NOT_ALLOWED, PROOF, unseen
from handoff.outcome import Denied, Done
from handoff.permits import may
from handoff.sla import clocks
from models.consent import Consent
from models.contact import Contact, ContactAlias, alias_lock
from models.contact_merge import ContactMerge
from models.conversation import Conversation, open_of
from models.message import Message
from models.outbox import add_work

UNKNOWN = Denied("Esta junção não existe ou já foi desfeita.")
LATER_ONE_FIRST = Denied("Desfaça antes a junção mais nova deste contato.")


def unmerge(session: Session, merge_id: int, contact_id: int, agent: Attendant, *, now: datetime) -> Done | Denied:
    """Gives names, conversations, consents and proof back to the two contacts, of which `contact_id` is one. Who may
    merge them may part them.

    The conversation that was closed for the other's is open again as it was, unless its contact has another one. What
    was moved out of it and nobody answered goes back. Only the newest merge of a contact can be undone.
    """
    if not may(agent, "contact.merge"):
        return NOT_ALLOWED
    row = session.get(ContactMerge, merge_id, with_for_update=True, populate_existing=True)
    if row is None or row.undone_at is not None or contact_id not in (row.kept_id, row.gone_id):
        return UNKNOWN
    if problem := unseen(session, (row.kept_id, row.gone_id), agent):
        return problem
    if _newer(session, row):
        return LATER_ONE_FIRST
    moved = row.moved
    _hold_names(session, moved["aliases"])
    wanted = select(Contact).where(Contact.id.in_((row.kept_id, row.gone_id))).with_for_update()
    contacts = {contact.id: contact for contact in session.scalars(wanted)}
    for kind, ids in ((ContactAlias, "aliases"), (Conversation, "conversations"), (Consent, "consents")):
        _give_back(session, kind, moved[ids], row)
    _prove(contacts[row.kept_id], moved["proof"]["kept"])
    _prove(contacts[row.gone_id], moved["proof"]["gone"])
    # Whoever wrote from the other's number meanwhile gave this one their name.
    contacts[row.kept_id].profile_name = moved.get("called", contacts[row.kept_id].profile_name)
    if moved["ended"]:
        _open_again(session, moved["ended"], agent, now)
    row.undone_at, row.undone_by = now, agent.login
    _tell(session, row, agent)
    audit.record(
        session, agent.login, "contact.unmerged", f"contact:{row.kept_id}", gone_id=row.gone_id, merge_id=row.id
    )
    return Done(row.id)


def _newer(session: Session, row: ContactMerge) -> bool:
    later = select(ContactMerge.id).where(
        ContactMerge.id > row.id,
        ContactMerge.undone_at.is_(None),
        ContactMerge.kept_id.in_((row.kept_id, row.gone_id)) | (ContactMerge.gone_id == row.kept_id),
    )
    return session.scalar(later.limit(1)) is not None


def _hold_names(session: Session, alias_ids: list[int]) -> None:
    aliases = session.scalars(select(ContactAlias).where(ContactAlias.id.in_(alias_ids)))
    hold(session, *(alias_lock(alias.channel, alias.kind, alias.value) for alias in aliases))


def _give_back(session: Session, kind: Any, ids: list[int], row: ContactMerge) -> None:
    back = update(kind).where(kind.id.in_(ids), kind.contact_id == row.kept_id)
    if kind is Conversation:
        # Each of the two may have one open conversation; which it is, is for `_open_again` to say.
        taken = select(Conversation.id).where(open_of(row.gone_id))
        back = back.where((Conversation.handler == "closed") | ~taken.exists())
    session.execute(back.values(contact_id=row.gone_id))


def _prove(contact: Contact, proof: Mapping[str, str | None]) -> None:
    for name in PROOF:
        value = proof[name]
        setattr(contact, name, datetime.fromisoformat(value) if name == "proved_at" and value else value)


def _open_again(session: Session, was: Mapping[str, Any], agent: Attendant, now: datetime) -> None:
    session.flush()
    conversation = locked(session, was["id"])
    if conversation is None or conversation.handler != "closed":
        return
    taken = select(Conversation.id).where(open_of(conversation.contact_id))
    if session.scalar(taken.limit(1)) is not None:
        return
    conversation.handler, conversation.queue, conversation.agent_id = was["handler"], was["queue"], was["agent_id"]
    conversation.closed_at, conversation.closed_by = None, ""
    conversation.version += 1
    unanswered = Message.id.in_(was["messages"]) & Message.handled_at.is_(None)
    session.execute(
        update(Message)
        .where(unanswered, Message.conversation_id == was["into"])
        .values(conversation_id=conversation.id)
    )
    conversation.waiting_since = _waits_since(session, was, now)
    if was["handler"] == "bot":
        add_work(session, "turn", conversation.id)
    else:
        session.flush()
        clocks.taken(session, conversation, now)
    text = f"{agent.name} separou os contatos: esta conversa está aberta de novo"
    add_event(session, conversation.id, conversation.channel, "unmerged", text, author=agent.author)


def _waits_since(session: Session, was: Mapping[str, Any], now: datetime) -> datetime | None:
    """As before the merge; where its log does not say so, since their oldest word that nobody answered."""
    if was["handler"] != "queue":
        return None
    noted = was.get("waiting_since")
    return datetime.fromisoformat(noted) if noted else unanswered_since(session, was["id"]) or now


def _tell(session: Session, row: ContactMerge, agent: Attendant) -> None:
    newest = session.scalars(
        select(Conversation).where(Conversation.contact_id == row.kept_id).order_by(Conversation.id.desc()).limit(1)
    ).first()
    if newest is not None:
        text = f"{agent.name} desfez a junção de contatos"
        add_event(session, newest.id, newest.channel, "unmerged", text, author=agent.author, merge_id=row.id)
