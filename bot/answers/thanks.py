"""Agradecimento: a short answer; if something was done, the conversation ends with its protocol."""

from __future__ import annotations

from bot.effects import Close, Effect, Say
from bot.turn import Turn


def answer(turn: Turn) -> list[Effect]:
    """Ends the conversation if something was done in it; otherwise only answers."""
    if turn.dialogue.intents:
        return [Say(turn.texts("thanks.done", name=turn.first_name(), protocol=turn.protocol)), Close()]
    return [Say(turn.texts("thanks.open"))]
