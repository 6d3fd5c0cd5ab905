"""What an administrator does to queues: terms, order, new ones, and switching one off without losing anybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Misconfigured
from handoff.access import Attendant
from handoff.assignment.ring import ring
from handoff.events import add_event, locked
from handoff.queues import DEFAULT_QUEUE, OVERFLOW, Queue, ensure_organogram, organogram, queue_of
from handoff.release import change_queue
from handoff.staff import NotAllowed
from models.calendar import CalendarRow
from models.conversation import Conversation
from models.queue import QueueRow

NEEDED = (DEFAULT_QUEUE, OVERFLOW)
"""What has no queue goes into the first one, and what waits too long into the other."""


def write_queue(session: Session, name: str, terms: Mapping[str, Any], *, new: bool) -> dict[str, Any]:
    """Writes the terms of a queue, a new one at the end; what they were before. Raises NotAllowed saying what makes no
    sense."""
    ensure_organogram(session)
    row = session.get(QueueRow, name, with_for_update=True)
    if new and (row is not None or not name or len(name) > 40 or "|" in name):
        raise NotAllowed("O nome da fila não pode ficar vazio, já existir, ter | nem passar de 40 letras.")
    try:
        queue = queue_of(name, terms)
    except Misconfigured as error:
        raise NotAllowed(error.detail) from error
    _check(session, queue)
    if row is None:
        last = session.scalar(select(func.max(QueueRow.position))) or 0
        session.add(QueueRow(name=name, position=last + 1, terms=dict(terms)))
        session.flush()
        return {}
    before = dict(row.terms)
    row.terms = dict(terms)
    session.flush()
    return before


def switch_queue(
    session: Session, name: str, by: Attendant, *, on: bool, now: datetime, move_to: str = ""
) -> tuple[bool, int]:
    """On or off, and how many conversations moved. Off needs it to be empty, or another queue for what is open in it.
    Whether anything changed. Raises NotAllowed."""
    ensure_organogram(session)
    row = session.get(QueueRow, name, with_for_update=True)
    if row is None:
        raise NotAllowed("Esta fila não existe.")
    if row.active == on:
        return False, 0
    if not on and name in NEEDED:
        raise NotAllowed(f"A fila {name} é sempre necessária.")
    row.active = on
    session.flush()
    return True, 0 if on else _moved(session, name, move_to, by, now)


def move_queue(session: Session, name: str, *, up: bool) -> bool:
    """One place up or down in the list; False at its end."""
    ensure_organogram(session)
    rows = list(session.scalars(select(QueueRow).order_by(QueueRow.position, QueueRow.name).with_for_update()))
    here = next((place for place, row in enumerate(rows) if row.name == name), -1)
    there = here - 1 if up else here + 1
    if here < 0 or not 0 <= there < len(rows):
        return False
    rows[here], rows[there] = rows[there], rows[here]
    for place, row in enumerate(rows, 1):
        row.position = place
    session.flush()
    return True


def open_in(session: Session) -> dict[str, int]:
    """How many open conversations each queue has."""
    counted = (
        select(Conversation.queue, func.count()).where(Conversation.handler != "closed").group_by(Conversation.queue)
    )
    return {name or DEFAULT_QUEUE: count for name, count in session.execute(counted)}


def _moved(session: Session, name: str, move_to: str, by: Attendant, now: datetime) -> int:
    inside = (Conversation.queue == name) & Conversation.handler.in_(("queue", "agent"))
    found = session.scalars(select(Conversation.id).where(inside).order_by(Conversation.id)).all()
    if not found:
        return 0
    if move_to == name or move_to not in organogram(session).names:
        raise NotAllowed("Há conversas abertas nesta fila: escolha para onde elas vão.")
    for conversation_id in found:
        _move(session, conversation_id, name, move_to, by, now)
    ring(session)
    return len(found)


def _move(session: Session, conversation_id: int, name: str, move_to: str, by: Attendant, now: datetime) -> None:
    """Whoever has it keeps it, and its place in line with it."""
    conversation = locked(session, conversation_id)
    if conversation is None or conversation.queue != name or conversation.handler not in ("queue", "agent"):
        return
    change_queue(session, conversation, move_to, now)
    text = f"{by.name} desligou a fila {name}: segue em {move_to}"
    detail = {"from_queue": name, "to_queue": move_to}
    add_event(session, conversation.id, conversation.channel, "transferred", text, author=by.author, **detail)


def _check(session: Session, queue: Queue) -> None:
    names = organogram(session).names | {queue.name}
    for word, target in (("transbordo", queue.overflow_to), ("próximo nível", queue.escalates_to)):
        if target and target not in names:
            raise NotAllowed(f"A fila do {word} não existe: {target}")
    if queue.escalates_to == queue.name:
        raise NotAllowed("Uma fila não passa para ela mesma.")
    calendars = set(session.scalars(select(CalendarRow.name)))
    if calendars and queue.calendar not in calendars:
        raise NotAllowed(f"Não existe o calendário {queue.calendar}.")
    if queue.level > 3 or queue.weight < 1:
        raise NotAllowed("O nível vai de 0 a 3, e o peso começa em 1.")
