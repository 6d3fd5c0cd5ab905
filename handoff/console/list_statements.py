"""The list's statements: to make one takes longer than to run it, so each is made once, for all who see the same.

They are run with `now` and with `viewer`, the id of whoever looks.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.sql.selectable import LateralFromClause

from handoff.access import Sight
from handoff.console.alerts import NOW, neglected, undelivered
from handoff.console.wanted import VIEWER, Wanted, narrowed_to, recent, tab_conditions
from handoff.routing.order import waiting_order
from models.agent import Agent
from models.contact import Contact
from models.conversation import Conversation
from models.customer import Customer
from models.message import Message

LIMIT = 100
NEWS_COUNTED = 10
"""Unread messages are counted up to here: beyond it, the number tells nobody anything."""
SHOWN: tuple[Any, ...] = (
    Conversation.id,
    Conversation.protocol,
    Conversation.handler,
    Conversation.queue,
    Conversation.opened_at,
    Conversation.waiting_since,
    Conversation.handed_off_for,
    Conversation.needs_person,
    Conversation.snoozed_until,
    Conversation.snooze_reason,
    Conversation.tags,
)
"""What a row says of its conversation: whole ones are several times as much to read."""
KEPT = 500
"""Statements kept of each kind: filters are typed by people."""


@lru_cache(KEPT)
def count_statement(sight: Sight) -> Select[Any]:
    """How many stand in each tab but the viewer's own, one column each, by its name."""
    counted = (func.count().filter(condition).label(name) for name, condition in tab_conditions().items())
    columns: tuple[ColumnElement[Any], ...] = tuple(counted)
    return select(*columns).select_from(Conversation).where(sight.shows(VIEWER), recent())


@lru_cache(KEPT)
def row_statement(sight: Sight, asked: Wanted) -> Select[Any]:
    """The conversations of a list, the most urgent first, and one more than is shown."""
    last = _last_message()
    unanswered = (
        select(func.min(Message.received_at))
        .where(Message.conversation_id == Conversation.id, Message.direction == "in", Message.handled_at.is_(None))
        .scalar_subquery()
        .label("unanswered")
    )
    newest_first = (last.c.received_at.desc().nulls_last(), Conversation.id.asc())
    orders: dict[str, tuple[ColumnElement[Any], ...]] = {
        "waiting": waiting_order(NOW),
        "mine": (unanswered.asc().nulls_last(), *newest_first),
    }
    order = orders.get(asked.tab, newest_first)
    return (
        select(
            *SHOWN,
            Contact.profile_name,
            Customer.name.label("customer"),
            Agent.name.label("agent"),
            last.c.text,
            last.c.kind,
            last.c.direction,
            last.c.received_at,
            last.c.revoked_at,
            unanswered,
            undelivered().label("undelivered"),
            neglected().label("neglected"),
            _newest_ids(),
        )
        .select_from(Conversation)
        .join(Contact, Contact.id == Conversation.contact_id)
        .outerjoin(Customer, Customer.ref == Contact.customer_ref)
        .outerjoin(Agent, Agent.id == Conversation.agent_id)
        .outerjoin(last, true())
        .where(narrowed_to(asked), sight.shows(VIEWER))
        .order_by(*order)
        .limit(LIMIT + 1)
    )


def _last_message() -> LateralFromClause:
    """The newest thing that was said in a conversation."""
    return (
        select(Message.text, Message.kind, Message.direction, Message.author, Message.received_at, Message.revoked_at)
        .where(Message.conversation_id == Conversation.id, Message.direction.in_(("in", "out")))
        .order_by(Message.id.desc())
        .limit(1)
        .lateral("last")
    )


def _newest_ids() -> Any:
    newest = (
        select(Message.id)
        .where(Message.conversation_id == Conversation.id, Message.direction == "in")
        .order_by(Message.id.desc())
        .limit(NEWS_COUNTED)
        .correlate(Conversation)
        .subquery()
    )
    return select(func.array_agg(newest.c.id)).scalar_subquery().label("news")
