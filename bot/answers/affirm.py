"""Um "sim" sem pergunta: asks what it is about."""

from __future__ import annotations

from bot.effects import Effect, Say
from bot.turn import Turn


def answer(turn: Turn) -> list[Effect]:
    """Nothing was asked, so nothing is done."""
    return [Say(turn.texts("affirm"))]
