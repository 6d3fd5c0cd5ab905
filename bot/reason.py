"""What a bubble of the bot was sent for, so that its cost can be told by request. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.bubble import remembered
from bot.dialogue import Dialogue
from bot.effects import Effect

SMALL_TALK = "small_talk"


def reason_of(before: Dialogue, effects: Sequence[Effect]) -> str:
    """The intents that the effects serve, joined by commas; where they serve none for the first time, the one that a
    question is asked for, else the one served last. A conversation with no request so far is small talk."""
    after = remembered(before, effects)
    served = [intent for intent in after.intents if intent not in before.intents]
    asked = [after.intent] if after.expect and after.intent and after.intent not in served else []
    return ",".join([*served, *asked]) or (after.intents[-1] if after.intents else SMALL_TALK)
