"""cancel_service: a person takes it, in Comercial, with what is known."""

from __future__ import annotations

from bot import people
from bot.effects import Effect
from bot.turn import Turn


def answer(turn: Turn) -> list[Effect]:
    """Hands over at once; nothing is asked first."""
    return people.hand_off(turn, "Comercial", "cancel_service", "handoff.cancel_service")
