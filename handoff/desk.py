"""The agents' desk: every act on a conversation; each leaves an event or a message, and an audit row."""

from __future__ import annotations

from handoff.claim import take, take_over
from handoff.outcome import AlreadyTaken, Denied, Done, Gone, Taken
from handoff.release import close, give_back, transfer
from handoff.reply import MAX_LENGTH, note, reply

__all__ = [
    "MAX_LENGTH",
    "AlreadyTaken",
    "Denied",
    "Done",
    "Gone",
    "Taken",
    "close",
    "give_back",
    "note",
    "reply",
    "take",
    "take_over",
    "transfer",
]
