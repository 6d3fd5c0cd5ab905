"""Menu: what can be done here, as a list."""

from __future__ import annotations

from dataclasses import replace

from bot.effects import Effect, Option, Remember, Say
from bot.turn import Turn

MOST_LIKELY = 3
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


def show(
    turn: Turn, lead: str, *, misses: int, likely: tuple[str, ...] = (), read: str = "", denied: bool = False
) -> list[Effect]:
    """The list under the sentence `lead`, `likely` intents first; an answer to it may be a tap, a place in it or words
    of a title. `read` is what the bot had read, `denied` whether the customer said no to it: kept to learn from the
    choice."""
    names = [name for name in dict.fromkeys((*likely[:MOST_LIKELY], *ROWS)) if not (denied and name == read)]
    options = tuple(Option(f"intent:{name}", turn.texts(f"menu.{name}")) for name in names)
    data = {"options": [[option.id, option.title] for option in options], "read": read, "denied": denied}
    dialogue = replace(turn.dialogue, expect="menu", intent="", misses=misses, data=data)
    return [Say(turn.texts(lead), options, turn.texts("menu.button")), Remember(dialogue)]
