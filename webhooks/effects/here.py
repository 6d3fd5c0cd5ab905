"""Where an item stands, on what terms it is taken in, and how it is kept where it is no row of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.texts import Texts
from models.webhook_event import WebhookItem


@dataclass(frozen=True)
class Terms:
    """How webhooks are taken in: messages closer together than `debounce` are one turn, older ones than `answer_limit`
    are not answered by the bot, and the bot is silent for `quiet` after a person answered from the phone. `texts` are
    the sentences that are said without a turn. `transcribes`: voice notes are turned into words before an answer."""

    debounce: timedelta
    answer_limit: timedelta
    quiet: timedelta
    texts: Texts
    transcribes: bool = False


@dataclass(frozen=True)
class Here:
    """The item's place in its webhook, and when that webhook was at our door."""

    event_id: int
    position: int
    received_at: datetime
    terms: Terms


def keep(session: Session, here: Here, kind: str, outcome: str, reason: str, raw: dict[str, Any]) -> bool:
    """Keeps the item as it came; False when it was kept already. `outcome` as in models.webhook_event.WebhookItem."""
    row = {
        "event_id": here.event_id,
        "position": here.position,
        "kind": kind[:100],
        "outcome": outcome,
        "reason": reason[:200],
        "raw": raw,
    }
    kept = session.execute(insert(WebhookItem).values(row).on_conflict_do_nothing().returning(WebhookItem.id))
    return kept.scalar_one_or_none() is not None
