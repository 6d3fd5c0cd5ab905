"""What people make of the bot's readings: an agent corrects one, a supervisor judges it; each leaves an audit row."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from handoff import audit
from handoff.access import Attendant
from handoff.outcome import Denied
from models import utc_now
from models.agent import Agent
from models.contact import Contact
from models.conversation import Conversation
from models.customer import Customer
from models.reading import Reading
from nlu.intent_names import intent_names

GONE = Denied("Esta mensagem não está mais aqui.")
NO_INTENT = Denied("Escolha um dos assuntos da lista.")
CHANGED = Denied("Alguém mexeu nesta mensagem depois que você abriu a página. Confira e decida de novo.")

# A late message may carry an earlier time: what came after the reading was not part of it.
_TEXTS = text(
    "SELECT reading.id, (SELECT string_agg(part.text, E'\\n' ORDER BY part.at, part.id) FROM"
    " (SELECT message.id, message.text, coalesce(message.provider_at, message.received_at) AS at FROM message"
    "  WHERE message.conversation_id = reading.conversation_id AND direction = 'in' AND message.text ~ '\\S'"
    "  AND message.received_at <= reading.read_at"
    "  AND (coalesce(message.provider_at, message.received_at), message.id)"
    "   <= (coalesce(newest.provider_at, newest.received_at), newest.id)"
    "  ORDER BY at DESC, message.id DESC LIMIT reading.fragments) AS part) AS said"
    " FROM reading JOIN message AS newest ON newest.id = reading.message_id WHERE reading.id IN :ids"
).bindparams(bindparam("ids", expanding=True))


@dataclass(frozen=True)
class Judged:
    """The reading says so now; `repeated`: it said so before, and nothing was written."""

    repeated: bool = False


def correct(session: Session, conversation_id: int, reading_id: int, agent: Attendant, intent: str) -> Judged | Denied:
    """An agent says what the customer wanted; the last word counts, and each that changes something is written down.

    May be called again. A reading that was reviewed with another result is to be reviewed and exported anew.
    Whether the agent may see the conversation is for the caller to check (handoff.access).
    """
    row = _locked(session, reading_id)
    if row is None or row.conversation_id != conversation_id:
        return GONE
    if intent not in intent_names():
        return NO_INTENT
    if row.label == intent and (row.corrected_intent == intent or row.reviewed_at is not None):
        return Judged(repeated=True)
    before = row.label
    row.corrected_intent, row.corrected_by, row.corrected_at = intent, agent.login, utc_now()
    row.verdict = row.reviewed_by = row.reviewed_at = row.exported_at = None
    _write_down(session, agent, "reading.corrected", row, from_intent=before, to_intent=intent)
    return Judged()


def review(session: Session, reading_id: int, agent: Attendant, intent: str, seen: str) -> Judged | Denied:
    """A supervisor's judgement: `intent` is right, or nothing is to be learnt from it (`intent` empty).

    `seen` is what `standing` gave when they looked: what changed since is not judged unseen. May be called again.
    """
    row = _locked(session, reading_id)
    if row is None:
        return GONE
    if intent and intent not in intent_names():
        return NO_INTENT
    verdict = "discarded" if not intent else "kept" if intent == row.intent else "corrected"
    if row.reviewed_at is not None:
        same = row.verdict == verdict and (not intent or row.label == intent)
        return Judged(repeated=True) if same else _judged_by_another(session, row)
    if seen != standing(row):
        return CHANGED
    row.verdict, row.reviewed_by, row.reviewed_at = verdict, agent.login, utc_now()
    if verdict == "corrected" and row.corrected_intent != intent:
        row.corrected_intent, row.corrected_by, row.corrected_at = intent, agent.login, row.reviewed_at
    _write_down(session, agent, "reading.reviewed", row, verdict=verdict, intent=intent)
    return Judged()


def standing(reading: Reading) -> str:
    """Changes whenever somebody says something about the reading, the customer included."""
    return "/".join(str(at.timestamp()) if at else "" for at in (reading.corrected_at, reading.contradicted_at))


def texts_read(session: Session, ids: Collection[int]) -> dict[int, str]:
    """By id of a reading: the customer's words that were read, fragments on lines of their own."""
    if not ids:
        return {}
    return {row.id: row.said for row in session.execute(_TEXTS, {"ids": list(ids)})}


def names_known(session: Session, ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """By id of a reading: the names of whoever wrote, as WhatsApp and the customer base know them."""
    rows = session.execute(
        select(Reading.id, Contact.profile_name, Customer.name)
        .join(Conversation, Conversation.id == Reading.conversation_id)
        .join(Contact, Contact.id == Conversation.contact_id)
        .outerjoin(Customer, Customer.ref == Contact.customer_ref)
        .where(Reading.id.in_(ids))
    )
    return {row.id: tuple(name for name in (row.profile_name, row.name) if name) for row in rows}


def _locked(session: Session, reading_id: int) -> Reading | None:
    """Fresh, and nobody else's to change until this transaction ends: of two people the second sees the first."""
    return session.scalars(
        select(Reading).where(Reading.id == reading_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


def _judged_by_another(session: Session, row: Reading) -> Denied:
    name = session.scalar(select(Agent.name).where(Agent.login == row.reviewed_by))
    return Denied(f"{name or row.reviewed_by} já revisou esta mensagem.")


def _write_down(session: Session, agent: Attendant, action: str, row: Reading, **detail: str) -> None:
    audit.record(session, agent.login, action, f"conversation:{row.conversation_id}", reading_id=row.id, **detail)
