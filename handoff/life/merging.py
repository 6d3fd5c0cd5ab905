"""Two contacts that are one person, as a supervisor says: everything moves to one of them, and stays undoable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core.locks import hold
from handoff import audit
from handoff.access import Attendant, may_see
from handoff.events import add_event, locked
from handoff.life.reopening import move_unanswered
from handoff.outcome import Denied, Done
from handoff.permits import may
from models.consent import Consent
from models.contact import Contact, ContactAlias, alias_lock
from models.contact_merge import ContactMerge
from models.conversation import Conversation, open_of
from models.message import Message

NOT_ALLOWED = Denied("Seu perfil não junta nem separa contatos. Se precisar, fale com a supervisão.")
SAY_WHY = Denied("Diga por que são a mesma pessoa: fica registrado.")
SAME = Denied("Escolha outro contato: este é o mesmo.")
UNKNOWN = Denied("Não há contato com esse protocolo entre as conversas que você vê.")
HIDDEN = Denied("Um destes contatos tem uma conversa aberta que você não vê. Peça à supervisão.")
OTHER_CHANNEL = Denied("Os contatos são de canais diferentes e não podem virar um só.")
OTHER_CUSTOMER = Denied("Os dois contatos provaram ser clientes diferentes: não são a mesma pessoa.")
LEAVING = Denied("Há uma mensagem saindo para um destes contatos. Espere que saia e tente de novo.")
GONE_ALREADY = Denied("Um destes contatos já foi juntado a outro.")

# Whoever has it goes on: a person before a queue, a queue before the bot.
BY_OWNER = {"agent": 0, "queue": 1, "bot": 2}
PROOF = ("customer_ref", "proved_by", "proved_at")


def contact_of_protocol(session: Session, protocol: str, agent: Attendant) -> int | None:
    """The contact that the protocol was given to; None where there is none, or not one that they may see."""
    digits = "".join(char for char in protocol if char.isdigit())
    found = session.scalars(select(Conversation).where(Conversation.protocol == digits)).one_or_none()
    return found.contact_id if found is not None and may_see(agent, found) else None


def merge(
    session: Session, kept_id: int, gone_id: int, agent: Attendant, reason: str, *, now: datetime
) -> Done | Denied:
    """Makes all that is `gone_id`'s be `kept_id`'s, and returns the id of the log's row. The deed contact.merge may, of
    contacts whose open conversations they see.

    Two open conversations become one: whoever has the customer goes on, and what nobody answered in the other moves
    there. The proof of who it is lasts only if both had proved the same: a number that proved nothing opens no bills.
    """
    word = reason.replace("\x00", "").strip()[:500]
    if problem := _asked_wrongly(agent, kept_id, gone_id, word):
        return problem
    aliases = _hold_names(session, (kept_id, gone_id))
    found = session.scalars(select(Contact).where(Contact.id.in_((kept_id, gone_id))).with_for_update())
    contacts = {contact.id: contact for contact in found}
    if len(contacts) != 2:
        return UNKNOWN
    kept, gone = contacts[kept_id], contacts[gone_id]
    if problem := unseen(session, (kept_id, gone_id), agent) or _unfit(session, kept, gone):
        return problem
    moved = {
        "aliases": [alias.id for alias in aliases if alias.contact_id == gone_id],
        "proof": {"kept": _proof(kept), "gone": _proof(gone)},
        "called": kept.profile_name,
        "ended": _make_one(session, kept_id, gone_id, agent, now),
        "conversations": _move(session, Conversation, gone_id, kept_id),
        "consents": _move(session, Consent, gone_id, kept_id),
    }
    _move(session, ContactAlias, gone_id, kept_id)
    if not (kept.customer_ref and kept.customer_ref == gone.customer_ref):
        _prove(kept, dict.fromkeys(PROOF))
    _prove(gone, dict.fromkeys(PROOF))
    row = ContactMerge(kept_id=kept_id, gone_id=gone_id, by=agent.login, reason=word, at=now, moved=moved)
    session.add(row)
    session.flush()
    _tell(session, kept_id, agent, f"{agent.name} juntou dois contatos neste: {word}", row.id)
    audit.record(session, agent.login, "contact.merged", f"contact:{kept_id}", gone_id=gone_id, merge_id=row.id)
    return Done(row.id)


def _asked_wrongly(agent: Attendant, kept_id: int, gone_id: int, reason: str) -> Denied | None:
    if not may(agent, "contact.merge"):
        return NOT_ALLOWED
    if kept_id == gone_id:
        return SAME
    return None if reason else SAY_WHY


def unseen(session: Session, contact_ids: Sequence[int], agent: Attendant) -> Denied | None:
    """Why they may not decide about these contacts: somebody else is talking with one of them."""
    wanted = select(Conversation).where(or_(*map(open_of, contact_ids)))
    return None if all(may_see(agent, row) for row in session.scalars(wanted)) else HIDDEN


def _unfit(session: Session, kept: Contact, gone: Contact) -> Denied | None:
    if kept.channel != gone.channel:
        return OTHER_CHANNEL
    if kept.customer_ref and gone.customer_ref and kept.customer_ref != gone.customer_ref:
        return OTHER_CUSTOMER
    standing = select(ContactMerge.id).where(
        ContactMerge.gone_id.in_((kept.id, gone.id)), ContactMerge.undone_at.is_(None)
    )
    if session.scalar(standing.limit(1)) is not None:
        return GONE_ALREADY
    # It would leave for the number that wrote last, which need not be the one that it was written for.
    leaving = select(Message.id).join(Conversation, Conversation.id == Message.conversation_id)
    both = Conversation.contact_id.in_((kept.id, gone.id)), Message.status.in_(("queued", "sending"))
    return LEAVING if session.scalar(leaving.where(*both, Message.direction == "out").limit(1)) is not None else None


def _hold_names(session: Session, contact_ids: Sequence[int]) -> list[ContactAlias]:
    """The contacts' names, held as intake holds them: a message that comes in now finds them before or after."""
    wanted = select(ContactAlias).where(ContactAlias.contact_id.in_(contact_ids)).order_by(ContactAlias.id)
    names = [alias_lock(alias.channel, alias.kind, alias.value) for alias in session.scalars(wanted)]
    hold(session, *names)
    return list(session.scalars(wanted.execution_options(populate_existing=True)))


