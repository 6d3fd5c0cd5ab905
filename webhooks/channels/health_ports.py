"""What a channel tells about its own number and account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True)
class NumberState:
    """How a number is doing, in the channel's own words; what it does not tell is empty.

    `quality`: GREEN, YELLOW or RED. `throughput`: STANDARD or HIGH. `messaging_limit`: TIER_1K and so on, how many
    people a day may be written to first. `account_status`: what is wrong with the account or number, empty when
    nothing is. `token_expires_at` is empty where the token has no end, or nobody tells.
    """

    name: str = ""
    quality: str = ""
    throughput: str = ""
    messaging_limit: str = ""
    account_status: str = ""
    token_expires_at: datetime | None = None
    detail: dict[str, Any] = field(default_factory=dict)


class NumberHealth(Protocol):
    """A channel that can be asked about its number."""

    def check(self) -> NumberState:
        """The state now. Raises the kinds of `core.errors`."""
        ...
