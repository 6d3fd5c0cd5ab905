"""What has no room in a bubble follows it in one of its own."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.message import Message
from models.outbox import add_work
from webhooks.channels.ports import Channel, Outgoing
from webhooks.fallback import parted


def overflow(session: Session, message: Message, outgoing: Outgoing, channel: Channel) -> Outgoing:
    """The bubble with as much text as the channel has room for; the rest is queued behind it. May be called again."""
    shown, rest = parted(outgoing, captions=channel.captions_documents, longest=channel.longest_text)
    if not rest:
        return outgoing
    key = f"{message.key}-text"
    if session.scalar(select(Message.id).where(Message.key == key)) is None:
        _follow(session, message, key, rest)
    if message.text == outgoing.text:
        # What the customer reads further down is not told twice.
        message.text = shown.text
    return shown


def _follow(session: Session, message: Message, key: str, rest: str) -> None:
    follow = Message(
        conversation_id=message.conversation_id,
        channel=message.channel,
        direction="out",
        text=rest,
        author=message.author,
        reason=message.reason,
        status="queued",
        key=key,
    )
    session.add(follow)
    session.flush()
    add_work(session, "deliver", follow.id)
