"""Putting a conversation off until a moment: nobody waits in it meanwhile, and whatever happens it wakes again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.dates import format_when
from core.db import Database
from handoff import audit
from handoff.access import Attendant
from handoff.events import add_event, locked
from handoff.outcome import Denied, Done
from handoff.reply import owned_or_supervised
from handoff.sla import clocks
from models import utc_now
from models.conversation import Conversation
from models.provider import provider_zone

LONGEST = timedelta(days=90)
LATE_AFTER = timedelta(minutes=5)
"""A wake-up that comes later than this says so: the system stood still."""

LONGEST_REASON = 300
SAY_WHY = Denied("Escreva para que a conversa volta: quem a abrir precisa saber.")
IN_THE_PAST = Denied("Escolha um momento que ainda não passou.")
TOO_FAR = Denied("Adie por 90 dias, no máximo.")
NOT_ASLEEP = Denied("Esta conversa não está adiada.")


def snooze(
    session: Session, conversation_id: int, agent: Attendant, until: datetime, reason: str, *, now: datetime
) -> Done | Denied:
    """Puts the conversation off until a moment, or until the customer writes. The owner may, and whoever supervises.

    Its promised times are held meanwhile. Again, it is put off until the new moment.
    """
    conversation = owned_or_supervised(session, conversation_id, agent)
    if isinstance(conversation, Denied):
        return conversation
    word = reason.replace("\x00", "").strip()[:LONGEST_REASON]
    if not word:
        return SAY_WHY
    if until <= now:
        return IN_THE_PAST
    if until > now + LONGEST:
        return TOO_FAR
    conversation.snoozed_until, conversation.snooze_reason = until, word
    conversation.needs_person = None
    conversation.version += 1
    clocks.pause(session, conversation_id, clocks.SCHEDULED, agent.login, now, word)
    when = format_when(until, now, provider_zone(session))
    text = f"{agent.name} adiou a conversa: volta {when} ({word})"
    event_id = add_event(session, conversation.id, conversation.channel, "snoozed", text, author=agent.author)
    audit.record(
        session, agent.login, "conversation.snoozed", f"conversation:{conversation_id}", until=until.isoformat()
    )
    return Done(event_id)


def wake_now(session: Session, conversation_id: int, agent: Attendant, *, now: datetime) -> Done | Denied:
    """Ends the snooze by hand. The owner may, and whoever supervises."""
    conversation = owned_or_supervised(session, conversation_id, agent)
    if isinstance(conversation, Denied):
        return conversation
    if conversation.snoozed_until is None:
        return NOT_ASLEEP
    event_id = _wake(session, conversation, f"{agent.name} retomou a conversa antes da hora", agent.author, now)
    audit.record(session, agent.login, "conversation.woken", f"conversation:{conversation_id}")
    return Done(event_id)


def customer_wrote(session: Session, conversation: Conversation, now: datetime) -> None:
    """The customer does not wait for our alarm clock: a sleeping conversation of people is awake again."""
    if conversation.snoozed_until is None or conversation.handler not in ("queue", "agent"):
        return
    _wake(session, conversation, "A conversa adiada voltou: o cliente escreveu", "clock", now)


def wake_snoozed(_ref_id: int, *, db: Database) -> None:
    """Wakes all whose moment has come, each in a transaction of its own, however late. May be run again."""
    now = utc_now()
    with db.transaction() as session:
        due = select(Conversation.id).where(Conversation.snoozed_until <= now)
        found = session.scalars(due.order_by(Conversation.snoozed_until)).all()
    for conversation_id in found:
        with db.transaction() as session:
            wake_due(session, conversation_id, now)


def wake_due(session: Session, conversation_id: int, now: datetime) -> bool:
    """Wakes the conversation if its moment has come, and tells its people to look; whether it did."""
    conversation = locked(session, conversation_id)
    if conversation is None or conversation.snoozed_until is None or conversation.snoozed_until > now:
        return False
    late = now - conversation.snoozed_until > LATE_AFTER
    meant = format_when(conversation.snoozed_until, now, provider_zone(session))
    why = conversation.snooze_reason
    text = (
        "A conversa adiada voltou" + (f", com atraso: era para {meant}" if late else "") + (f" ({why})" if why else "")
    )
    _wake(session, conversation, text, "clock", now)
    conversation.needs_person = f"adiada até agora: {why}" if why else "adiada até agora"
    return True


def _wake(session: Session, conversation: Conversation, text: str, author: str, now: datetime) -> int:
    conversation.snoozed_until, conversation.snooze_reason = None, ""
    conversation.version += 1
    clocks.resume(session, conversation.id, now, (clocks.SCHEDULED,))
    return add_event(session, conversation.id, conversation.channel, "woken", text, author=author)
