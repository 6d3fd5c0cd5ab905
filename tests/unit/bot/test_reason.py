"""What a bubble of the bot was for: the request it serves or asks about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.dialogue import Dialogue
from bot.effects import Remember, Say
from bot.reason import SMALL_TALK, reason_of

EMPTY = Dialogue()
BILL = Dialogue(intents=("invoice_second_copy",))


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (EMPTY, EMPTY, SMALL_TALK),
        (EMPTY, BILL, "invoice_second_copy"),
        (EMPTY, replace(BILL, intents=(*BILL.intents, "slow_internet")), "invoice_second_copy,slow_internet"),
        (BILL, replace(BILL, intents=(*BILL.intents, "slow_internet")), "slow_internet"),
        (BILL, BILL, "invoice_second_copy"),
        (EMPTY, Dialogue(expect="document", intent="signal_release"), "signal_release"),
        (EMPTY, replace(BILL, expect="document", intent="signal_release"), "invoice_second_copy,signal_release"),
        (EMPTY, Dialogue(intent="signal_release"), SMALL_TALK),
    ],
)
def test_reason_is_what_is_served_or_asked_about(before: Dialogue, after: Dialogue, reason: str) -> None:
    assert reason_of(before, [Say("Aqui está."), Remember(after)]) == reason


def test_answer_that_remembers_nothing_new_is_for_what_was_served_last() -> None:
    assert reason_of(BILL, [Say("De nada!")]) == "invoice_second_copy"
