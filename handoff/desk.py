"""The agents' desk: every act on a conversation; each leaves an event or a message, and an audit row."""

from __future__ import annotations

from handoff.assignment.hand_to import hand_to, move
from handoff.claim import take, take_next, take_over
from handoff.consent import record_by_agent
from handoff.outcome import AlreadyTaken, Denied, Done, Gone, Taken
from handoff.release import close, give_back, give_down, transfer
from handoff.reply import MAX_LENGTH, note, reply
from handoff.templates import reply_with_template

__all__ = [
    "MAX_LENGTH",
    "AlreadyTaken",
    "Denied",
    "Done",
    "Gone",
    "Taken",
    "close",
    "give_back",
    "give_down",
    "hand_to",
    "move",
    "note",
    "record_by_agent",
    "reply",
    "reply_with_template",
    "take",
    "take_next",
    "take_over",
    "transfer",
]
