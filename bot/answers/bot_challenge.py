"""Quem está falando? An honest answer, and the way to a person."""

from __future__ import annotations

from bot.effects import Effect, Option, Say
from bot.turn import Turn


def answer(turn: Turn) -> list[Effect]:
    """Says that it is an automatic attendant."""
    option = Option("intent:talk_to_human", turn.texts("button.person"))
    return [Say(turn.texts("bot_challenge", provider=turn.provider.name.removesuffix(" LTDA")), (option,))]
