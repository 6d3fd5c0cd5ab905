"""What is not understood: a short menu with the likeliest wishes first, and the second time in a row a person."""

from __future__ import annotations

from dataclasses import replace

from bot import people
from bot.answers import help_menu
from bot.dialogue import surely_waiting
from bot.effects import Effect
from bot.turn import Turn
from bot.wishes import likely


def offer_menu(turn: Turn, lead: str) -> list[Effect]:
    """Asks once with a short list; the second miss in a row goes to a person."""
    if turn.dialogue.misses:
        return people.hand_off(turn, "N1", "not_understood", "handoff.not_understood")
    meant = turn.understanding() if turn.text else None
    if meant is None or meant.source != "model":
        return help_menu.show(turn, lead, misses=1)
    return help_menu.show(turn, lead, misses=1, likely=likely(meant), read=meant.intent)


def offer_others(turn: Turn, denied: str) -> list[Effect]:
    """The list after a no to what was asked back: what else had been likely then; counts as a miss."""
    if turn.dialogue.misses:
        return people.hand_off(turn, "N1", "not_understood", "handoff.not_understood")
    # What else was not sure was read in the same words: it is one of the rows, and no longer asked back by itself.
    turn = replace(turn, dialogue=replace(turn.dialogue, pending=surely_waiting(turn.dialogue), unsure=()))
    others = tuple(name for name in turn.dialogue.data.get("likely", ()) if name != denied)
    return help_menu.show(turn, "menu.denied", misses=1, likely=others, read=denied, denied=True)
