"""Who is asked at the end of a conversation, and how: below the farewell, or by a template where only that may go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from handoff.consent import history
from handoff.outcome import Denied
from handoff.satisfaction.sentences import Words
from handoff.satisfaction.terms import Satisfaction, satisfaction_terms
from handoff.templates import SURVEYS, send_template
from models.contact import Contact
from models.contract import Contract
from models.conversation import Conversation
from models.incident import Incident, IncidentContract
from models.reading import Reading
from models.survey import Survey
from nlu.intent_names import intent_names
from provisioning.outages.incidents import incident_of

CSAT = "csat"
PURPOSE, NPS = SURVEYS
"""Of the template, and the reason that its cost is counted under; NPS is its kind, too."""

SMALL_TALK = frozenset({"greet", "thanks", "goodbye", "affirm", "deny", "bot_challenge", "out_of_scope"})


@dataclass(frozen=True)
class Question:
    """What goes below the farewell: a sentence, and a list of taps that nobody can type."""

    text: str
    button: str
    options: tuple[tuple[str, str, str], ...]


def ask_below_farewell(
    session: Session, conversation: Conversation, agent_id: int | None, key: str, words: Words, now: datetime
) -> Question | None:
    """Begins the survey of a conversation that ends, whose farewell is the message `key`; None where it is not to be
    asked: not wanted, asked before, an outage touched the contract meanwhile, or the contact wants no such messages."""
    row = _begin(session, conversation, agent_id, key, now)
    if row is None:
        return None
    scores = range(len(words.rows), 0, -1)
    options = tuple((f"{CSAT}:{row.id}:{score}", title, "") for score, title in zip(scores, words.rows, strict=True))
    return Question(words.question, words.button, options)


def ask_by_template(
    session: Session, conversation: Conversation, agent_id: int | None, language: str, now: datetime
) -> bool:
    """As above where the window is closed: by the approved template, while the conversation is open still; whether it
    was asked. Where there is no such template nobody is."""
    key = f"survey-{conversation.id}"
    row = _begin(session, conversation, agent_id, key, now)
    if row is None:
        return False
    contact = session.get_one(Contact, conversation.contact_id)
    values = {"name": contact.profile_name.split(" ")[0] or "cliente", "protocol": conversation.protocol}
    sent = send_template(session, conversation, PURPOSE, values, language=language, reason=PURPOSE, key=key)
    if isinstance(sent, Denied):
        session.delete(row)
        return False
    return True


def refuses(session: Session, contact_id: int) -> bool:
    """Whether the contact's last word is that they want nothing that the contract does not call for."""
    rows = history(session, contact_id)
    return bool(rows) and rows[0].decision == "out"


def _begin(
    session: Session, conversation: Conversation, agent_id: int | None, key: str, now: datetime
) -> Survey | None:
    terms = satisfaction_terms(session)
    if not terms.ask or _asked(session, conversation.id) or refuses(session, conversation.contact_id):
        return None
    if conversation.contract_ref and _outage_touched(session, conversation.contract_ref, conversation.opened_at, now):
        return None
    row = _frozen(session, conversation, agent_id, key, terms, now)
    session.add(row)
    session.flush()
    return row


def _asked(session: Session, conversation_id: int) -> bool:
    wanted = select(Survey.id).where(Survey.conversation_id == conversation_id, Survey.kind == CSAT)
    return session.scalar(wanted) is not None


def _outage_touched(session: Session, contract_ref: str, since: datetime, now: datetime) -> bool:
    """Whether an incident touched the contract at any time of the conversation: it would be the fibre that is judged,
    not the answer."""
    if incident_of(session, contract_ref, now) is not None:
        return True
    end = func.coalesce(IncidentContract.back_at, Incident.restored_at, Incident.ended_at)
    touched = exists().where(
        IncidentContract.incident_id == Incident.id,
        IncidentContract.contract_ref == contract_ref,
        Incident.dismissed.is_(False),
        Incident.started_at <= now,
        or_(end.is_(None), end >= since),
    )
    return bool(session.scalar(select(touched)))


def _frozen(
    session: Session, conversation: Conversation, agent_id: int | None, key: str, terms: Satisfaction, now: datetime
) -> Survey:
    cto = session.scalar(select(Contract.cto).where(Contract.ref == conversation.contract_ref))
    return Survey(
        kind=CSAT,
        conversation_id=conversation.id,
        key=key,
        agent_id=agent_id,
        queue=conversation.queue or "",
        cause=cause_of(session, conversation.id),
        cto=cto or "",
        asked_at=now,
        expires_at=now + timedelta(hours=terms.answer_hours),
    )


def cause_of(session: Session, conversation_id: int) -> str:
    """The first thing that the customer surely wanted, by its intent; empty where nobody knows."""
    label = func.coalesce(Reading.corrected_intent, Reading.intent)
    wanted = select(label).where(
        Reading.conversation_id == conversation_id,
        or_(Reading.band == "act", Reading.corrected_intent.is_not(None)),
        label.in_(set(intent_names()) - SMALL_TALK),
    )
    return session.scalar(wanted.order_by(Reading.id).limit(1)) or ""
