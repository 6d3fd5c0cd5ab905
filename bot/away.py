"""The ERP does not answer: said honestly, and what was asked for is kept until it is back; else a person. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot import people
from bot.effects import Effect, Option, Remember, Say
from bot.money_effects import KeepWish
from bot.needs import SourceDown
from bot.turn import Turn

# What only the ERP can answer, and is as good an hour later.
KEPT = frozenset({"invoice_second_copy", "signal_release"})
# Questions behind which such a wish stands, where the dialogue does not name it.
_ASKED_FOR = {"another_invoice": "invoice_second_copy", "confirm_release": "signal_release"}


def in_place_of(turn: Turn, down: SourceDown, intent: str) -> list[Effect]:
    """What is said in place of the answer to `intent` (may be empty): the wish is kept where the ERP is only away and
    it can wait, else a person goes on. Asked again meanwhile, the same is said, and one wish stays."""
    wish = intent or _ASKED_FOR.get(turn.dialogue.expect, "")
    if not down.away or wish not in KEPT:
        return people.hand_off_blind(turn)
    person = Option("intent:talk_to_human", turn.texts("button.person"))
    dialogue = replace(turn.dialogue, expect="", intent="", misses=0, data={})
    return [Say(turn.texts("away.kept"), (person,)), KeepWish(wish), Remember(dialogue)]
