"""What a channel can do with message templates: list them, and take new ones in for approval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

Components = tuple[dict[str, Any], ...]
"""The parts of a template as Meta writes them; each quick reply may have an `id` of ours besides."""


@dataclass(frozen=True)
class Draft:
    """A template to be approved. `category` is UTILITY, MARKETING or AUTHENTICATION."""

    name: str
    language: str
    category: str
    components: Components


@dataclass(frozen=True)
class Listed:
    """A template as the channel has it. `status`, `category` and `quality` in capitals, in Meta's words; `reason` says
    why it was rejected. Components have no ids where the channel keeps none."""

    provider_id: str
    name: str
    language: str
    status: str
    category: str
    quality: str = ""
    reason: str = ""
    components: Components = ()


class TemplateAdmin(Protocol):
    """Templates of one account on a channel. Every call has a timeout and raises `core.errors` kinds."""

    def listed(self) -> list[Listed]:
        """All templates of the account."""
        ...

    def create(self, draft: Draft) -> Listed:
        """Hands a new template in. What has that name and language already is refused by the channel."""
        ...
