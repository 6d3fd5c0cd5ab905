"""Answering a certain message: what of it the channel can show, and reactions to it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import audit
from handoff.access import Attendant
from handoff.events import locked
from handoff.outcome import Denied, Done
from handoff.reply import GONE, may_answer, press_key
from models import utc_now
from models.conversation import Conversation
from models.message import Message
from models.outbox import add_work

CANNOT_POINT = frozenset({"twilio"})
"""Channels whose API has no way to name the message that is answered or reacted to."""

REACTIONS = ("👍", "❤️", "😂", "😮", "😢", "🙏")
"""Those that are offered, the same as on the phone."""


def can_point(channel: str) -> bool:
    """Whether answers on this channel can name the message that they answer."""
    return channel not in CANNOT_POINT


def quotable(session: Session, conversation: Conversation, message_id: int | None) -> str | None:
    """The provider's name of a message of this conversation; None where the channel cannot show it, or there is none:
    what is said is said all the same."""
    if message_id is None or not can_point(conversation.channel):
        return None
    message = session.get(Message, message_id)
    if message is None or message.conversation_id != conversation.id or message.direction not in ("in", "out"):
        return None
    return message.provider_id


def react(
    session: Session,
    conversation_id: int,
    agent: Attendant,
    message_id: int,
    emoji: str,
    client_token: str,
    *,
    now: datetime | None = None,
) -> Done | Denied:
    """Puts an emoji of REACTIONS on a customer's message, or takes it back with an empty one. The owner may, in the
    open window. The same `client_token` is one press. It answers nothing: what the customer asked stays open."""
    conversation = locked(session, conversation_id)
    if conversation is None:
        return GONE
    key = press_key("react", conversation_id, agent, client_token)
    known = session.scalar(select(Message.id).where(Message.key == key))
    if known is not None:
        return Done(known, repeated=True)
    problem = may_answer(session, conversation, agent, now or utc_now())
    if problem:
        return problem
    target = session.get(Message, message_id)
    name = quotable(session, conversation, message_id)
    if target is None or not name or target.direction != "in" or emoji not in ("", *REACTIONS):
        return Denied("Não dá para reagir a esta mensagem neste canal.")
    target.reaction = emoji
    row = Message(
        conversation_id=conversation_id,
        channel=conversation.channel,
        direction="out",
        kind="reaction",
        payload={"reaction": {"provider_id": name, "emoji": emoji}},
        author=agent.author,
        reason="agent",
        status="queued",
        key=key,
    )
    session.add(row)
    session.flush()
    add_work(session, "deliver", row.id)
    audit.record(session, agent.login, "reaction.sent", f"conversation:{conversation_id}", message_id=message_id)
    return Done(row.id)
