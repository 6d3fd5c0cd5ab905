"""A conversation: who speaks next, what the bot remembers, and the protocol number it carries from birth."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Sequence, SQLColumnExpression, and_, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import Base, utc_now

WINDOW = timedelta(hours=24)
WINDOW_MARGIN = timedelta(minutes=5)

protocol_sequence = Sequence("protocol_seq", metadata=Base.metadata)


class Conversation(Base):
    """One open conversation per contact. `version` guards every change of owner or of the bot's memory.

    `needs_person` says why a person should look although the bot still owns the conversation. Until `quiet_until` the
    bot says nothing: a person answered from the phone's own app.

    `priority` is from -1 (can wait) to 3 (at once); it grows with the wait where it is ordered by, not here.
    `sla_class` is the contract's, or empty. `last_agent_id` had it last: they are asked first when it comes back.
    `level_reached` is the highest of 1 to 3 that it waited at. `checklist` is what was ticked before it went a level
    up, or why not; `told` is what the customer was told while waiting (position, hours), so that it is told once and on
    change. `closed_by` is bot, clock, or a login.

    Until `snoozed_until` it sleeps, for `snooze_reason`, and nobody waits in it. `reminds`: a silent customer is
    reminded and the conversation closed in the end; `reminded_at` is when they were, of what was said last. Both times
    are taken away by the database when it ends or goes back to the bot.
    """

    __tablename__ = "conversation"
    __table_args__ = (
        CheckConstraint("handler in ('bot', 'queue', 'agent', 'closed')", name="handler"),
        CheckConstraint("handler <> 'queue' or queue is not null", name="queue_named"),
        CheckConstraint("handler <> 'agent' or agent_id is not null", name="agent_named"),
        Index("uq_conversation_open", "contact_id", unique=True, postgresql_where=text("handler <> 'closed'")),
        Index("ix_conversation_waiting", "handler", "waiting_since"),
        Index("ix_conversation_snoozed_until", "snoozed_until", postgresql_where=text("snoozed_until is not null")),
        Index("ix_conversation_closed_at", "closed_at"),
        Index("ix_conversation_opened_at", "opened_at"),
        Index("ix_conversation_tagged", "id", postgresql_where=text("tags <> '{}'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    channel: Mapped[str]
    protocol: Mapped[str] = mapped_column(unique=True)
    handler: Mapped[str] = mapped_column(default="bot")
    version: Mapped[int] = mapped_column(default=1)
    queue: Mapped[str | None]
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    contract_ref: Mapped[str | None]
    dialogue: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    summary: Mapped[str] = mapped_column(default="")
    handed_off_for: Mapped[str | None]
    needs_person: Mapped[str | None]
    opened_at: Mapped[datetime] = mapped_column(default=utc_now)
    last_inbound_at: Mapped[datetime | None]
    waiting_since: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    quiet_until: Mapped[datetime | None]
    priority: Mapped[int] = mapped_column(default=0, server_default="0")
    sla_class: Mapped[str] = mapped_column(default="", server_default="")
    tags: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list, server_default="{}")
    last_agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    level_reached: Mapped[int] = mapped_column(default=0, server_default="0")
    checklist: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    told: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    snoozed_until: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(default="", server_default="")
    snooze_reason: Mapped[str] = mapped_column(default="", server_default="")
    reminds: Mapped[bool] = mapped_column(default=True, server_default="true")
    reminded_at: Mapped[datetime | None]

    def window_open(self, now: datetime) -> bool:
        """Whether a free-form message may still be sent: 24 h from the customer's last message, less a margin."""
        return self.last_inbound_at is not None and now < self.last_inbound_at + WINDOW - WINDOW_MARGIN


def open_of(contact: int | SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Whether a conversation is the open one of this contact, as a condition: there is one at most."""
    return and_(Conversation.contact_id == contact, Conversation.handler != "closed")


_OPEN = text(
    "INSERT INTO conversation (contact_id, channel, protocol, handler, version, dialogue, summary, opened_at)"
    " VALUES (:contact, :channel, :protocol, 'bot', 1, '{}', '', :now)"
    " ON CONFLICT (contact_id) WHERE handler <> 'closed' DO NOTHING RETURNING id"
)


def open_conversation(session: Session, contact_id: int, channel: str, protocol: str) -> int | None:
    """Opens a conversation of the bot and returns its id; None when the contact has an open one by now."""
    row = {"contact": contact_id, "channel": channel, "protocol": protocol, "now": utc_now()}
    opened: int | None = session.execute(_OPEN, row).scalar_one_or_none()
    return opened


def new_protocol(session: Session, today: str) -> str:
    """The next protocol number; see `protocol_of`."""
    return protocol_of(today, session.execute(protocol_sequence.next_value()).scalar_one())


def protocol_of(today: str, number: int) -> str:
    """A protocol number: AAAAMMDD (`today`, in the provider's zone), six digits or more in sequence, a check digit."""
    body = f"{today}{number:06d}"
    return f"{body}{check_digit(body)}"


def check_digit(digits: str) -> str:
    """Luhn's check digit: a mistyped or swapped digit gives another one."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)
