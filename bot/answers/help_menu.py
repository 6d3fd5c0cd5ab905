"""Menu: what can be done here, as a list."""

from __future__ import annotations

from dataclasses import replace

from bot.effects import Effect, Option, Remember, Say
from bot.turn import Turn

ROWS = (
    "invoice_second_copy",
    "signal_release",
    "outage_no_connection",
    "slow_internet",
    "new_plan_sales",
    "talk_to_human",
)


def answer(turn: Turn) -> list[Effect]:
    """The list was asked for, so showing it is no miss."""
    return show(turn, "menu.asked", misses=0)


def show(turn: Turn, lead: str, *, misses: int) -> list[Effect]:
    """The list under the sentence `lead`; an answer to it may be a tap, a place in it or words of a title."""
    options = tuple(Option(f"intent:{name}", turn.texts(f"menu.{name}")) for name in ROWS)
    data = {"options": [[option.id, option.title] for option in options]}
    dialogue = replace(turn.dialogue, expect="menu", intent="", misses=misses, data=data)
    return [Say(turn.texts(lead), options, turn.texts("menu.button")), Remember(dialogue)]
