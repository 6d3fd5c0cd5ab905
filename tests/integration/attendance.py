"""People who are there and queues that are pushed, for the tests of assignment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.db import Database
from handoff.access import Attendant, attendant_of
from handoff.assignment.presence import ONLINE, switch
from handoff.assignment.push import assign_waiting
from handoff.queues import ensure_organogram
from models import utc_now
from models.agent import Agent
from models.conversation import Conversation
from models.message import Message
from models.queue import QueueRow


def push_queues(db: Database, *names: str, **terms: Any) -> None:
    """The template's queues, of which the named ones are pushed, with other terms of theirs."""
    with db.transaction() as session:
        ensure_organogram(session)
        for row in session.scalars(select(QueueRow).where(QueueRow.name.in_(names))):
            row.terms = {**row.terms, "push": True, **terms}


def people(db: Database, count: int, **more: Any) -> list[Attendant]:
    """Agents of N1, in the order of their ids. `more` are columns of theirs."""
    with db.transaction() as session:
        rows = [
            Agent(**{"login": f"pessoa{n:02}", "name": f"Pessoa {n:02}", "queues": ["N1"], "password_hash": "x"} | more)
            for n in range(1, count + 1)
        ]
        session.add_all(rows)
        session.flush()
        return [attendant_of(row) for row in rows]


def change(db: Database, who: Attendant, **columns: Any) -> None:
    """Other columns of an agent's row."""
    with db.transaction() as session:
        session.execute(update(Agent).where(Agent.id == who.id).values(columns))


def put(
    db: Database, who: Iterable[Attendant], state: str = ONLINE, reason: str = "", now: datetime | None = None
) -> None:
    """The switch in the console."""
    for one in who:
        with db.transaction() as session:
            assert switch(session, one.id, state, reason, now or utc_now()) is None


def a_round(db: Database, now: datetime | None = None) -> int:
    """One round of assignment; how many were given."""
    with db.transaction() as session:
        return assign_waiting(session, now or utc_now())


def owners(db: Database, conversations: Sequence[int]) -> list[int | None]:
    """Who has each of them."""
    with db.transaction() as session:
        return [session.get_one(Conversation, id_).agent_id for id_ in conversations]


def had_by(session: Session) -> dict[int, int]:
    """How many conversations each agent has who has any."""
    rows = session.execute(
        select(Conversation.agent_id, func.count())
        .where(Conversation.handler == "agent", Conversation.agent_id.is_not(None))
        .group_by(Conversation.agent_id)
    )
    return {int(agent_id or 0): count for agent_id, count in rows}


def events(db: Database, conversation_id: int) -> list[str]:
    """What the thread tells of it, oldest first."""
    with db.transaction() as session:
        wanted = select(Message.text).where(Message.conversation_id == conversation_id, Message.direction == "event")
        return list(session.scalars(wanted.order_by(Message.id)))
