"""What an agent writes: a reply that goes to the customer, or a note that never does."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import audit
from handoff.access import Attendant
from handoff.events import add_note, locked, mark_handled_by_person
from handoff.outcome import Denied, Done
from handoff.queues import organogram
from handoff.sla import clocks
from models import utc_now
from models.agent import Agent
from models.conversation import Conversation
from models.message import Message
from models.outbox import add_work

MAX_LENGTH = 4096
"""Characters of one WhatsApp text."""

SPEAKS = "speaks"
"""Key of Conversation.checklist: who lets its queue of now speak, and why. Another queue needs a reason of its own."""

GONE = Denied("Esta conversa não existe mais.")
EMPTY = Denied("Escreva uma mensagem antes de enviar.")
TOO_LONG = Denied("A mensagem passou de 4.096 caracteres. Divida em duas.")
WINDOW_CLOSED = Denied(
    "A janela de 24 horas do WhatsApp fechou: mande um modelo aprovado, ou espere o cliente escrever de novo."
)
TOKEN_REUSED = Denied("Um outro texto já foi enviado por esta tela. Confira a conversa e envie de novo.")


def reply(
    session: Session,
    conversation_id: int,
    agent: Attendant,
    text: str,
    client_token: str,
    *,
    now: datetime | None = None,
) -> Done | Denied:
    """Queues a text to the customer, in the agent's name. The same `client_token` and text twice is one message.

    Only the owner may reply, from a queue that talks to customers, only while the 24-hour window is open, 1 to 4,096
    characters. What the customer wrote before counts as handled by a person from then on.
    """
    conversation = locked(session, conversation_id)
    if conversation is None:
        return GONE
    body = clean_text(text)
    key = press_key("reply", conversation_id, agent, client_token)
    earlier = _earlier(session, key, body)
    if earlier:
        return earlier
    moment = now or utc_now()
    problem = _unfit(body) or may_answer(session, conversation, agent, moment)
    if problem:
        return problem
    message_id = queue_text(session, conversation, body, author=agent.author, key=key)
    answered(session, conversation, agent, moment)
    audit.record(session, agent.login, "message.sent", f"conversation:{conversation_id}", message_id=message_id)
    return Done(message_id)


def note(session: Session, conversation_id: int, agent: Attendant, text: str, client_token: str) -> Done | Denied:
    """Adds a note that only people of the provider see. The same `client_token` and text twice is one note.

    Anybody who may see the conversation may add one, also after it was closed. It settles an alert: somebody looked.
    After the end that goes for messages that came in too late, too.
    """
    conversation = locked(session, conversation_id)
    if conversation is None:
        return GONE
    body = clean_text(text)
    key = press_key("note", conversation_id, agent, client_token)
    problem = _earlier(session, key, body) or _unfit(body)
    if problem:
        return problem
    note_id = add_note(session, conversation.id, conversation.channel, body, author=agent.author, key=key)
    conversation.needs_person = None
    if conversation.handler == "closed":
        mark_handled_by_person(session, conversation_id)
    audit.record(session, agent.login, "note.added", f"conversation:{conversation_id}", message_id=note_id)
    return Done(note_id)


def queue_text(
    session: Session,
    conversation: Conversation,
    body: str,
    *,
    author: str,
    key: str,
    reason: str = "agent",
    kind: str = "text",
    payload: dict[str, Any] | None = None,
) -> int:
    """Adds an outbound text and the work of sending it, and returns the message's id. `kind` and `payload` are as in
    models.message, for one with something to tap."""
    row = Message(
        conversation_id=conversation.id,
        channel=conversation.channel,
        direction="out",
        kind=kind,
        payload=payload or {},
        text=body,
        author=author,
        reason=reason,
        status="queued",
        key=key,
    )
    session.add(row)
    session.flush()
    add_work(session, "deliver", row.id)
    return row.id


def may_answer(session: Session, conversation: Conversation, agent: Attendant, now: datetime) -> Denied | None:
    """Why `agent` may not write freely to the customer now, or None when they may: the owner, in the open window."""
    problem = may_not_speak(session, conversation, agent)
    return problem or (None if conversation.window_open(now) else WINDOW_CLOSED)


def answered(session: Session, conversation: Conversation, agent: Attendant, now: datetime) -> None:
    """What holds once a person has answered, by whatever kind of message: what came before is theirs, and settled."""
    mark_handled_by_person(session, conversation.id)
    clocks.answered(session, conversation, agent.id, now)
    conversation.needs_person = None


def not_owner(session: Session, conversation: Conversation, agent: Attendant) -> Denied | None:
    """Why `agent` may not act as the owner, or None when they are."""
    if conversation.handler == "closed":
        return Denied("Esta conversa já foi encerrada.")
    if conversation.handler != "agent":
        return Denied("Assuma a conversa primeiro.")
    if conversation.agent_id == agent.id:
        return None
    owner = session.get(Agent, conversation.agent_id)
    return Denied(f"Esta conversa está com {owner.name if owner else 'outra pessoa'}.")


def owned_or_supervised(session: Session, conversation_id: int, agent: Attendant) -> Conversation | Denied:
    """The conversation, locked, for whoever has it, or supervises one that people have; else why not."""
    conversation = locked(session, conversation_id)
    if conversation is None:
        return GONE
    if agent.supervises and conversation.handler in ("queue", "agent"):
        return conversation
    return not_owner(session, conversation, agent) or conversation


def may_not_speak(session: Session, conversation: Conversation, agent: Attendant) -> Denied | None:
    """Why `agent` may send nothing to the customer, or None: for texts, templates and files alike."""
    return not_owner(session, conversation, agent) or without_voice(session, conversation)


def without_voice(session: Session, conversation: Conversation) -> Denied | None:
    """Why nobody may write to the customer from where it is now, or None."""
    if speaks(session, conversation):
        return None
    return Denied(
        f"A fila {conversation.queue} não fala com o cliente: escreva uma nota e devolva, ou libere com um motivo."
    )


def speaks(session: Session, conversation: Conversation) -> bool:
    """Whether its queue talks to customers, or was let to in this conversation (handoff.life.speaking)."""
    if organogram(session).queue(conversation.queue).talks_to_customers:
        return True
    let = conversation.checklist.get(SPEAKS)
    return let is not None and bool(let["queue"] == conversation.queue)


def clean_text(text: str) -> str:
    """What was typed, as it is kept: trimmed, with plain line ends."""
    # PostgreSQL refuses NUL in text, and browsers send CRLF from a form.
    return text.replace("\x00", "").replace("\r\n", "\n").strip()


def _unfit(body: str) -> Denied | None:
    if not body:
        return EMPTY
    return TOO_LONG if len(body) > MAX_LENGTH else None


def press_key(kind: str, conversation_id: int, agent: Attendant, client_token: str) -> str:
    """One name for one press of the button: another conversation or person with the same token is another press."""
    return hashlib.sha256(f"{kind}\n{conversation_id}\n{agent.id}\n{client_token}".encode()).hexdigest()[:32]


def _earlier(session: Session, key: str, body: str) -> Done | Denied | None:
    known = session.execute(select(Message.id, Message.text).where(Message.key == key)).one_or_none()
    if known is None:
        return None
    return Done(known.id, repeated=True) if known.text == body else TOKEN_REUSED
