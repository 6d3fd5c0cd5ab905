"""Letting somebody speak to the customer from a queue that does not: once a conversation, with a logged reason."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from handoff import audit
from handoff.access import Attendant
from handoff.events import add_event, locked
from handoff.outcome import Denied, Done
from handoff.reply import GONE, SPEAKS, not_owner, speaks

SAY_WHY = Denied("Diga por que esta fila vai falar com o cliente.")
SPEAKS_ANYWAY = Denied("Esta conversa já pode ser respondida daqui.")


def let_speak(session: Session, conversation_id: int, agent: Attendant, reason: str, *, now: datetime) -> Done | Denied:
    """Lets the owner speak to the customer from a queue that does not, as long as the conversation is in it. The reason
    stands in the thread, and the audit says who."""
    conversation = locked(session, conversation_id)
    if conversation is None:
        return GONE
    if problem := not_owner(session, conversation, agent):
        return problem
    word = reason.replace("\x00", "").strip()[:500]
    if not word:
        return SAY_WHY
    if speaks(session, conversation):
        return SPEAKS_ANYWAY
    let = {"by": agent.login, "at": now.isoformat(), "queue": conversation.queue, "reason": word}
    conversation.checklist = {**conversation.checklist, SPEAKS: let}
    text = f"{agent.name} vai falar com o cliente pela fila {conversation.queue}: {word}"
    event_id = add_event(session, conversation.id, conversation.channel, "let_speak", text, author=agent.author)
    audit.record(session, agent.login, "conversation.let_speak", f"conversation:{conversation.id}")
    return Done(event_id)
