"""Falar com uma pessoa: at once, in any state."""

from __future__ import annotations

from bot import people
from bot.effects import Effect
from bot.turn import Turn


def answer(turn: Turn) -> list[Effect]:
    """Hands over to the queue of what was spoken of before."""
    return people.hand_off_on_wish(turn)
