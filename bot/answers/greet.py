"""Saudação: by the first name where it is known, and an open question."""

from __future__ import annotations

from bot.effects import Effect, Say
from bot.turn import Turn


def answer(turn: Turn) -> list[Effect]:
    """The full greeting once, a shorter one afterwards."""
    name = turn.first_name()
    if turn.dialogue.protocol_told:
        return [Say(turn.texts("greet.again", name=name))]
    known = "greet.known" if name else "greet.unknown"
    return [Say(turn.texts(known, name=name, provider=turn.provider.name.removesuffix(" LTDA")))]
