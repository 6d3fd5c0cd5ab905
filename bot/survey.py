"""A tap below the survey: said thanks for, and whoever was served badly is shown the way to a person. Pure.

The answer itself stays with its message, as the id of the button.
"""

from __future__ import annotations

from bot.effects import Effect, Say
from bot.turn import Turn

PREFIX = "survey:"
ANSWERS = frozenset({"good", "fair", "poor"})


def answer(turn: Turn) -> list[Effect] | None:
    """What to say to the survey's answer; None where none was tapped, or something was written besides."""
    given = turn.reply_id.removeprefix(PREFIX) if turn.reply_id.startswith(PREFIX) else ""
    return [Say(turn.texts(f"survey.{given}"))] if given in ANSWERS and not turn.answer else None
