"""People who wait, for the tests of what they are told: one queue that is always open, and a clock to set."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update

from bot.texts import Texts
from bot.waiting_told import tell_waiting
from core.db import Database
from models import utc_now
from models.agent import Agent
from models.calendar import CalendarRow
from models.conversation import Conversation
from models.conversation_span import ConversationSpan
from models.presence import Presence, PresenceSpan
from models.provider import Provider
from models.queue import QueueRow
from tests.integration.desk import a_conversation, a_provider, messages, the_cast

TEXTS = Texts.load()


def open_house(db: Database, **terms: object) -> None:
    """The provider with people, and queues N1 (`terms` on top), N2 and Transbordo that never close."""
    a_provider(db)
    the_cast(db)
    always = {"calendar": "sempre"}
    with db.transaction() as session:
        session.add(QueueRow(name="N1", position=1, terms={**always, **terms}))
        session.add(QueueRow(name="N2", position=2, terms=always))
        session.add(QueueRow(name="Transbordo", position=3, terms={**always, "overflow_minutes": 0}))


def policy(db: Database, **terms: object) -> None:
    """The provider's terms of routing."""
    with db.transaction() as session:
        session.execute(update(Provider).values(policies={"routing": terms}))


def close_house(db: Database, opens: datetime | None = None) -> None:
    """N1 is closed: until `opens` (a whole minute) for an hour, or for ever."""
    local = opens.astimezone() if opens else None
    hours = [[f"{local:%H:%M}", f"{local + timedelta(hours=1):%H:%M}"]] if local else []
    days = [{"date": f"{local:%Y-%m-%d}", "hours": hours}] if local else []
    with db.transaction() as session:
        session.add(CalendarRow(name="fechado", terms={"week": [[]] * 7, "holidays": [], "days": days}))
        session.execute(update(QueueRow).where(QueueRow.name == "N1").values(terms={"calendar": "fechado"}))


def change(db: Database, conversation_id: int, **columns: object) -> None:
    """Other columns of a conversation's row."""
    with db.transaction() as session:
        session.execute(update(Conversation).where(Conversation.id == conversation_id).values(columns))


def waited(db: Database, conversation_id: int, minutes: float) -> None:
    """It came into its queue so long ago."""
    at = utc_now() - timedelta(minutes=minutes)
    change(db, conversation_id, waiting_since=at)
    with db.transaction() as session:
        open_span = (ConversationSpan.conversation_id == conversation_id) & ConversationSpan.ended_at.is_(None)
        session.execute(update(ConversationSpan).where(open_span).values(started_at=at))


def chore(db: Database, *, minutes: float = 0) -> None:
    """Tells who waits, that many minutes from now."""
    tell_waiting(0, db=db, texts=TEXTS, clock=lambda: utc_now() + timedelta(minutes=minutes))


def said(db: Database, conversation_id: int) -> list[str]:
    """What the customer was told."""
    return [message.text for message in messages(db, conversation_id, "out")]


def worked(db: Database, agent_id: int, *, hours: float, took: int) -> None:
    """That person is there since so many hours, and took so many conversations of N1 meanwhile."""
    now = utc_now()
    start = now - timedelta(hours=hours)
    with db.transaction() as session:
        session.add(Presence(agent_id=agent_id, state="online", since=start, seen_at=now))
        session.add(PresenceSpan(agent_id=agent_id, state="online", started_at=start))
    for number in range(took):
        id_ = a_conversation(db, said=None)
        taken_at = start + (now - start) * (number + 1) / (took + 1)
        with db.transaction() as session:
            owner = session.get_one(Agent, agent_id)
            row = session.get_one(Conversation, id_)
            row.handler, row.agent_id = "agent", owner.id
        with db.transaction() as session:
            spans = update(ConversationSpan).where(ConversationSpan.conversation_id == id_)
            session.execute(spans.where(ConversationSpan.handler == "queue").values(ended_at=taken_at))
            session.execute(spans.where(ConversationSpan.handler == "agent").values(started_at=taken_at))
