"""Fora do assunto: a short human answer that stays on topic, and the way to a person."""

from __future__ import annotations

from dataclasses import replace

from bot.effects import Effect, Option, Remember, Say
from bot.turn import Turn


def answer(turn: Turn) -> list[Effect]:
    """Counts as a miss: a second one in a row goes to a person."""
    option = Option("intent:talk_to_human", turn.texts("button.person"))
    dialogue = replace(turn.dialogue, misses=turn.dialogue.misses + 1)
    return [Say(turn.texts("out_of_scope"), (option,)), Remember(dialogue)]
