"""Whether a silent customer of one conversation is reminded, and the conversation closed in the end."""

from __future__ import annotations

from sqlalchemy.orm import Session

from handoff import audit
from handoff.access import Attendant
from handoff.events import add_event, locked
from handoff.outcome import Denied, Done
from handoff.reply import GONE, not_owner


def set_reminds(session: Session, conversation_id: int, agent: Attendant, wanted: bool) -> Done | Denied:
    """Switches the reminder of this conversation on or off. Only the owner may. May be called again."""
    conversation = locked(session, conversation_id)
    if conversation is None:
        return GONE
    if problem := not_owner(session, conversation, agent):
        return problem
    if conversation.reminds == wanted:
        return Done(conversation_id, repeated=True)
    conversation.reminds, conversation.reminded_at = wanted, None
    text = f"{agent.name} {'ligou' if wanted else 'desligou'} o lembrete e o encerramento por silêncio"
    event_id = add_event(session, conversation_id, conversation.channel, "reminds", text, author=agent.author)
    audit.record(session, agent.login, "conversation.reminds", f"conversation:{conversation_id}", wanted=wanted)
    return Done(event_id)
