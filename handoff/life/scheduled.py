"""Messages for later: written, changed and cancelled by people. What becomes of them is in handoff.life.firing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.dates import format_when
from handoff import audit
from handoff.access import Attendant, may_see
from handoff.events import add_event, locked
from handoff.outcome import Denied, Done
from handoff.reply import GONE, MAX_LENGTH, TOO_LONG, clean_text, may_not_speak, press_key, without_voice
from handoff.templates import prepare_by_hand
from handoff.writing.values import unfilled
from models.agent import Agent
from models.contact import Contact
from models.conversation import Conversation
from models.provider import provider_zone
from models.scheduled_message import ScheduledMessage

WAITING, SENT, SKIPPED, PERSON, CANCELLED = "waiting", "sent", "skipped", "person", "cancelled"
FURTHEST = timedelta(days=180)

NOTHING = Denied("Escreva o texto ou escolha um modelo.")
IN_THE_PAST = Denied("Escolha um momento que ainda não passou.")
TOO_FAR = Denied("Agende para daqui a 180 dias, no máximo.")
NOT_WAITING = Denied("Esta mensagem já saiu ou foi cancelada.")
NOT_YOURS = Denied("Só quem agendou, quem atende a conversa ou a supervisão muda isto.")


@dataclass(frozen=True)
class Wanted:
    """What is to be sent, and when: a text, or the template of a purpose, or a text with a template for the case that
    the window is closed by then."""

    send_at: datetime
    text: str = ""
    template: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    only_if_silent: bool = False


def schedule(
    session: Session,
    conversation_id: int,
    agent: Attendant,
    wanted: Wanted,
    client_token: str,
    *,
    language: str,
    now: datetime,
) -> Done | Denied:
    """Keeps a message for later, and returns the id of its row. The same `client_token` is one message.

    Only who may speak to the customer now. A template is checked as if it were sent now.
    """
    conversation = locked(session, conversation_id)
    if conversation is None:
        return GONE
    key = press_key("schedule", conversation_id, agent, client_token)
    known = session.scalar(select(ScheduledMessage.id).where(ScheduledMessage.key == key))
    if known is not None:
        return Done(known, repeated=True)
    problem = may_not_speak(session, conversation, agent) or _unfit(session, conversation, wanted, language, now)
    if problem:
        return problem
    row = ScheduledMessage(
        conversation_id=conversation_id, agent_id=agent.id, language=language, created_at=now, state=WAITING, key=key
    )
    _fill(row, wanted)
    session.add(row)
    session.flush()
    when = format_when(wanted.send_at, now, provider_zone(session))
    _tell(session, conversation, agent, "scheduled", f"{agent.name} agendou uma mensagem para {when}", row.id)
    return Done(row.id)


def change(session: Session, scheduled_id: int, agent: Attendant, wanted: Wanted, *, now: datetime) -> Done | Denied:
    """Another text or moment, as long as it waits. Its author may, the owner of the conversation, or a supervisor, as
    long as they see the conversation."""
    found = _theirs(session, scheduled_id, agent)
    if isinstance(found, Denied):
        return found
    row, conversation = found
    if problem := without_voice(session, conversation) or _unfit(session, conversation, wanted, row.language, now):
        return problem
    _fill(row, wanted)
    when = format_when(wanted.send_at, now, provider_zone(session))
    _tell(session, conversation, agent, "rescheduled", f"{agent.name} mudou a mensagem agendada: sai {when}", row.id)
    return Done(row.id)


def cancel(session: Session, scheduled_id: int, agent: Attendant, *, now: datetime) -> Done | Denied:
    """It is not sent. Who may change it may."""
    found = _theirs(session, scheduled_id, agent)
    if isinstance(found, Denied):
        return found
    row, conversation = found
    row.state, row.done_at, row.outcome = CANCELLED, now, f"cancelada por {agent.name}"
    _tell(session, conversation, agent, "unscheduled", f"{agent.name} cancelou a mensagem agendada", row.id)
    return Done(row.id)


def read_scheduled(session: Session, conversation_id: int) -> list[tuple[ScheduledMessage, str]]:
    """What still waits in a conversation, the next first, with who wrote it."""
    rows = session.execute(
        select(ScheduledMessage, Agent.name)
        .join(Agent, Agent.id == ScheduledMessage.agent_id)
        .where(ScheduledMessage.conversation_id == conversation_id, ScheduledMessage.state == WAITING)
        .order_by(ScheduledMessage.send_at, ScheduledMessage.id)
    )
    return [(row[0], row[1]) for row in rows]


def _fill(row: ScheduledMessage, wanted: Wanted) -> None:
    row.send_at = wanted.send_at
    row.text = clean_text(wanted.text)
    row.template = wanted.template
    row.values = dict(wanted.values) if wanted.template else {}
    row.only_if_silent = wanted.only_if_silent


def _unfit(session: Session, conversation: Conversation, wanted: Wanted, language: str, now: datetime) -> Denied | None:
    body = clean_text(wanted.text)
    if not body and not wanted.template:
        return NOTHING
    if len(body) > MAX_LENGTH:
        return TOO_LONG
    if reason := unfilled(body):
        return Denied(reason)
    if wanted.send_at <= now:
        return IN_THE_PAST
    if wanted.send_at > now + FURTHEST:
        return TOO_FAR
    if not wanted.template:
        return None
    contact = session.get_one(Contact, conversation.contact_id)
    ready = prepare_by_hand(session, contact, wanted.template, wanted.values, language)
    return ready if isinstance(ready, Denied) else None


def _theirs(session: Session, scheduled_id: int, agent: Attendant) -> tuple[ScheduledMessage, Conversation] | Denied:
    of = session.scalar(select(ScheduledMessage.conversation_id).where(ScheduledMessage.id == scheduled_id))
    conversation = locked(session, of) if of is not None else None
    if conversation is None:
        return NOT_WAITING
    row = session.get_one(ScheduledMessage, scheduled_id, with_for_update=True, populate_existing=True)
    if row.state != WAITING:
        return NOT_WAITING
    owns = conversation.handler == "agent" and conversation.agent_id == agent.id
    theirs = owns or agent.supervises or row.agent_id == agent.id
    # The address may name another conversation than the message's: one that went on elsewhere is not theirs any more.
    return (row, conversation) if theirs and may_see(agent, conversation) else NOT_YOURS


def _tell(
    session: Session, conversation: Conversation, agent: Attendant, event: str, text: str, scheduled_id: int
) -> None:
    add_event(
        session, conversation.id, conversation.channel, event, text, author=agent.author, scheduled_id=scheduled_id
    )
    subject = f"conversation:{conversation.id}"
    audit.record(session, agent.login, f"message.{event}", subject, scheduled_id=scheduled_id)
