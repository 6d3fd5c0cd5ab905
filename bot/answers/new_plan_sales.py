"""new_plan_sales: an article that answers it, where there is one; else a person takes it, in Comercial."""

from __future__ import annotations

from bot import people
from bot.answers.quoting import quoted
from bot.effects import Effect
from bot.turn import Turn


def answer(turn: Turn) -> list[Effect]:
    """Nothing is asked first. Where the channel has a button for it, the place saves a question."""
    if found := quoted(turn, "new_plan_sales"):
        return found
    if "location" in turn.can_ask:
        return people.hand_off(turn, "Comercial", "new_plan_sales", "handoff.new_plan_sales_place", ask="location")
    return people.hand_off(turn, "Comercial", "new_plan_sales", "handoff.new_plan_sales")
