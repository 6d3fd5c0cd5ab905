"""Random histories of the desk, written as rows, and their figures counted by hand, one conversation at a time."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import Database
from handoff.access import Attendant
from handoff.reports.endings import Endings, levels_of
from handoff.reports.period import Period
from models.agent import Agent
from models.contact import Contact
from models.conversation import Conversation, new_protocol
from models.conversation_span import ConversationSpan
from models.message import Message

QUEUES = ("N1", "N2", "N3", "Comercial")
Samples = dict[tuple[str, str], list[float]]


def a_history(db: Database, people: list[Attendant], chance: random.Random, since: datetime, count: int) -> None:
    """So many conversations of a few contacts, each ended or not, over nine days."""
    with db.transaction() as session:
        contacts = [Contact(channel="whatsapp") for _ in range(max(2, count // 4))]
        session.add_all(contacts)
        session.flush()
        for _ in range(count):
            at = since + timedelta(minutes=chance.randrange(9 * 24 * 60))
            _add(session, chance.choice(contacts).id, people, chance, at)


def _add(session: Session, contact_id: int, people: list[Attendant], chance: random.Random, at: datetime) -> None:
    # Closed ones alone: a contact has one open conversation at most, and the database writes the spans of those.
    row = Conversation(
        contact_id=contact_id,
        channel="whatsapp",
        protocol=new_protocol(session, "20261122"),
        handler="closed",
        opened_at=at,
    )
    session.add(row)
    session.flush()
    if chance.random() < 0.9:
        _says(session, row.id, "in", "customer", at + timedelta(seconds=chance.randrange(60)))
    handler, owner, queue = "bot", None, None
    for _ in range(chance.randrange(1, 6)):
        ended = at + timedelta(seconds=chance.randrange(1, 30_000))
        span = ConversationSpan(conversation_id=row.id, handler=handler, queue=queue, started_at=at, ended_at=ended)
        span.agent_id = owner.id if owner else None
        session.add(span)
        if handler != "queue" and chance.random() < 0.7:
            author = f"agent:{owner.login}" if owner else "bot"
            farewell = owner is not None and chance.random() < 0.2
            more = {"key": f"closing-{row.id}-{ended}"} if farewell else {}
            _says(session, row.id, "out", author, at + (ended - at) * chance.random(), **more)
        if chance.random() < 0.3:
            outcome = chance.choice(("vote", "comment", "answered", None))
            _says(session, row.id, "in", "customer", at + (ended - at) * chance.random(), outcome=outcome)
        at = ended + timedelta(seconds=chance.choice((0, 0, 0, 5000)))
        handler = chance.choice(("queue", "agent", "bot"))
        owner = chance.choice(people) if handler == "agent" else None
        queue = None if handler == "bot" else chance.choice(QUEUES)
    row.closed_at = at
    session.flush()


def _says(session: Session, id_: int, direction: str, author: str, at: datetime, **more: Any) -> None:
    row = Message(conversation_id=id_, channel="whatsapp", direction=direction, author=author, text="x", **more)
    row.received_at = at
    session.add(row)
    session.flush()


class Recount:
    """Everything in memory, and each figure counted from it the long way."""

    def __init__(self, db: Database, period: Period, now: datetime) -> None:
        self.period, self.now = period, now
        with db.transaction() as session:
            self.conversations = list(session.scalars(select(Conversation)))
            self.logins = {f"agent:{row.login}": str(row.id) for row in session.scalars(select(Agent))}
            self.levels = levels_of(session)
            spans = session.scalars(select(ConversationSpan).order_by(ConversationSpan.started_at, ConversationSpan.id))
            self.spans: dict[int, list[ConversationSpan]] = defaultdict(list)
            for span in spans:
                self.spans[span.conversation_id].append(span)
            self.messages: dict[int, list[Message]] = defaultdict(list)
            for message in session.scalars(select(Message).order_by(Message.id)):
                self.messages[message.conversation_id].append(message)

    def inside(self, moment: datetime | None) -> bool:
        return moment is not None and self.period.begins <= moment < self.period.ends

    def first(self) -> Samples:
        found: Samples = defaultdict(list)
        for row in self.conversations:
            asked = next((one for one in self.messages[row.id] if one.direction == "in"), None)
            if asked and self.inside(row.opened_at):
                said = self._said(row.id, asked.received_at, lambda one: one.author == "bot")
                if said:
                    found["bot", ""].append((said.received_at - asked.received_at).total_seconds())
            span = next((one for one in self.spans[row.id] if one.handler != "bot"), None)
            if span and self.inside(span.started_at):
                said = self._said(row.id, span.started_at, _by_person)
                if said:
                    took = (said.received_at - span.started_at).total_seconds()
                    _note(found, took, span.queue, self.logins.get(said.author))
        return found

    def waiting(self) -> Samples:
        found: Samples = defaultdict(list)
        for spans in self.spans.values():
            for span, after in zip(spans, [*spans[1:], None], strict=True):
                if span.handler == "queue" and self.inside(span.started_at):
                    taker = str(after.agent_id) if after and after.handler == "agent" else None
                    _note(found, _took(span), span.queue, taker)
        return found

    def handling(self) -> Samples:
        found: Samples = defaultdict(list)
        for span in (span for spans in self.spans.values() for span in spans if self.inside(span.started_at)):
            if span.handler == "bot":
                found["bot", ""].append(_took(span))
            elif span.handler == "agent":
                _note(found, _took(span), span.queue, str(span.agent_id))
        return found

    def resolution(self) -> Samples:
        found: Samples = defaultdict(list)
        for row in (row for row in self.conversations if self.inside(row.closed_at)):
            assert row.closed_at is not None
            took, last = (row.closed_at - row.opened_at).total_seconds(), self.spans[row.id][-1]
            if last.handler == "bot":
                found["bot", ""].append(took)
            else:
                _note(found, took, last.queue, str(last.agent_id) if last.handler == "agent" else None)
        return found

    def endings(self) -> Endings:
        ended = [row for row in self.conversations if self.inside(row.closed_at) and self._wrote(row)]
        levels = {row.id: self._level(row) for row in ended}
        alone = [row for row in ended if levels[row.id] == 0]
        week = timedelta(days=7)
        return Endings(
            ended=len(ended),
            levels=tuple(sum(level == each for level in levels.values()) for each in (1, 2, 3)),  # type: ignore[arg-type]
            contained=len(alone),
            back_24h=sum(self._came_back(row, timedelta(hours=24)) for row in alone),
            back_7d=sum(self._came_back(row, week) for row in alone),
            settling=sum(row.closed_at > self.now - week for row in alone if row.closed_at),
            reopened=sum(self._reopened(spans) for spans in self.spans.values()),
        )

    def _said(self, id_: int, since: datetime, by: Callable[[Message], bool]) -> Message | None:
        out = (one for one in self.messages[id_] if one.direction == "out" and one.received_at >= since)
        return next((one for one in out if by(one)), None)

    def _wrote(self, row: Conversation) -> bool:
        return any(one.direction == "in" for one in self.messages[row.id])

    def _level(self, row: Conversation) -> int:
        return max((self.levels[span.queue or "N1"] for span in self.spans[row.id] if span.handler != "bot"), default=0)

    def _came_back(self, row: Conversation, within: timedelta) -> bool:
        assert row.closed_at is not None
        theirs = (other.id for other in self.conversations if other.contact_id == row.contact_id)
        wrote = (one for id_ in theirs for one in self.messages[id_] if one.direction == "in")
        real = (one.received_at for one in wrote if one.outcome not in ("vote", "comment"))
        return any(row.closed_at < at <= row.closed_at + within for at in real)

    def _reopened(self, spans: list[ConversationSpan]) -> bool:
        pairs = itertools.pairwise(spans)
        second = timedelta(seconds=1)
        return any(
            one.ended_at is not None and one.ended_at < two.started_at - second and self.inside(two.started_at)
            for one, two in pairs
        )


def _by_person(message: Message) -> bool:
    return message.author.startswith("agent:") and not (message.key or "").startswith("closing-")


def _took(span: ConversationSpan) -> float:
    assert span.ended_at is not None
    return (span.ended_at - span.started_at).total_seconds()


def _note(found: Samples, took: float, queue: str | None, agent: str | None) -> None:
    found["people", ""].append(took)
    found["queue", queue or ""].append(took)
    if agent:
        found["person", agent].append(took)
