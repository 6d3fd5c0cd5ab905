"""account_update: an article that answers it, where there is one; else a person takes it, in N1."""

from __future__ import annotations

from bot.answers.quoting import quote_or_people
from bot.effects import Effect
from bot.turn import Turn


def answer(turn: Turn) -> list[Effect]:
    """Nothing is asked first."""
    return quote_or_people(turn, "N1", "account_update", "handoff.account_update")
