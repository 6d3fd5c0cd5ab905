"""How a channel's number is doing: whether sending is stopped, its quality, its limits, until when its token holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models import Base

# A token that ends sooner is to be made anew.
TOKEN_ENDS_SOON = timedelta(days=7)
_NAMES = {"meta": "WhatsApp (Meta)", "twilio": "WhatsApp (Twilio)"}


def channel_name(channel: str) -> str:
    """What people are told that the channel is called."""
    return _NAMES.get(channel, channel)


class ChannelState(Base):
    """One row per channel, made when there is something to say. Sending is stopped while `stopped_at` is set, and
    `stopped_code` says why; proactive messages wait until `proactive_after`.

    `quality` (GREEN, YELLOW, RED), `throughput` (STANDARD, HIGH) and `messaging_limit` (TIER_1K ...) in Meta's words;
    empty while not known. `checked_at` is when the number was last asked about; `check_error` why that failed.
    `reconciled_until` is the time up to which the channel's own list of messages was compared with ours.
    """

    __tablename__ = "channel_state"

    channel: Mapped[str] = mapped_column(primary_key=True)
    stopped_at: Mapped[datetime | None]
    stopped_code: Mapped[str | None]
    proactive_after: Mapped[datetime | None]
    name: Mapped[str] = mapped_column(default="", server_default="")
    quality: Mapped[str] = mapped_column(default="", server_default="")
    throughput: Mapped[str] = mapped_column(default="", server_default="")
    messaging_limit: Mapped[str] = mapped_column(default="", server_default="")
    account_status: Mapped[str] = mapped_column(default="", server_default="")
    token_expires_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    check_error: Mapped[str | None]
    reconciled_until: Mapped[datetime | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
