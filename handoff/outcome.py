"""What an act at the desk can come to: done, refused with a reason, or somebody else was first."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Done:
    """It is done. `message_id` is the row that was added; `repeated` says that an earlier request had added it."""

    message_id: int
    repeated: bool = False


@dataclass(frozen=True)
class Denied:
    """It was not done, and why, in words for the agent."""

    reason: str


@dataclass(frozen=True)
class Taken:
    """The conversation is theirs now, or was already."""


@dataclass(frozen=True)
class AlreadyTaken:
    """Somebody else has it: `by` is their name."""

    by: str


@dataclass(frozen=True)
class Gone:
    """There is nothing to take: closed, or unknown."""
