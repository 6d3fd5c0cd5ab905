"""A payment that comes while the release is offered: the yes to the offer is no unlock any more."""

from __future__ import annotations

from bot.effects import HandOff, Wait
from bot.money_effects import UnlockOnTrust
from tests.unit.bot.build import Chat, a_job, a_turn, decided, has, known_as


def offered() -> Chat:
    chat = Chat(known_as())
    chat.say("libera meu sinal")
    assert chat.dialogue.expect == "confirm_release"
    return chat


def test_yes_makes_no_unlock_while_the_paid_release_runs() -> None:
    effects = decided(a_turn("sim", dialogue=offered().dialogue, jobs=(a_job(state="running"),)))
    assert not has(effects, UnlockOnTrust, HandOff)
    assert has(effects, Wait)


def test_yes_makes_no_unlock_before_the_paid_release_was_asked_for() -> None:
    paid = known_as() | {"invoices:c-1002": ()}
    assert not has(decided(a_turn("sim", dialogue=offered().dialogue, facts=paid)), UnlockOnTrust)
