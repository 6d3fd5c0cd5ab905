"""How an agent lets go of a conversation: back to the bot, to another queue, or closed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from handoff import audit
from handoff.access import Attendant
from handoff.assignment.ring import ring
from handoff.events import add_event, locked, mark_handled_by_person, unanswered_since
from handoff.life.escalation import last_owner_in, may_go_up, queue_below, taken_along
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
NOTHING_BELOW = Denied("Não há um nível abaixo desta fila.")
SAY_WHAT_NOW = Denied("Escreva o que foi feito e o que falta: é com isso que o nível abaixo segue.")


def give_back(session: Session, conversation_id: int, agent: Attendant) -> Done | Denied:
    """The bot speaks next, and has no question open. It answers only what comes after: the rest was the agent's."""
    conversation = _owned(session, conversation_id, agent)
    if isinstance(conversation, Denied):
        return conversation
    mark_handled_by_person(session, conversation_id)
    _to_the_bot(conversation)
    text = f"{agent.name} devolveu a conversa ao atendimento automático"
    return _settle(session, conversation, agent, "given_back", text)


def need_no_person(session: Session, conversation: Conversation, why: str) -> None:
    """A locked conversation that waits goes back to the bot: what it waited for is settled. `why` is for its thread."""
    _to_the_bot(conversation)
    add_event(session, conversation.id, conversation.channel, "given_back", why, author="system")
    ring(session)


def _to_the_bot(conversation: Conversation) -> None:
    conversation.dialogue = {name: kept for name, kept in conversation.dialogue.items() if name not in RUNNING_QUESTION}
    conversation.handler = "bot"
    conversation.agent_id = None
    conversation.queue = None
    conversation.waiting_since = None
    conversation.version += 1


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
    told = say_farewell(session, conversation, agent.id, agent.author, language, moment)
    end(session, conversation, agent.login, moment)
    text = f"{agent.name} encerrou a conversa"
    if not told:
        text += " sem avisar o cliente: a janela de 24 horas estava fechada"
    return _settle(session, conversation, agent, "closed", text)


def end(session: Session, conversation: Conversation, by: str, now: datetime) -> None:
    """Ends a locked conversation that people had. `by` is a login or clock; what is told is for the caller."""
    mark_handled_by_person(session, conversation.id)
    conversation.handler = "closed"
    conversation.closed_at = now
    conversation.closed_by = by
    conversation.waiting_since = None
    conversation.needs_person = None
    conversation.version += 1


def transfer(
    session: Session,
    conversation_id: int,
    agent: Attendant,
    queue: str,
    note: str,
    *,
    override: str = "",
    now: datetime | None = None,
) -> Done | Denied:
    """Sends the conversation to another queue with a word to whoever takes it. Its owner or a supervisor may.

    A level up wants a complete checklist, or why not (`override`); what is known and was tested goes along. The wait
    counts from the oldest message that nobody answered, so that a transfer never costs the customer their place.
    """
    conversation = locked(session, conversation_id)
    if conversation is None:
        return GONE
    moment = now or utc_now()
    too_long = len(note) > MAX_LENGTH or len(override) > MAX_LENGTH
    problem = TOO_LONG if too_long else _may_not_transfer(session, conversation, agent, queue)
    problem = problem or may_go_up(session, conversation, agent, queue, override, moment)
    if problem:
        return problem
    word = note.replace("\x00", "").strip()
    before = conversation.queue
    known = taken_along(session, conversation, moment)
    send_to_queue(session, conversation, queue, moment)
    conversation.handed_off_for = word or conversation.handed_off_for
    text = f"{agent.name} transferiu para {queue}" + (f": {word}" if word else "")
    detail = {"from_queue": before, "to_queue": queue, "note": word, "known": known}
    event_id = add_event(
        session, conversation.id, conversation.channel, "transferred", text, author=agent.author, **detail
    )
    subject = f"conversation:{conversation_id}"
    audit.record(session, agent.login, "conversation.transferred", subject, from_queue=before, to_queue=queue)
    ring(session)
    return Done(event_id)


def give_down(
    session: Session, conversation_id: int, agent: Attendant, note: str, *, now: datetime | None = None
) -> Done | Denied:
    """Sends the conversation back to the level below, to whoever had it there, with what was found out. As `transfer`,
    but without a word there is nothing to go on with."""
    conversation = locked(session, conversation_id)
    if conversation is None:
        return GONE
    below = queue_below(organogram(session), conversation.queue)
    if not below:
        return NOTHING_BELOW
    if not note.replace("\x00", "").strip():
        return SAY_WHAT_NOW
    done = transfer(session, conversation_id, agent, below, note, now=now)
    if isinstance(done, Done):
        conversation.last_agent_id = last_owner_in(session, conversation_id, below)
    return done


def send_to_queue(session: Session, conversation: Conversation, queue: str, now: datetime) -> None:
    """Lets a locked conversation wait in another queue, and its clocks run by that queue's terms. What is told, and
    who may, is for the caller."""
    # What is read comes first: between the changes it would write them one by one, and the history would tell of a
    # moment in the former queue.
    waiting_since = unanswered_since(session, conversation.id) or now
    clocks.resume(session, conversation.id, now, (clocks.SCHEDULED,))
    conversation.handler = "queue"
    conversation.agent_id = None
    # Who let it go does not get it back as the one who knows it.
    conversation.last_agent_id = None
    conversation.waiting_since = waiting_since
    conversation.needs_person = None
    conversation.snoozed_until, conversation.snooze_reason = None, ""
    change_queue(session, conversation, queue, now)


def change_queue(session: Session, conversation: Conversation, queue: str, now: datetime) -> None:
    """Puts a locked conversation that people have into another queue, whoever has it: the one place where that is
    done, so that its clocks always know."""
    conversation.queue = queue
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


def _settle(session: Session, conversation: Conversation, agent: Attendant, event: str, text: str) -> Done:
    event_id = add_event(session, conversation.id, conversation.channel, event, text, author=agent.author)
    audit.record(session, agent.login, f"conversation.{event}", f"conversation:{conversation.id}")
    # Somebody has room now, or something waits.
    ring(session)
    return Done(event_id)
