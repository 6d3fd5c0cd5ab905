"""relocation: an article that answers it, where there is one; else a person takes it, in Comercial."""

from __future__ import annotations

from bot.answers.quoting import quote_or_people
from bot.effects import Effect
from bot.turn import Turn


def answer(turn: Turn) -> list[Effect]:
    """Nothing is asked first."""
    return quote_or_people(turn, "Comercial", "relocation", "handoff.relocation")
