"""privacy_request: a person takes it, in N1, with what is known."""

from __future__ import annotations

from bot import people
from bot.effects import Effect
from bot.turn import Turn


def answer(turn: Turn) -> list[Effect]:
    """Hands over at once; nothing is asked first."""
    return people.hand_off(turn, "N1", "privacy_request", "handoff.privacy_request")
