"""relocation: an article that answers it, where there is one; else a person takes it, in Comercial."""

from __future__ import annotations

from bot import people
from bot.answers.quoting import quoted
from bot.effects import Effect
from bot.turn import Turn


def answer(turn: Turn) -> list[Effect]:
    """Nothing is asked first."""
    return quoted(turn, "relocation") or people.hand_off(turn, "Comercial", "relocation", "handoff.relocation")
