"""A message that a person wants to be sent later."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class ScheduledMessage(Base):
    """`text` goes while WhatsApp's window is open; the approved `template` of that purpose, with its `values`, where
    there is no text, or where the window is closed by then. With `only_if_silent` it is not sent to a customer who
    wrote after `created_at`.

    `state`: waiting, sent (`message_id`), skipped (they wrote), person (it could not go, and somebody was alerted), or
    cancelled; `outcome` says why in Portuguese. `key` names the press of the button: the same again is the same row.
    """

    __tablename__ = "scheduled_message"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'sent', 'skipped', 'person', 'cancelled')", name="state"),
        CheckConstraint("text <> '' or template <> ''", name="says"),
        Index("ix_scheduled_message_due", "send_at", postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    text: Mapped[str] = mapped_column(default="", server_default="")
    template: Mapped[str] = mapped_column(default="", server_default="")
    values: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    language: Mapped[str]
    send_at: Mapped[datetime]
    only_if_silent: Mapped[bool] = mapped_column(default=False, server_default="false")
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    state: Mapped[str] = mapped_column(default="waiting")
    outcome: Mapped[str] = mapped_column(default="", server_default="")
    done_at: Mapped[datetime | None]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    key: Mapped[str] = mapped_column(unique=True)
