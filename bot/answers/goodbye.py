"""Despedida: the conversation ends with its protocol."""

from __future__ import annotations

from bot.effects import Close, Effect, Say
from bot.turn import Turn


def answer(turn: Turn) -> list[Effect]:
    """Says goodbye and closes."""
    return [Say(turn.texts("goodbye", name=turn.first_name(), protocol=turn.protocol)), Close()]