def _make_one(session: Session, kept_id: int, gone_id: int, agent: Attendant, now: datetime) -> dict[str, Any] | None:
    """Closes one of two open conversations, with a word that leads to the other. How it was, to be undone."""
    wanted = select(Conversation.id).where(or_(open_of(kept_id), open_of(gone_id)))
    open_ones = [row for id_ in sorted(session.scalars(wanted)) if (row := locked(session, id_)) is not None]
    if len(open_ones) < 2:
        return None
    stays, ends = sorted(open_ones, key=lambda row: (BY_OWNER[row.handler], row.contact_id != kept_id))
    was = {
        "id": ends.id,
        "handler": ends.handler,
        "queue": ends.queue,
        "agent_id": ends.agent_id,
        "waiting_since": ends.waiting_since.isoformat() if ends.waiting_since else None,
        "into": stays.id,
        "messages": move_unanswered(session, ends.id, stays.id, now),
    }
    stays.last_inbound_at = max(filter(None, (stays.last_inbound_at, ends.last_inbound_at)), default=None)
    stays.version += 1
    ends.handler, ends.closed_at, ends.closed_by = "closed", now, agent.login
    ends.waiting_since = ends.needs_person = None
    ends.version += 1
    text = f"Encerrada: continua no protocolo {stays.protocol}, porque os dois contatos são a mesma pessoa"
    add_event(session, ends.id, ends.channel, "merged", text, author=agent.author, into=stays.id)
    session.flush()
    return was


def _move(session: Session, row: Any, from_id: int, to_id: int) -> list[int]:
    moved = update(row).where(row.contact_id == from_id).values(contact_id=to_id).returning(row.id)
    return sorted(session.scalars(moved).all())


def _proof(contact: Contact) -> dict[str, str | None]:
    proved = contact.proved_at.isoformat() if contact.proved_at else None
    return {"customer_ref": contact.customer_ref, "proved_by": contact.proved_by, "proved_at": proved}


def _prove(contact: Contact, proof: dict[str, Any]) -> None:
    for name in PROOF:
        setattr(contact, name, proof[name])


def _tell(session: Session, contact_id: int, agent: Attendant, text: str, merge_id: int) -> None:
    """In the contact's newest conversation, where whoever looks at it reads it."""
    newest = session.scalars(
        select(Conversation).where(Conversation.contact_id == contact_id).order_by(Conversation.id.desc()).limit(1)
    ).first()
    if newest is not None:
        add_event(session, newest.id, newest.channel, "merged", text, author=agent.author, merge_id=merge_id)
