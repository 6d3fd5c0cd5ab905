"""Who has a conversation, and what the person who looks at it may do with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handoff.access import Attendant
from handoff.console.ports import House
from handoff.console.wording import clock, moment, waited
from handoff.reply import speaks
from models.agent import Agent
from models.conversation import WINDOW, WINDOW_MARGIN, Conversation

WINDOW_ENDS_SOON = timedelta(hours=3)


@dataclass(frozen=True)
class Standing:
    """Who has the conversation and what this person may do with it. Empty text means: not so."""

    state: str
    who_has_it: str
    protocol: str
    opened: str
    mine: bool
    may_take: bool
    may_take_over: bool
    may_transfer: bool
    may_hold: bool
    owner_login: str
    window: str
    window_until: str
    window_open: bool
    window_ends_soon: bool
    why_no_reply: str
    queue: str
    alert: str


def read_standing(
    session: Session, conversation: Conversation, who: Attendant, place: House, now: datetime
) -> Standing:
    """As it is now."""
    owner = session.get(Agent, conversation.agent_id) if conversation.agent_id else None
    state = conversation.handler
    mine = state == "agent" and conversation.agent_id == who.id
    window_open = conversation.window_open(now)
    return Standing(
        state=state,
        who_has_it=_who_has_it(conversation, owner, mine, place, now),
        protocol=conversation.protocol,
        opened=moment(conversation.opened_at, now, place.zone),
        mine=mine,
        may_take=state in ("bot", "queue"),
        may_take_over=state == "agent" and not mine and who.supervises,
        may_transfer=mine or (who.supervises and state != "closed"),
        may_hold=mine or (who.supervises and state in ("queue", "agent")),
        owner_login=owner.login if owner else "",
        window=_window(conversation, window_open, place, now),
        window_until=_window_ends(conversation).isoformat() if window_open else "",
        window_open=window_open,
        window_ends_soon=window_open and not conversation.window_open(now + WINDOW_ENDS_SOON),
        why_no_reply=_why_no_reply(state, mine, window_open, owner) or _mute(session, conversation),
        queue=conversation.queue or "",
        alert=conversation.needs_person or "",
    )


def _who_has_it(conversation: Conversation, owner: Agent | None, mine: bool, place: House, now: datetime) -> str:
    name = owner.name if owner else "outra pessoa"
    if conversation.handler == "agent":
        return "Com você" if mine else f"Com {name}"
    if conversation.handler == "queue":
        since = f" há {waited(conversation.waiting_since, now)}" if conversation.waiting_since else ""
        return f"Esperando em {conversation.queue}{since}".replace("há agora", "agora")
    if conversation.handler == "closed":
        return "Encerrada" + (f" {moment(conversation.closed_at, now, place.zone)}" if conversation.closed_at else "")
    return "Com o atendimento automático"


def _window(conversation: Conversation, window_open: bool, place: House, now: datetime) -> str:
    if conversation.last_inbound_at is None or not window_open:
        return "Janela de 24 h fechada"
    ends = _window_ends(conversation)
    left = ends - now
    # By whole hours while there are many, so that the page is not drawn anew each minute.
    whole = f"{left // timedelta(hours=1)} h" if left >= WINDOW_ENDS_SOON else waited(now, ends)
    return f"A janela fecha em {whole}, às {clock(ends, place.zone)}".replace("em agora", "em menos de 1 min")


def _window_ends(conversation: Conversation) -> datetime:
    return (conversation.last_inbound_at or conversation.opened_at) + WINDOW - WINDOW_MARGIN


def _mute(session: Session, conversation: Conversation) -> str:
    return "" if speaks(session, conversation) else f"A fila {conversation.queue} fala com o nível abaixo, por notas."


def _why_no_reply(state: str, mine: bool, window_open: bool, owner: Agent | None) -> str:
    if state == "closed":
        return "A conversa foi encerrada. Se o cliente escrever, ela volta ou começa outra."
    if state == "agent" and not mine:
        return f"Quem responde agora é {owner.name if owner else 'outra pessoa'}."
    if not mine:
        return "Para responder, assuma a conversa."
    return "" if window_open else "A janela de 24 horas fechou: mande um modelo aprovado, ou espere o cliente escrever."
