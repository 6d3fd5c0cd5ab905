"""privacy_request: an article that answers it, where there is one; else a person takes it, in N1."""

from __future__ import annotations

from bot import people
from bot.answers.quoting import quoted
from bot.effects import Effect
from bot.turn import Turn


def answer(turn: Turn) -> list[Effect]:
    """Nothing is asked first."""
    return quoted(turn, "privacy_request") or people.hand_off(turn, "N1", "privacy_request", "handoff.privacy_request")
