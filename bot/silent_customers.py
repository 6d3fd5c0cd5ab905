"""Customers who fall silent while a person waits for their answer: reminded once, then let go, with a way back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from bot.texts import Texts
from core.db import Database
from core.work_calendar import WorkCalendar
from handoff.calendars import calendar_named
from handoff.events import add_event, locked
from handoff.queues import Queue, organogram
from handoff.release import end
from handoff.reply import queue_text
from handoff.satisfaction.farewell import ask_in
from handoff.satisfaction.terms import satisfaction_terms
from handoff.sla import clocks
from models import utc_now
from models.conversation import Conversation
from models.message import RANK, Message
from models.network_job import OPEN_STATES, NetworkJob
from models.scheduled_message import ScheduledMessage
from models.sla import SlaClock, SlaPause
from models.ticket import Ticket

REASON = "silent_customer"
THEY_HAVE_IT = RANK["accepted"]

_SPOKEN = (Message.direction.in_(("in", "out")), Message.author.not_in(("system", "bot")))
"""What people said to each other; notices of ours count for nothing."""


def watch_silence(_ref_id: int, *, db: Database, texts: Texts) -> None:
    """Reminds and closes what is due, each conversation in a transaction of its own. May be run again."""
    now = utc_now()
    with db.transaction() as session:
        silent = _silent(session)
    for conversation_id in silent:
        with db.transaction() as session:
            mind_silence(session, conversation_id, texts, now)


def mind_silence(session: Session, conversation_id: int, texts: Texts, now: datetime) -> str:
    """Reminds the customer, or ends the conversation, if it is time for that: `reminded`, `closed`, or nothing.

    Silence is counted in the opening minutes of the queue, from the last words of a person that left; it is only acted
    on while the queue is open, and never where it is we who owe something: a job, a visit, an agreed moment.
    """
    conversation = locked(session, conversation_id)
    if conversation is None or conversation.handler != "agent" or not conversation.reminds:
        return ""
    queue = organogram(session).queue(conversation.queue)
    asked_at = _asked_at(session, conversation.id)
    if not queue.remind_minutes or asked_at is None or session.scalar(select(_owed(conversation.id))):
        return ""
    hours = calendar_named(session, queue.calendar)
    if not hours.is_open(now):
        return ""
    if conversation.reminded_at is None or conversation.reminded_at < asked_at:
        return _remind(session, conversation, queue, hours, asked_at, texts, now)
    return _let_go(session, conversation, queue, hours, texts, now)


def _remind(
    session: Session,
    conversation: Conversation,
    queue: Queue,
    hours: WorkCalendar,
    asked_at: datetime,
    texts: Texts,
    now: datetime,
) -> str:
    silent_for = hours.working_seconds(asked_at, now)
    if silent_for < 60 * queue.remind_minutes or not conversation.window_open(now):
        return ""
    said = texts("silence.reminder", protocol=conversation.protocol)
    _say(session, conversation, said, f"reminder:{conversation.id}:{asked_at.timestamp()}")
    conversation.reminded_at = now
    text = f"Lembrete enviado: {round(silent_for / 60)} min sem resposta do cliente"
    add_event(session, conversation.id, conversation.channel, "reminded", text, author="clock")
    return "reminded"


def _let_go(
    session: Session, conversation: Conversation, queue: Queue, hours: WorkCalendar, texts: Texts, now: datetime
) -> str:
    since = conversation.reminded_at or now
    if not queue.close_minutes or hours.working_seconds(since, now) < 60 * queue.close_minutes:
        return ""
    told = conversation.window_open(now)
    if told:
        said = texts("silence.closed", protocol=conversation.protocol)
        message_id = _say(session, conversation, said, f"silence:{conversation.id}:{conversation.version}")
        # A template is not sent for it: who did not even answer is asked only where it costs nothing.
        if satisfaction_terms(session).ask_silent:
            ask_in(session, conversation, message_id, conversation.agent_id, texts.language, now)
    end(session, conversation, "clock", now)
    text = "Encerrada: o cliente não respondeu ao lembrete" + ("" if told else ", que já dizia como voltar")
    add_event(session, conversation.id, conversation.channel, "closed", text, author="clock")
    return "closed"


def _say(session: Session, conversation: Conversation, text: str, key: str) -> int:
    return queue_text(session, conversation, text, author="system", key=key, reason=REASON)


def _silent(session: Session) -> list[int]:
    """The conversations of people in which it may be the customer's turn: a person spoke last."""
    last = (
        select(Message.author)
        .where(Message.conversation_id == Conversation.id, *_SPOKEN)
        .order_by(Message.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    wanted = select(Conversation.id).where(
        Conversation.handler == "agent",
        Conversation.reminds,
        Conversation.snoozed_until.is_(None),
        last.startswith("agent:"),
    )
    return list(session.scalars(wanted.order_by(Conversation.id)))


def _asked_at(session: Session, conversation_id: int) -> datetime | None:
    """When a person spoke last, if nobody spoke since and it reached WhatsApp."""
    last = session.execute(
        select(Message.direction, Message.author, Message.status, Message.received_at)
        .where(Message.conversation_id == conversation_id, *_SPOKEN)
        .order_by(Message.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None or last.direction != "out" or RANK.get(last.status, 0) < THEY_HAVE_IT:
        return None
    return last.received_at if last.author.startswith("agent:") else None


def _owed(conversation_id: int) -> ColumnElement[bool]:
    """Whether the next step is ours: an open job, ticket or visit, or a moment that was agreed on."""
    return or_(
        exists().where(Conversation.id == conversation_id, Conversation.snoozed_until.is_not(None)),
        exists().where(NetworkJob.conversation_id == conversation_id, NetworkJob.state.in_(OPEN_STATES)),
        exists().where(Ticket.conversation_id == conversation_id, Ticket.state == "open"),
        exists().where(
            SlaClock.conversation_id == conversation_id, SlaClock.kind == "arrival", SlaClock.stopped_at.is_(None)
        ),
        exists().where(
            SlaPause.conversation_id == conversation_id,
            SlaPause.ended_at.is_(None),
            SlaPause.reason.in_((clocks.THIRD_PARTY, clocks.SCHEDULED)),
        ),
        exists().where(ScheduledMessage.conversation_id == conversation_id, ScheduledMessage.state == "waiting"),
    )
