"""An agent holds a conversation's time or lets it run again: with a reason, told in the thread, and audited."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from handoff import audit
from handoff.access import Attendant
from handoff.events import add_event
from handoff.outcome import Denied, Done
from handoff.reply import MAX_LENGTH, TOO_LONG, owned_or_supervised
from handoff.sla import clocks
from handoff.sla.standing import REASON_NAMES
from models.conversation import Conversation

UNKNOWN_REASON = Denied("Escolha por que o tempo para.")
HELD_ALREADY = Denied("O tempo desta conversa já está parado.")
NOT_HELD = Denied("O tempo desta conversa não está parado.")


def hold(
    session: Session, conversation_id: int, agent: Attendant, reason: str, note: str, *, now: datetime
) -> Done | Denied:
    """Holds the time, for one of REASON_NAMES. The owner may, and whoever supervises."""
    conversation = owned_or_supervised(session, conversation_id, agent)
    if isinstance(conversation, Denied):
        return conversation
    if reason not in REASON_NAMES:
        return UNKNOWN_REASON
    word = note.replace("\x00", "").strip()
    if len(word) > MAX_LENGTH:
        return TOO_LONG
    if not clocks.pause(session, conversation_id, reason, agent.login, now, word):
        return HELD_ALREADY
    text = f"{agent.name} parou o tempo: {REASON_NAMES[reason]}" + (f" ({word})" if word else "")
    return _told(session, conversation, agent, "sla_paused", text, reason=reason)


def go_on(session: Session, conversation_id: int, agent: Attendant, *, now: datetime) -> Done | Denied:
    """Lets the time run again. The owner may, and whoever supervises."""
    conversation = owned_or_supervised(session, conversation_id, agent)
    if isinstance(conversation, Denied):
        return conversation
    if not clocks.resume(session, conversation_id, now):
        return NOT_HELD
    return _told(session, conversation, agent, "sla_resumed", f"{agent.name} retomou a contagem do tempo")


def _told(session: Session, conversation: Conversation, agent: Attendant, event: str, text: str, **detail: str) -> Done:
    event_id = add_event(session, conversation.id, conversation.channel, event, text, author=agent.author, **detail)
    audit.record(session, agent.login, event.replace("sla_", "sla."), f"conversation:{conversation.id}", **detail)
    return Done(event_id)
