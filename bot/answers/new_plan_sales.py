"""new_plan_sales: an article that answers it, where there is one; else a person takes it, in Comercial."""

from __future__ import annotations

from bot.answers.quoting import quote_or_people
from bot.effects import Effect
from bot.turn import Turn


def answer(turn: Turn) -> list[Effect]:
    """Nothing is asked first. Where the channel has a button for it, the place saves a question."""
    if "location" in turn.can_ask:
        return quote_or_people(turn, "Comercial", "new_plan_sales", "handoff.new_plan_sales_place", ask="location")
    return quote_or_people(turn, "Comercial", "new_plan_sales", "handoff.new_plan_sales")
