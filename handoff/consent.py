"""The register of what a contact agreed to receive: who said so, when, and how it can be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.locks import hold
from handoff import audit
from handoff.access import Attendant
from handoff.events import add_event, locked
from handoff.opt_words import Decision, decision_in
from handoff.outcome import Denied, Done
from models import utc_now
from models.consent import Consent

MARKETING = "MARKETING"
PURPOSE = "marketing"

LONGEST_REASON = 300
_TOLD = {
    "in": "Registrado: o cliente quer receber promoções.",
    "out": "Registrado: o cliente não quer receber promoções. Avisos do contrato continuam.",
}


def record(
    session: Session,
    contact_id: int,
    decision: Decision,
    source: str,
    proof: Mapping[str, Any],
    at: datetime,
    by: str,
) -> bool:
    """Adds what the contact decided about marketing; False when the very same decision with the same proof is there.

    `source` is customer, whatsapp, twilio, agent or import, `at` when the contact said so (news may come late: the
    newest `at` holds), `by` who wrote it down: a login, bot or system. `proof` becomes JSON; it must tell the message,
    the webhook or the words, and no phone or document. May be called again for the same webhook.
    """
    hold(session, f"consent/{contact_id}")
    same = select(Consent.id).where(
        Consent.contact_id == contact_id,
        Consent.purpose == PURPOSE,
        Consent.decision == decision,
        Consent.source == source,
        Consent.proof == dict(proof),
    )
    if session.execute(same.limit(1)).first() is not None:
        return False
    row = Consent(
        contact_id=contact_id,
        decision=decision,
        source=source,
        proof=dict(proof),
        at=at,
        recorded_by=by,
        purpose=PURPOSE,
    )
    session.add(row)
    session.flush()
    return True


def may_receive(session: Session, contact_id: int, category: str) -> bool:
    """Whether a template of this category (as the channel has it) may be sent to the contact.

    Marketing only to whom said yes, and no longer once they said no. Notices that the contract calls for and one-time
    codes always.
    """
    if category.upper() != MARKETING:
        return True
    decisions = history(session, contact_id, limit=1)
    return bool(decisions) and decisions[0].decision == "in"


def history(session: Session, contact_id: int, *, limit: int = 50) -> Sequence[Consent]:
    """The contact's decisions about marketing, the one that holds first."""
    found = select(Consent).where(Consent.contact_id == contact_id, Consent.purpose == PURPOSE)
    return session.scalars(found.order_by(Consent.at.desc(), Consent.id.desc()).limit(limit)).all()


def record_by_agent(
    session: Session, conversation_id: int, agent: Attendant, decision: str, reason: str, client_token: str
) -> Done | Denied:
    """Writes down what the customer told a person about marketing, with how they know; told in the thread, and
    audited. The same `client_token` is one entry."""
    conversation = locked(session, conversation_id)
    if conversation is None:
        return Denied("Esta conversa não existe mais.")
    why = " ".join(reason.replace("\x00", "").split())
    if decision not in _TOLD:
        return Denied("Escolha se o cliente quer ou não receber promoções.")
    if not why:
        return Denied("Escreva como o cliente disse isso: por telefone, na loja, nesta conversa…")
    if len(why) > LONGEST_REASON:
        return Denied(f"O motivo passou de {LONGEST_REASON} caracteres.")
    proof = {"conversation": conversation_id, "reason": why, "token": client_token}
    chosen: Decision = "in" if decision == "in" else "out"
    if not record(session, conversation.contact_id, chosen, "agent", proof, utc_now(), agent.login):
        return Done(0, repeated=True)
    subject = f"contact:{conversation.contact_id}"
    audit.record(session, agent.login, "consent.recorded", subject, decision=chosen, conversation_id=conversation_id)
    told = _TOLD[chosen]
    return Done(add_event(session, conversation_id, conversation.channel, "consent", told, author=agent.author))


def heard(session: Session, contact_id: int, words: str, message_id: str, at: datetime) -> Decision | None:
    """Honours a message that says nothing but yes or no to marketing, whoever owns the conversation.

    `message_id` is the channel's name for the message. None when the words say something else, or decide nothing new.
    """
    decision = decision_in(words)
    if decision is None:
        return None
    proof = {"message": message_id, "words": words.strip()}
    return decision if record(session, contact_id, decision, "customer", proof, at, "system") else None
