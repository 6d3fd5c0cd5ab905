"""technician_schedule: a person takes it, in N2, with what is known."""

from __future__ import annotations

from bot import people
from bot.effects import Effect
from bot.turn import Turn


def answer(turn: Turn) -> list[Effect]:
    """Hands over at once; nothing is asked first."""
    return people.hand_off(turn, "N2", "technician_schedule", "handoff.technician_schedule")
