"""A message in a conversation, inbound or outbound, with a state that only moves forward."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now

# How far an outbound message got. A receipt never moves it back (WhatsApp sends receipts late and out of order).
RANK = {"queued": 0, "sending": 1, "unknown": 2, "failed": 2, "accepted": 3, "sent": 4, "delivered": 5, "read": 6}


class Message(Base):
    """One bubble, note or event.

    Directions: in, out, note (only people of the provider see it), event (what happened, told by the system). The
    database itself refuses to send a note or an event: neither can get a state of sending, become outbound, or have
    work of delivering (migration 0026).
    Outbound states: queued, sending, accepted, sent, delivered, read; failed, unknown (no answer came and no
    receipt followed) and discarded (a person took over before it left). Inbound: received.
    `handled_at` of an inbound message is when it was answered or decided upon; `outcome` says how: answered, action
    (something was begun for it), silent, person, too_old, revoked (taken back before an answer), standby (somebody
    else's automaton answers), vote and comment (an opinion: models.survey).
    `author` of an outbound message is bot, agent:<login>, system (a notice that nobody waits for), or phone_app: a
    person in the phone's WhatsApp Business app.

    The three times of an inbound message: `provider_at` when the customer sent it, `received_at` when it reached us,
    `handled_at`. `quoted_id` is the provider's name of the message that this one answers. `reaction` is the emoji that
    the other side put on it. Edited and revoked messages keep what they said first: the words before each edit are in
    `payload["edits"]` as {at, text}; a revoked one keeps its text for the record and is shown as revoked.
    A voice note's words as a machine heard them are in `transcript`, `transcript_confidence` from 0 to 1.

    Outbound: `reason` says what it was sent for (an intent, agent, a template's purpose); `billable` and
    `cost_category` are what the channel said it costs, once known. `resends` counts repeats after a failure was known.
    `receipts` are those of the try that counts, by state; under `tries` are the provider's names of earlier ones, each
    with its code. `sent_as` in the payload is the template that it went as.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("channel", "provider_id"),
        CheckConstraint("direction in ('in', 'out', 'note', 'event')", name="direction"),
        CheckConstraint("direction not in ('note', 'event') or status = 'received'", name="inside_stays_inside"),
        Index("ix_message_conversation_id_id", "conversation_id", "id"),
        Index(
            "ix_message_unhandled",
            "conversation_id",
            postgresql_where=text("direction = 'in' and handled_at is null"),
        ),
        Index(
            "ix_message_tries",
            text("(receipts -> 'tries')"),
            postgresql_using="gin",
            postgresql_where=text("receipts ? 'tries'"),
        ),
        Index("ix_message_sending_at", "sending_at", postgresql_where=text("sending_at is not null")),
        Index(
            "ix_message_undelivered",
            "conversation_id",
            "id",
            postgresql_where=text("direction = 'out' and status in ('failed', 'unknown')"),
        ),
        Index("ix_message_underway", "conversation_id", "id", postgresql_where=text("status in ('queued', 'sending')")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    channel: Mapped[str]
    direction: Mapped[str]
    kind: Mapped[str] = mapped_column(default="text")
    text: Mapped[str] = mapped_column(default="")
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    author: Mapped[str] = mapped_column(default="customer")
    status: Mapped[str] = mapped_column(default="received")
    provider_id: Mapped[str | None]
    key: Mapped[str | None] = mapped_column(unique=True)
    error: Mapped[str | None]
    receipts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    provider_at: Mapped[datetime | None]
    received_at: Mapped[datetime] = mapped_column(default=utc_now)
    sending_at: Mapped[datetime | None]
    handled_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    quoted_id: Mapped[str | None]
    reaction: Mapped[str] = mapped_column(default="", server_default="")
    edited_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    transcript: Mapped[str | None]
    transcript_confidence: Mapped[float | None]
    reason: Mapped[str] = mapped_column(default="", server_default="")
    billable: Mapped[bool | None]
    cost_category: Mapped[str] = mapped_column(default="", server_default="")
    resends: Mapped[int] = mapped_column(default=0, server_default="0")

    def advance(self, status: str) -> bool:
        """Moves the state forward to `status`; False (and no change) when it is already there or further."""
        here = RANK.get(self.status, 0)
        if status == "failed":
            forward = self.status != "failed" and here < RANK["delivered"]
        elif self.status == "failed":
            # Only the customer's own phone disproves a failure; a late "sent" says nothing new.
            forward = status in {"delivered", "read"}
        else:
            forward = RANK.get(status, -1) > here
        if forward:
            self.status = status
        return forward
