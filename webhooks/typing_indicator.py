"""Shows the customer that the bot read the message and is about to answer."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from sqlalchemy import text

from core.db import Database
from core.errors import Misconfigured, Refused, Unreachable
from webhooks.channels.ports import Channel

log = logging.getLogger(__name__)

_OWED = text(
    "SELECT message.channel, message.provider_id FROM message JOIN conversation ON conversation.id = conversation_id"
    " WHERE message.id = :id AND handled_at IS NULL AND handler = 'bot' AND provider_id <> ''"
    " AND (quiet_until IS NULL OR quiet_until < now())"
)


def show_typing(message_id: int, *, db: Database, channels: Mapping[str, Channel]) -> None:
    """Marks a customer's message as read and shows "typing", if the bot is still to answer it. A courtesy: failures
    are only logged."""
    with db.statements() as connection:
        owed = connection.execute(_OWED, {"id": message_id}).one_or_none()
    channel = channels.get(owed.channel) if owed else None
    if owed is None or channel is None:
        return
    try:
        channel.show_typing(owed.provider_id)
    except (Unreachable, Refused, Misconfigured) as failure:
        log.info("no typing indicator for message %s: %s", message_id, failure.code)
