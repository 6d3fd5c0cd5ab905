"""What sending costs: billable messages by day, reason, category and conversation, and how many a solved request takes.

A message is *sent* once the channel took it. It is *billable* or *free* once a receipt told its price; until then it is
*unpriced*. What may cost is what is not known to be free: billable and unpriced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session

from models.conversation import Conversation
from models.message import Message
from models.provider import provider_zone

COSTLIEST = 10

_SENT = and_(Message.direction == "out", Message.status.in_(("accepted", "sent", "delivered", "read")))
# Somebody of the provider had a hand in it: it was handed over, or a person did anything in it.
_BY_PEOPLE = exists().where(
    Message.conversation_id == Conversation.id,
    or_(Message.author.like("agent:%"), and_(Message.direction == "event", Message.kind == "handed_over")),
)


@dataclass(frozen=True)
class Costs:
    """What was sent since a moment. The tuples count billable messages; days are the provider's.

    A conversation that was closed since then is *resolved by the bot* when nobody of the provider took part in it. The
    two averages are messages that may cost for each of those, and for each that was closed at all; None without any.
    """

    since: datetime
    sent: int
    billable: int
    free: int
    by_day: tuple[tuple[date, int], ...]
    by_reason: tuple[tuple[str, int], ...]
    by_category: tuple[tuple[str, int], ...]
    by_conversation: tuple[tuple[str, int], ...]
    closed: int
    resolved_by_bot: int
    messages_per_resolved: float | None
    messages_per_closed: float | None

    @property
    def unpriced(self) -> int:
        """Sent messages of which no receipt told the price yet."""
        return self.sent - self.billable - self.free


def read_costs(session: Session, since: datetime) -> Costs:
    """Counts what was sent since then. `by_conversation` names the costliest ten by their protocol."""
    sent = and_(_SENT, Message.sending_at >= since)
    every = func.count()
    totals = session.execute(
        select(
            every.label("sent"),
            every.filter(Message.billable.is_(True)).label("billable"),
            every.filter(Message.billable.is_(False)).label("free"),
        ).where(sent)
    ).one()
    billed = and_(sent, Message.billable.is_(True))
    closed = _closed(session, since)
    by_bot = [messages for messages, people in closed if not people]
    return Costs(
        since=since,
        sent=totals.sent,
        billable=totals.billable,
        free=totals.free,
        by_day=tuple(sorted(_grouped(session, _day(session), billed))),
        by_reason=_grouped(session, func.coalesce(func.nullif(Message.reason, ""), "other"), billed),
        by_category=_grouped(session, func.coalesce(func.nullif(Message.cost_category, ""), "other"), billed),
        by_conversation=_costliest(session, billed),
        closed=len(closed),
        resolved_by_bot=len(by_bot),
        messages_per_resolved=_average(by_bot),
        messages_per_closed=_average([messages for messages, _ in closed]),
    )


def _day(session: Session) -> ColumnElement[date]:
    return cast(func.timezone(provider_zone(session), Message.sending_at), Date)


def _grouped(session: Session, name: ColumnElement[Any], which: ColumnElement[bool]) -> tuple[Any, ...]:
    """(name, messages), most first."""
    count = func.count().label("messages")
    found = session.execute(select(name.label("name"), count).where(which).group_by("name").order_by(count.desc()))
    return tuple((row.name, row.messages) for row in found)


def _costliest(session: Session, which: ColumnElement[bool]) -> tuple[tuple[str, int], ...]:
    count = func.count().label("messages")
    found = session.execute(
        select(Conversation.protocol, count)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(which)
        .group_by(Conversation.protocol)
        .order_by(count.desc(), Conversation.protocol)
        .limit(COSTLIEST)
    )
    return tuple((row.protocol, row.messages) for row in found)


def _closed(session: Session, since: datetime) -> list[tuple[int, bool]]:
    """For each conversation closed since then: its messages that may cost, and whether people took part."""
    may_cost = (
        select(func.count())
        .select_from(Message)
        .where(Message.conversation_id == Conversation.id, _SENT, Message.billable.is_not(False))
        .scalar_subquery()
    )
    closed = select(may_cost, _BY_PEOPLE).where(Conversation.handler == "closed", Conversation.closed_at >= since)
    return [(int(messages), bool(people)) for messages, people in session.execute(closed)]


def _average(messages: Sequence[int]) -> float | None:
    return sum(messages) / len(messages) if messages else None
