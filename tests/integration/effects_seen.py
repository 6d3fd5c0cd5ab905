"""What became of webhooks, counted in a few words a row: for comparing with a table of what should."""

from __future__ import annotations

from collections import Counter

from core.db import Database
from models.alert import Alert
from models.channel_state import ChannelState
from models.consent import Consent
from models.contact import Contact
from models.conversation import Conversation
from models.message import Message
from models.webhook_event import ParkedChange, ParkedStatus, WebhookEvent, WebhookItem
from tests.integration.doors import rows


def effects_seen(db: Database) -> Counter[str]:
    """Every row that intake can leave, except planned work, each as words with how often it is there."""
    seen: Counter[str] = Counter()
    for message in rows(db, Message):
        by = "" if message.direction != "out" else f" by {message.author}"
        marks = f"{' edited' if message.edited_at else ''}{' revoked' if message.revoked_at else ''}{message.reaction}"
        seen[f"{message.direction} {message.kind}{by}{marks}"] += 1
    seen.update(f"kept {item.outcome} {item.kind}" for item in rows(db, WebhookItem))
    seen.update(f"consent {row.decision} {row.source}" for row in rows(db, Consent))
    seen.update(f"alert {row.severity} {row.kind}" for row in rows(db, Alert))
    seen.update(f"parked {row.status}" for row in rows(db, ParkedStatus))
    seen.update(f"parked {row.kind}" for row in rows(db, ParkedChange))
    seen.update("contact" for _ in rows(db, Contact))
    seen.update(f"conversation {row.handler}" for row in rows(db, Conversation))
    seen.update(f"unread {event.state}" for event in rows(db, WebhookEvent) if event.state != "done")
    return seen


def channel_state(db: Database) -> ChannelState | None:
    """What is known of Meta's number."""
    with db.reading() as session:
        return session.get(ChannelState, "meta")
