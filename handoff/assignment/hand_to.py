"""Giving a conversation to a named person: by its owner with a word, or by a supervisor, from whoever has it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import audit
from handoff.access import CONSOLE_ROLES, SUPERVISING_ROLES, Attendant
from handoff.assignment.load import held_load
from handoff.assignment.owning import own
from handoff.assignment.presence import is_there
from handoff.assignment.ring import ring
from handoff.assignment.shifts import in_shift
from handoff.assignment.terms import desk_terms
from handoff.events import add_event, locked
from handoff.outcome import Denied, Done
from handoff.queues import DEFAULT_QUEUE, organogram
from handoff.reply import GONE, MAX_LENGTH, TOO_LONG, not_owner
from models import utc_now
from models.agent import Agent
from models.conversation import Conversation
from models.presence import Presence

NOBODY = Denied("Escolha uma pessoa da lista.")
CLOSED = Denied("Esta conversa já foi encerrada.")
SAY_WHY = Denied("Diga o motivo: ele fica registrado na conversa.")


def hand_to(
    session: Session,
    conversation_id: int,
    by: Attendant,
    agent_id: int,
    note: str,
    *,
    reason: str = "",
    now: datetime | None = None,
) -> Done | Denied:
    """Makes `agent_id` the owner, with a word for them. The owner may, and a supervisor from whoever has it.

    Denied when that person is not there, not in shift, not of its queue or has no room; a supervisor goes over that
    with a `reason`. Both stand in the thread, and an audit row says what was gone over.
    """
    moment = now or utc_now()
    person = session.get(Agent, agent_id, populate_existing=True)
    if person is None or not person.active or person.role not in CONSOLE_ROLES:
        return NOBODY
    # The person before the conversation, as everybody locks who needs both.
    load = held_load(session, agent_id, moment)
    conversation = locked(session, conversation_id)
    if conversation is None:
        return GONE
    if problem := TOO_LONG if len(note) + len(reason) > MAX_LENGTH else _may_not(session, conversation, by, person):
        return problem
    weight = organogram(session).queue(conversation.queue).weight
    against = _not_now(session, person, moment)
    if not load.fits(weight):
        against["capacity"] = f"já está com {load.weight} de {load.capacity} do limite"
    if person.role not in SUPERVISING_ROLES and (conversation.queue or DEFAULT_QUEUE) not in person.queues:
        against["queue"] = f"não atende a fila {conversation.queue or DEFAULT_QUEUE}"
    if against and not (by.supervises and reason.strip()):
        return Denied(_why_not(person, list(against.values()), by))
    before = conversation.agent_id
    own(session, person.id, Conversation.id == conversation_id, moment)
    conversation.handed_off_for = _clean(note) or conversation.handed_off_for
    return _tell(session, conversation, by, person, _words(note, reason), before=before, gone_over=sorted(against))


def move(
    session: Session,
    conversation_id: int,
    supervisor: Attendant,
    agent_id: int,
    reason: str,
    *,
    now: datetime | None = None,
) -> Done | Denied:
    """A supervisor gives a conversation to a person, whoever has it and whatever speaks against it; it needs a reason.

    Denied for anybody else, and for a person who is no longer there to be given anything at all.
    """
    if not reason.strip():
        return SAY_WHY
    return hand_to(session, conversation_id, supervisor, agent_id, "", reason=reason, now=now)


def _may_not(session: Session, conversation: Conversation, by: Attendant, person: Agent) -> Denied | None:
    if conversation.handler == "closed":
        return CLOSED
    if conversation.handler == "agent" and conversation.agent_id == person.id:
        return Denied(f"Esta conversa já está com {person.name}.")
    return None if by.supervises else not_owner(session, conversation, by)


def _not_now(session: Session, person: Agent, now: datetime) -> dict[str, str]:
    """What speaks against giving them anything at this moment."""
    there = select(is_there(now, desk_terms(session))).where(Presence.agent_id == person.id)
    against = {}
    if not session.scalar(there):
        against["presence"] = "não está no atendimento agora"
    if not in_shift(session, person.shift, now):
        against["shift"] = "está fora do horário de trabalho"
    return against


def _why_not(person: Agent, against: list[str], by: Attendant) -> str:
    text = f"{person.name} {' e '.join(against)}."
    return text + (" Para passar mesmo assim, diga o motivo." if by.supervises else " Transfira para uma fila.")


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()


def _words(note: str, reason: str) -> str:
    word, why = _clean(note), _clean(reason)
    return (f": {word}" if word else "") + (f" (motivo: {why})" if why else "")


def _tell(
    session: Session,
    conversation: Conversation,
    by: Attendant,
    person: Agent,
    words: str,
    *,
    before: int | None,
    gone_over: list[str],
) -> Done:
    text = f"{by.name} passou a conversa para {person.name}{words}"
    event_id = add_event(
        session, conversation.id, conversation.channel, "moved", text, author=by.author, agent_id=person.id
    )
    subject = f"conversation:{conversation.id}"
    detail = {"from_agent_id": before, "to_agent_id": person.id, "gone_over": gone_over}
    audit.record(session, by.login, "conversation.moved", subject, **detail)
    ring(session)
    return Done(event_id)
