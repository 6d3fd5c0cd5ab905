"""What a person should look at unasked: an answer that is missing or did not arrive, a bot that understands less."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, DateTime, and_, bindparam, exists, literal_column, select
from sqlalchemy.orm import Session, aliased

from handoff.console.understood import percent
from handoff.drift import last_check
from handoff.sla.watch import LATE, WARNING
from models.alert import Alert
from models.conversation import Conversation
from models.message import Message

NEGLECTED = timedelta(minutes=5)
NOW: ColumnElement[datetime] = bindparam("now", type_=DateTime(timezone=True))
"""The moment of the read, in statements that are made once and run for every screen: given as `now` when they run."""


def neglected() -> ColumnElement[bool]:
    """The customer wrote, and neither the bot answered in time nor does it wait for a person.

    It should not be; but a message may come in the moment in which somebody gives back or closes, or a worker may
    be gone, and then a person has to see it.
    """
    unanswered = exists().where(
        Message.conversation_id == Conversation.id,
        Message.direction == "in",
        Message.handled_at.is_(None),
        Message.received_at < NOW - NEGLECTED,
    )
    return and_(Conversation.handler.in_(("bot", "closed")), unanswered)


def undelivered() -> ColumnElement[bool]:
    """Something did not reach the customer (or may not have), and no person wrote anything since."""
    later = aliased(Message)
    looked = exists().where(
        later.conversation_id == Message.conversation_id,
        later.id > Message.id,
        later.direction.in_(("out", "note")),
        later.author.startswith("agent:"),
    )
    return exists().where(
        Message.conversation_id == Conversation.id,
        # As the index ix_message_undelivered says it: of parameters the server does not know what they will be.
        Message.direction == literal_column("'out'"),
        Message.status.in_((literal_column("'failed'"), literal_column("'unknown'"))),
        ~looked,
    )


def understands_less(session: Session, now: datetime) -> str:
    """The alarm for supervisors when the last daily check found that the bot understands less; else empty."""
    found = last_check(session, now)
    shares = {
        "fallbacks": ("ficou sem certeza em", "das mensagens"),
        "unknown": ("não conhecia", "das palavras"),
    }
    parts = [
        f"{does} {percent(getattr(found.now, name))} {what} (antes, {percent(getattr(found.before, name))})"
        for name, (does, what) in shares.items()
        if found and name in found.worse
    ]
    return f"Nos últimos 7 dias o robô {' e '.join(parts)}." if parts else ""


def gravest(session: Session) -> str:
    """The newest open alert that cannot wait (a channel stopped, a token about to end), for supervisors; else empty."""
    open_ones = select(Alert.text).where(Alert.ended_at.is_(None), Alert.severity == "critical")
    return session.scalar(open_ones.order_by(Alert.last_at.desc()).limit(1)) or ""


def own_promises(session: Session) -> dict[int, str]:
    """By agent: the newest open alert about a promise in a conversation that they have."""
    rows = session.execute(
        select(Conversation.agent_id, Alert.text)
        .join(Conversation, Conversation.id == Alert.detail["conversation_id"].as_integer())
        .where(Alert.ended_at.is_(None), Alert.kind.in_((WARNING, LATE)), Conversation.handler == "agent")
        .order_by(Alert.last_at.asc())
    )
    return {row.agent_id: row.text for row in rows}
