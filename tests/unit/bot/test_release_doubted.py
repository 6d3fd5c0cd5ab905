"""A yes that is turned round, or that only asks, releases nothing."""

from __future__ import annotations

import pytest

from bot.money_effects import UnlockOnTrust
from tests.unit.bot.build import Chat, Reader, has


@pytest.mark.parametrize(
    "answer", ["sim mas nao agora, me manda o boleto", "pode sim mas nao libera ainda, manda o boleto", "sim?", "pode?"]
)
def test_nothing_is_released_when_the_yes_is_turned_round_or_only_asks(answer: str) -> None:
    chat = Chat(nlu=Reader({"libera meu sinal": "signal_release", answer: "invoice_second_copy"}))
    chat.say("libera meu sinal")
    assert chat.dialogue.expect == "confirm_release"
    assert not has(chat.say(answer), UnlockOnTrust)
