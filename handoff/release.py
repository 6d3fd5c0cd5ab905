"""How an agent lets go of a conversation: back to the bot, to another queue, or closed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from handoff import audit
from handoff.access import Attendant
from handoff.events import add_event, locked, mark_handled_by_person, unanswered_since
from handoff.outcome import Denied, Done
from handoff.queues import organogram
from handoff.reply import GONE, MAX_LENGTH, TOO_LONG, not_owner
from handoff.satisfaction.farewell import say_farewell
from handoff.sla import clocks
from models import utc_now
from models.conversation import Conversation
from nlu.languages import PORTUGUESE

# What the bot asked before a person came must not be answered hours later: a "sim" would act on the network.
RUNNING_QUESTION = frozenset({"expect", "intent", "document", "misses", "pending", "unsure", "data"})

UNKNOWN_QUEUE = Denied("Escolha uma das filas da lista.")
SAME_QUEUE = Denied("A conversa já espera nessa fila.")


def give_back(session: Session, conversation_id: int, agent: Attendant) -> Done | Denied:
    """The bot speaks next, and has no question open. It answers only what comes after: the rest was the agent's."""
    conversation = _owned(session, conversation_id, agent)
    if isinstance(conversation, Denied):
        return conversation
    mark_handled_by_person(session, conversation_id)
    conversation.dialogue = {name: kept for name, kept in conversation.dialogue.items() if name not in RUNNING_QUESTION}
    conversation.handler = "bot"
    conversation.agent_id = None
    conversation.queue = None
    conversation.waiting_since = None
    conversation.version += 1
    text = f"{agent.name} devolveu a conversa ao atendimento automático"
    return _settle(session, conversation, agent, "given_back", text)


def close(
    session: Session,
    conversation_id: int,
    agent: Attendant,
    *,
    now: datetime | None = None,
    language: str = PORTUGUESE,
) -> Done | Denied:
    """Ends the conversation; the customer gets the protocol number if the 24-hour window still allows a message, and is
    asked how it was where that is due (handoff.satisfaction). `language` is the customer's."""
    conversation = _owned(session, conversation_id, agent)
    if isinstance(conversation, Denied):
        return conversation
    moment = now or utc_now()
    mark_handled_by_person(session, conversation_id)
    told = say_farewell(session, conversation, agent.id, agent.author, language, moment)
    conversation.handler = "closed"
    conversation.closed_at = moment
    conversation.waiting_since = None
    conversation.needs_person = None
    conversation.version += 1
    text = f"{agent.name} encerrou a conversa"
    if not told:
        text += " sem avisar o cliente: a janela de 24 horas estava fechada"
    return _settle(session, conversation, agent, "closed", text)


def transfer(session: Session, conversation_id: int, agent: Attendant, queue: str, note: str) -> Done | Denied:
    """Sends the conversation to another queue with a word to whoever takes it. Its owner or a supervisor may.

    The wait counts from the oldest message that nobody answered, so that a transfer never costs the customer
    their place.
    """
    conversation = locked(session, conversation_id)
    if conversation is None:
        return GONE
    problem = TOO_LONG if len(note) > MAX_LENGTH else _may_not_transfer(session, conversation, agent, queue)
    if problem:
        return problem
    word = note.replace("\x00", "").strip()
    before = conversation.queue
    send_to_queue(session, conversation, queue, utc_now())
    conversation.handed_off_for = word or conversation.handed_off_for
    text = f"{agent.name} transferiu para {queue}" + (f": {word}" if word else "")
    return _settle(session, conversation, agent, "transferred", text, from_queue=before, to_queue=queue)


def send_to_queue(session: Session, conversation: Conversation, queue: str, now: datetime) -> None:
    """Lets a locked conversation wait in another queue, and its clocks run by that queue's terms. What is told, and
    who may, is for the caller."""
    conversation.handler = "queue"
    conversation.agent_id = None
    conversation.queue = queue
    conversation.waiting_since = unanswered_since(session, conversation.id) or now
    conversation.needs_person = None
    conversation.version += 1
    clocks.moved(session, conversation, now)


def _owned(session: Session, conversation_id: int, agent: Attendant) -> Conversation | Denied:
    conversation = locked(session, conversation_id)
    if conversation is None:
        return GONE
    return not_owner(session, conversation, agent) or conversation


def _may_not_transfer(session: Session, conversation: Conversation, agent: Attendant, queue: str) -> Denied | None:
    if queue not in organogram(session).names:
        return UNKNOWN_QUEUE
    if conversation.handler == "queue" and conversation.queue == queue:
        return SAME_QUEUE
    if agent.supervises and conversation.handler != "closed":
        return None
    return not_owner(session, conversation, agent)


def _settle(
    session: Session, conversation: Conversation, agent: Attendant, event: str, text: str, **detail: str | None
) -> Done:
    event_id = add_event(session, conversation.id, conversation.channel, event, text, author=agent.author, **detail)
    audit.record(session, agent.login, f"conversation.{event}", f"conversation:{conversation.id}", **detail)
    return Done(event_id)
