"""Sends what was scheduled once its moment has come: late if it must be, never into a closed window, never dropped."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.dates import format_when
from core.db import Database
from handoff.events import add_event, add_note, locked
from handoff.life.scheduled import PERSON, SENT, SKIPPED, WAITING
from handoff.life.terms import life_terms
from handoff.outcome import Denied
from handoff.reply import queue_text, without_voice
from handoff.sla import clocks
from handoff.templates import send_template
from models import utc_now
from models.agent import Agent
from models.alert import raise_alert
from models.conversation import Conversation, open_of
from models.provider import provider_zone
from models.scheduled_message import ScheduledMessage

LATE_AFTER = timedelta(minutes=5)
"""What leaves later than this is marked as late in the thread."""
UNSENT = "scheduled.unsent"
"""The kind of the alert for a conversation that has ended: it stands in no list for ever."""


def send_scheduled(_ref_id: int, *, db: Database) -> None:
    """Sends all that is due, each in a transaction of its own, in the order of their moments. May be run again."""
    now = utc_now()
    with db.transaction() as session:
        due = select(ScheduledMessage.id).where(ScheduledMessage.state == WAITING, ScheduledMessage.send_at <= now)
        found = session.scalars(due.order_by(ScheduledMessage.send_at, ScheduledMessage.id)).all()
    for scheduled_id in found:
        with db.transaction() as session:
            fire(session, scheduled_id, now)


def fire(session: Session, scheduled_id: int, now: datetime) -> bool:
    """Settles one message whose moment has come; False where there is nothing to settle. It goes into the contact's
    open conversation, or else the one that it was written in."""
    of = session.scalar(select(ScheduledMessage.conversation_id).where(ScheduledMessage.id == scheduled_id))
    conversation = locked(session, of) if of is not None else None
    if conversation is None:
        return False
    row = session.get_one(ScheduledMessage, scheduled_id, with_for_update=True, populate_existing=True)
    if row.state != WAITING or row.send_at > now:
        return False
    row.done_at = now
    conversation = _where(session, conversation)
    late = now - row.send_at
    if row.only_if_silent and _wrote_since(conversation, row):
        _skip(session, conversation, row)
    elif late > timedelta(hours=life_terms(session).late_hours):
        _to_person(session, conversation, row, f"era para {_when(session, row, now)}, e já não faz sentido mandar só")
    else:
        _send(session, conversation, row, now)
    return True


def _where(session: Session, conversation: Conversation) -> Conversation:
    """The contact's open conversation, where the one of the message has ended."""
    if conversation.handler != "closed":
        return conversation
    open_one = session.scalar(select(Conversation.id).where(open_of(conversation.contact_id)))
    return (locked(session, open_one) if open_one is not None else None) or conversation


def _wrote_since(conversation: Conversation, row: ScheduledMessage) -> bool:
    return conversation.last_inbound_at is not None and conversation.last_inbound_at > row.created_at


def _send(session: Session, conversation: Conversation, row: ScheduledMessage, now: datetime) -> None:
    author = session.get_one(Agent, row.agent_id)
    if problem := _unsayable(session, conversation, author):
        _to_person(session, conversation, row, problem)
        return
    signed, key = f"agent:{author.login}", f"scheduled:{row.id}"
    if row.text and conversation.window_open(now):
        row.message_id = queue_text(session, conversation, row.text, author=signed, key=key)
    elif row.template:
        sent = send_template(
            session,
            conversation,
            row.template,
            {name: str(value) for name, value in row.values.items()},
            language=row.language,
            reason="agent",
            key=key,
            author=signed,
        )
        if isinstance(sent, Denied):
            _to_person(session, conversation, row, sent.reason)
            return
        row.message_id = sent.message_id
    else:
        _to_person(session, conversation, row, "a janela de 24 horas estava fechada e não há modelo escolhido")
        return
    row.state = SENT
    if not _wrote_since(conversation, row):
        # What was asked later is still to be answered.
        clocks.answered(session, conversation, row.agent_id, now)
    late = now - row.send_at > LATE_AFTER
    row.outcome = f"saiu com atraso: era para {_when(session, row, now)}" if late else "enviada"
    _tell(session, conversation, row, "scheduled_sent", f"Mensagem agendada por {author.name}: {row.outcome}")


def _unsayable(session: Session, conversation: Conversation, author: Agent) -> str:
    """Why nothing leaves in this author's name from where the conversation is now; empty where it may."""
    if not author.active:
        return f"a conta de {author.name} foi desligada"
    mute = without_voice(session, conversation)
    return f"a fila {conversation.queue} não fala com o cliente" if mute else ""


def _skip(session: Session, conversation: Conversation, row: ScheduledMessage) -> None:
    row.state, row.outcome = SKIPPED, "não enviada: o cliente escreveu antes"
    _tell(session, conversation, row, "scheduled_skipped", f"Mensagem agendada {row.outcome}")


def _to_person(session: Session, conversation: Conversation, row: ScheduledMessage, why: str) -> None:
    row.state, row.outcome = PERSON, why
    conversation.needs_person = f"mensagem agendada não enviada: {why}"
    _tell(session, conversation, row, "scheduled_unsent", f"Mensagem agendada não enviada: {why}")
    _keep(session, conversation, row)
    if conversation.handler == "closed":
        text = f"Mensagem agendada não enviada no protocolo {conversation.protocol}, já encerrado: {why}"
        raise_alert(session, UNSENT, str(row.id), text, detail={"conversation_id": conversation.id})


def _keep(session: Session, conversation: Conversation, row: ScheduledMessage) -> None:
    """What was to be said, as a note: whoever decides what becomes of it has it at hand."""
    said = row.text or f"modelo {row.template}"
    text, key = f"Ficou por enviar: {said}", f"scheduled-unsent:{row.id}"
    add_note(session, conversation.id, conversation.channel, text, author="clock", key=key)


def _when(session: Session, row: ScheduledMessage, now: datetime) -> str:
    return format_when(row.send_at, now, provider_zone(session))


def _tell(session: Session, conversation: Conversation, row: ScheduledMessage, event: str, text: str) -> None:
    add_event(session, conversation.id, conversation.channel, event, text, author="clock", scheduled_id=row.id)
