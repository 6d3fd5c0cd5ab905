"""new_plan_sales: a person takes it, in Comercial, with what is known."""

from __future__ import annotations

from bot import people
from bot.effects import Effect
from bot.turn import Turn


def answer(turn: Turn) -> list[Effect]:
    """Hands over at once; nothing is asked first. Where the channel has a button for it, the place saves a question."""
    if "location" in turn.can_ask:
        return people.hand_off(turn, "Comercial", "new_plan_sales", "handoff.new_plan_sales_place", ask="location")
    return people.hand_off(turn, "Comercial", "new_plan_sales", "handoff.new_plan_sales")
