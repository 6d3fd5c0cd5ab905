"""The tags of a conversation as its page shows them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from handoff.writing.marks import PRIORITIES, colour_of, offered_tags
from models.conversation import Conversation


@dataclass(frozen=True)
class Marks:
    """Each tag with the number of its colour, those that are offered, and the priority by name."""

    tags: tuple[tuple[str, int], ...]
    offered: tuple[str, ...]
    priority: str
    priorities: tuple[str, ...] = tuple(PRIORITIES)


def read_marks(session: Session, conversation: Conversation) -> Marks:
    """What the conversation is marked with."""
    priority = next((name for name, value in PRIORITIES.items() if value == conversation.priority), "normal")
    offered = tuple(name for name in offered_tags(session) if name not in conversation.tags)
    return Marks(tuple((name, colour_of(name)) for name in conversation.tags), offered, priority)
