"""What sending needs besides the message itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.db import Database
from models import utc_now
from webhooks.channels.ports import Channel
from webhooks.media_links import MediaLinks
from webhooks.pacing import Pacing


@dataclass(frozen=True)
class Delivery:
    """The channels by name, links to files, how long a send without an answer waits for its receipt, the language of
    templates, the one that carries one-time codes where no synced one does (its name at Meta,
    its content sid at Twilio), and how fast we send.

    `clock` and `nap` (seconds) are the time as it is, unless somebody else keeps it.
    """

    db: Database
    channels: Mapping[str, Channel]
    links: MediaLinks
    unknown_after: timedelta
    language: str = "pt_BR"
    code_template: str = ""
    code_content_sid: str = ""
    pacing: Pacing = field(default_factory=Pacing)
    clock: Callable[[], datetime] = utc_now
    nap: Callable[[float], None] = time.sleep
