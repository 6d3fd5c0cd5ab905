"""Edits, revocations and reactions: applied to their message, or parked until it is there. They open nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.locks import hold
from models import utc_now
from models.conversation import Conversation
from models.message import Message
from models.webhook_event import ParkedChange
from webhooks.effects.here import Here
from webhooks.items import MessageEdited, MessageRevoked, ReactionArrived

# Written out: it is asked for every message, and hardly ever there.
_PARKED = text("SELECT EXISTS (SELECT FROM parked_change WHERE channel = :channel AND provider_id = :provider_id)")


@dataclass(frozen=True)
class _Change:
    """`side` is the direction its message must have (empty: any), `said` what is new."""

    kind: str
    channel: str
    provider_id: str
    at: datetime
    side: str
    said: dict[str, Any]


def change_lock(channel: str, provider_id: str) -> str:
    """The lock under which a message is added or a change of it is parked: never both at once."""
    return f"change/{channel}/{provider_id}"


def message_edited(session: Session, item: MessageEdited, here: Here) -> None:
    """The message says something else now; what it said first is kept."""
    said = {"text": item.text, "id": item.edit_id}
    _apply_or_park(session, _Change("edit", item.channel, item.provider_id, item.at, item.side, said))


def message_revoked(session: Session, item: MessageRevoked, here: Here) -> None:
    """The message is marked as taken back; the bot does not answer it any more."""
    _apply_or_park(session, _Change("revoke", item.channel, item.provider_id, item.at, item.side, {}))


def reaction_arrived(session: Session, item: ReactionArrived, here: Here) -> None:
    """The emoji is shown on its message."""
    _apply_or_park(session, _Change("reaction", item.channel, item.provider_id, item.at, "", {"emoji": item.emoji}))


def apply_parked_changes(session: Session, channel: str, provider_id: str) -> None:
    """Applies what came before its message was known by the provider's name `provider_id`. To be called in the
    transaction in which it gets to be known."""
    if not session.execute(_PARKED, {"channel": channel, "provider_id": provider_id}).scalar_one():
        return
    same = (ParkedChange.channel == channel) & (ParkedChange.provider_id == provider_id)
    for parked in session.scalars(select(ParkedChange).where(same).order_by(ParkedChange.at)).all():
        said = dict(parked.raw)
        side = str(said.pop("side", ""))
        change = _Change(parked.kind, channel, provider_id, parked.at, side, said)
        if _apply(session, change):
            session.delete(parked)


def settle_changes(session: Session, channel: str, provider_id: str) -> None:
    """The same for a message of ours, which gets its name from the provider after it was written. To be called after
    the name is written: a reaction that comes in between then finds either the message or this transaction's lock."""
    hold(session, change_lock(channel, provider_id))
    apply_parked_changes(session, channel, provider_id)


def _apply_or_park(session: Session, change: _Change) -> None:
    if _apply(session, change):
        return
    hold(session, change_lock(change.channel, change.provider_id))
    # It may have come in the meantime.
    if _apply(session, change):
        return
    new = insert(ParkedChange).values(
        channel=change.channel,
        provider_id=change.provider_id,
        kind=change.kind,
        at=change.at,
        raw={**change.said, "side": change.side},
    )
    newest = {"at": new.excluded.at, "raw": new.excluded.raw}
    session.execute(
        new.on_conflict_do_update(
            index_elements=["channel", "provider_id", "kind"], set_=newest, where=ParkedChange.at <= new.excluded.at
        )
    )


def _apply(session: Session, change: _Change) -> bool:
    """Changes the message; False when there is none that it could speak of."""
    same = [Message.channel == change.channel, Message.provider_id == change.provider_id]
    if change.side:
        same.append(Message.direction == change.side)
    conversation_id = session.scalar(select(Message.conversation_id).where(*same))
    if conversation_id is None:
        return False
    # The conversation first, as everywhere: a turn that is being written must not wait for us while we wait for it.
    conversation = session.get_one(Conversation, conversation_id, with_for_update=True, populate_existing=True)
    found = select(Message).where(*same).with_for_update().execution_options(populate_existing=True)
    message = session.scalars(found).one()
    _CHANGES[change.kind](conversation, message, change)
    return True


def _edit(conversation: Conversation, message: Message, change: _Change) -> None:
    edits = list(message.payload.get("edits", ()))
    known = any(edit["id"] == change.said["id"] for edit in edits)
    if message.revoked_at or known:
        return
    words = change.said["text"] or ("" if message.kind != "text" else message.text)
    late = message.edited_at is not None and change.at < message.edited_at
    before = words if late else message.text
    edits.append({"at": change.at.isoformat(), "text": before, "id": change.said["id"]})
    message.payload = {**message.payload, "edits": edits}
    if not late:
        message.text, message.edited_at = words, change.at
        _disturb(conversation, message)


def _revoke(conversation: Conversation, message: Message, change: _Change) -> None:
    if message.revoked_at:
        return
    message.revoked_at = change.at
    _disturb(conversation, message)
    if _waits(message) and conversation.handler == "bot":
        message.handled_at, message.outcome = utc_now(), "revoked"


def _react(conversation: Conversation, message: Message, change: _Change) -> None:
    last = str(message.payload.get("reacted_at", ""))
    if last and change.at < datetime.fromisoformat(last):
        return
    message.reaction = change.said["emoji"]
    message.payload = {**message.payload, "reacted_at": change.at.isoformat()}


def _disturb(conversation: Conversation, message: Message) -> None:
    """A turn that has read the message as it was must not be written: it is taken again."""
    if _waits(message):
        conversation.version += 1


def _waits(message: Message) -> bool:
    return message.direction == "in" and message.handled_at is None


_CHANGES = {"edit": _edit, "revoke": _revoke, "reaction": _react}
