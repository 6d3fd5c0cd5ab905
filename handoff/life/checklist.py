"""What has to be done before a conversation goes a level up: ticked by facts where there are any, else by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.dates import format_when
from handoff import audit
from handoff.access import Attendant
from handoff.events import locked
from handoff.life.terms import life_terms
from handoff.outcome import Denied, Done
from handoff.queues import organogram
from handoff.reply import GONE, not_owner
from models.agent import name_of
from models.contact import Contact
from models.conversation import Conversation
from models.line_report import LineReport
from models.message import Message
from models.network_job import NetworkJob
from models.provider import provider_zone
from provisioning.action import DIAGNOSE

NAMES = {
    "identified": "Cliente identificado",
    "contract": "Contrato conhecido",
    "tests": "Testes feitos",
    "evidence": "Evidência guardada",
}
"""What the items with facts of their own are called; any other item of a queue is called as it is written there."""

SHOWS_SOMETHING = ("image", "video", "audio", "voice", "document", "location")
TICKED, OVERRIDDEN = "ticked", "overridden"
"""Keys of Conversation.checklist. A tick counts in the queue in which it was made: each level does its own tests."""


@dataclass(frozen=True)
class Item:
    """One thing to be done. `how` says by which fact or by whom it is done; a fact cannot be unticked by hand."""

    name: str
    label: str
    done: bool
    how: str = ""
    by_hand: bool = False


def read_checklist(session: Session, conversation: Conversation, now: datetime) -> tuple[Item, ...]:
    """The items of the queue in which the conversation is; none where nothing is above it."""
    queue = organogram(session).queue(conversation.queue)
    return read_items(session, conversation, queue.checklist, now)


def read_items(session: Session, conversation: Conversation, names: tuple[str, ...], now: datetime) -> tuple[Item, ...]:
    """These items, as they stand in the conversation."""
    return tuple(_item(session, conversation, name, now) for name in names)


def tick(
    session: Session, conversation_id: int, agent: Attendant, name: str, done: bool, *, now: datetime
) -> Done | Denied:
    """Ticks an item by hand, or takes that back; both are audited. Only the owner may. May be called again."""
    conversation = locked(session, conversation_id)
    if conversation is None:
        return GONE
    if problem := not_owner(session, conversation, agent):
        return problem
    if name not in organogram(session).queue(conversation.queue).checklist:
        return Denied("Este item não está na lista desta fila.")
    ticked = {**conversation.checklist.get(TICKED, {})}
    ticked.pop(name, None)
    if done:
        ticked[name] = {"by": agent.login, "at": now.isoformat(), "queue": conversation.queue}
    conversation.checklist = {**conversation.checklist, TICKED: ticked}
    subject = f"conversation:{conversation_id}"
    audit.record(session, agent.login, "checklist.ticked" if done else "checklist.unticked", subject, item=name)
    return Done(conversation_id)


def _item(session: Session, conversation: Conversation, name: str, now: datetime) -> Item:
    label = NAMES.get(name, name)
    fact = FACTS[name](session, conversation, now) if name in FACTS else ""
    if fact:
        return Item(name, label, True, fact)
    hand: Mapping[str, str] | None = conversation.checklist.get(TICKED, {}).get(name)
    if hand is None or hand["queue"] != conversation.queue:
        return Item(name, label, False)
    when = format_when(datetime.fromisoformat(hand["at"]), now, provider_zone(session))
    return Item(name, label, True, f"{name_of(session, hand['by'])}, {when}", by_hand=True)


def _identified(session: Session, conversation: Conversation, now: datetime) -> str:
    contact = session.get_one(Contact, conversation.contact_id)
    return "provado no atendimento" if contact.customer_ref else ""


def _contract(session: Session, conversation: Conversation, now: datetime) -> str:
    return f"contrato {conversation.contract_ref}" if conversation.contract_ref else ""


def _tests(session: Session, conversation: Conversation, now: datetime) -> str:
    since = now - timedelta(hours=life_terms(session).tests_hours)
    measured = select(func.max(NetworkJob.finished_at)).where(
        NetworkJob.conversation_id == conversation.id,
        NetworkJob.action == DIAGNOSE,
        NetworkJob.state.in_(("verified", "already")),
        NetworkJob.finished_at > since,
    )
    if at := session.scalar(measured):
        return f"conexão testada {format_when(at, now, provider_zone(session))}"
    told = select(func.max(LineReport.at)).where(LineReport.conversation_id == conversation.id, LineReport.at > since)
    at = session.scalar(told)
    return f"linha verificada {format_when(at, now, provider_zone(session))}" if at else ""


def _evidence(session: Session, conversation: Conversation, now: datetime) -> str:
    sent = select(func.count()).where(
        Message.conversation_id == conversation.id, Message.direction == "in", Message.kind.in_(SHOWS_SOMETHING)
    )
    if count := session.scalar(sent):
        return "1 arquivo do cliente" if count == 1 else f"{count} arquivos do cliente"
    measured = select(NetworkJob.id).where(
        NetworkJob.conversation_id == conversation.id,
        NetworkJob.action == DIAGNOSE,
        NetworkJob.state.in_(("verified", "already")),
    )
    return "medições do teste" if session.scalar(measured.limit(1)) else ""


Fact = Callable[[Session, Conversation, datetime], str]
FACTS: Mapping[str, Fact] = {
    "identified": _identified,
    "contract": _contract,
    "tests": _tests,
    "evidence": _evidence,
}
