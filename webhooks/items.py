"""What a webhook can bring, in our own words: messages, receipts, and what we do not act upon."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from webhooks.channels.ports import MediaRef


@dataclass(frozen=True)
class Sender:
    """Who wrote, by every name that the channel gave; an empty string means that it gave none."""

    wa_id: str = ""
    bsuid: str = ""
    parent_bsuid: str = ""
    address: str = ""
    profile_name: str = ""

    @property
    def known(self) -> bool:
        """Whether there is any name at all to answer to."""
        return bool(self.wa_id or self.bsuid or self.address)


@dataclass(frozen=True)
class MessageArrived:
    """One inbound message.

    `kind` is text, button, list, image, video, audio, document, sticker, location, contacts, order or unsupported.
    `reply_id` is the id of the button or row that was tapped, `quoted_id` the provider's name of the message that this
    one answers. `media` is the file to fetch, if it has one. `payload` keeps what the channel said.
    """

    channel: str
    provider_id: str
    sender: Sender
    at: datetime
    kind: str
    text: str = ""
    reply_id: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    quoted_id: str = ""
    media: MediaRef | None = None


@dataclass(frozen=True)
class ReceiptArrived:
    """How far an outbound message of ours got. `key` is our own key when the channel gave it back."""

    channel: str
    provider_id: str
    key: str
    status: str
    at: datetime
    error_code: str = ""
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NotActedUpon:
    """An item that is kept and counted but changes nothing. `outcome` is ignored (known, nothing to do) or unknown."""

    kind: str
    outcome: str
    reason: str
    raw: dict[str, Any] = field(default_factory=dict)


Item = MessageArrived | ReceiptArrived | NotActedUpon


# WhatsApp's own names have fewer than 200 characters; a longer one is no name, and no index could hold it.
LONGEST_NAME = 400


def name_of(value: Any) -> str:
    """A channel's name for a person or a message as text; empty where there is none or it cannot be one."""
    name = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return name if len(name) <= LONGEST_NAME else ""


def clean(value: Any) -> Any:
    """The same JSON value without what PostgreSQL cannot store: null characters, halves of surrogate pairs, NaN."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {clean(str(key)): clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clean(item) for item in value]
    return value
