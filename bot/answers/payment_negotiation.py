"""payment_negotiation: a person takes it, in Cobrança, with what is known."""

from __future__ import annotations

from bot import people
from bot.effects import Effect
from bot.turn import Turn


def answer(turn: Turn) -> list[Effect]:
    """Hands over at once; nothing is asked first."""
    return people.hand_off(turn, "Cobrança", "payment_negotiation", "handoff.payment_negotiation")
