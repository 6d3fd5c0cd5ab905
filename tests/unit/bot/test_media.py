"""Messages that are more, or less, than words: one polite answer to each kind, people where that does not help."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.dialogue import Dialogue
from bot.effects import AskNetwork, Effect, HandOff, Say
from bot.money_effects import UnlockOnTrust
from bot.turn import Inbound
from tests.unit.bot.build import (
    NOW,
    Chat,
    a_turn,
    decided,
    handed_to,
    has,
    memory,
    only,
    said,
    stranger,
    texts,
)

LATER = NOW + timedelta(minutes=10)
WORDLESS = ["audio", "image", "document", "video", "location", "contacts", "order", "unsupported", "sticker", "welcome"]
QUESTIONS = [
    "phone",
    "document",
    "two_facts",
    "one_time_code",
    "contract",
    "confirm_release",
    "another_invoice",
    "tried",
    "confirm_intent",
    "menu",
    "back",
    "last_invoice",
]


def heard(words: str, sure: float | None, **more: Any) -> tuple[Effect, ...]:
    """What is decided on a voice note with this transcript."""
    turn = a_turn(words, **more)
    return decided(replace(turn, inbound=(Inbound(1, "audio", words, "", sure),)))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("audio", "ouvir o seu áudio"),
        ("image", "Recebi seu arquivo"),
        ("document", "Recebi seu arquivo"),
        ("video", "não consigo assistir"),
        ("contacts", "mandar de novo por texto?"),
        ("order", "mandar de novo por texto?"),
        ("unsupported", "mandar de novo por texto?"),
    ],
)
def test_kind_that_cannot_be_read_is_asked_about_once_and_then_a_person_comes(kind: str, words: str) -> None:
    chat = Chat()
    effects = chat.say(media=kind)
    assert words in said(effects)
    assert only(effects, Say).options[0].id == "intent:talk_to_human"
    assert has(chat.say(media=kind, now=LATER), HandOff)


@pytest.mark.parametrize("kind", ["image", "video"])
def test_parts_of_an_album_that_come_late_are_not_answered_again(kind: str) -> None:
    chat = Chat()
    assert has(chat.say(media=kind), Say)
    for seconds in (5, 60, 100):
        assert not has(chat.say(media=kind, now=NOW + timedelta(seconds=seconds)), Say, HandOff)


@pytest.mark.parametrize("kind", ["unsupported", "contacts", "order"])
def test_what_cannot_be_seen_is_asked_for_only_once_where_the_rest_is_understood(kind: str) -> None:
    chat = Chat()
    chat.say(media=kind)
    chat.say("boleto")
    effects = chat.say(media=kind)
    assert not has(effects, Say, HandOff)
    # It is decided upon all the same: the message does not wait for ever.
    assert memory(effects).told == ("unseen",)


@pytest.mark.parametrize("kind", ["sticker", "welcome"])
def test_first_wave_is_greeted_and_a_later_one_needs_no_answer(kind: str) -> None:
    chat = Chat()
    assert said(chat.say(media=kind)).startswith("Oi, Bruno!")
    assert not has(chat.say(media=kind), Say, HandOff)
    assert chat.dialogue.misses == 0


def test_sticker_under_a_question_leaves_it_open() -> None:
    chat = Chat()
    chat.say("libera meu sinal")
    assert not has(chat.say(media="sticker"), Say, UnlockOnTrust)
    assert has(chat.say("sim"), UnlockOnTrust)


def test_place_is_noted_for_people_and_acknowledged_once() -> None:
    chat = Chat()
    at = Inbound(1, "location", "", place="Rua da Serra, 4 (-23.18000,-45.88000)")
    for answered in (True, False):
        turn = replace(a_turn(dialogue=chat.dialogue, facts=chat.facts), inbound=(at,))
        effects = decided(turn)
        assert has(effects, Say) is answered
        chat.dialogue = memory(effects)
    assert [line.partition(": ")[2] for line in chat.dialogue.learnt] == [
        "mandou a localização: Rua da Serra, 4 (-23.18000,-45.88000)"
    ]
    assert "Rua da Serra, 4" in only(chat.say("atendente"), HandOff).summary


def test_place_with_words_is_noted_and_the_words_are_answered() -> None:
    turn = a_turn("boleto")
    turn = replace(turn, inbound=(*turn.inbound, Inbound(2, "location", "", place="-23.18000,-45.88000")))
    effects = decided(turn)
    assert "F-1002-1" in said(effects)
    assert "-23.18000" in memory(effects).learnt[0]


def test_place_is_asked_for_with_a_button_where_the_channel_has_one() -> None:
    assert only(Chat().say("quero contratar", nlu=None, tap="intent:new_plan_sales"), Say).ask == ""
    effects = Chat(can_ask=frozenset({"location"})).say("", tap="intent:new_plan_sales")
    assert (only(effects, Say).ask, handed_to(effects)) == ("location", ("Comercial", "new_plan_sales"))


@pytest.mark.parametrize("expect", QUESTIONS)
@pytest.mark.parametrize("kind", WORDLESS)
def test_message_without_words_is_never_a_yes(kind: str, expect: str) -> None:
    data: dict[str, Any] = {"options": [["intent:signal_release", "Liberar"]], "until": NOW.isoformat()}
    dialogue = Dialogue(expect=expect, intent="signal_release", protocol_told=True, contract="c-1002", data=data)
    facts = stranger() if expect in {"phone", "document", "two_facts", "one_time_code"} else None
    turn = a_turn(dialogue=dialogue, media=kind, facts=facts, phone_hidden=expect == "phone")
    assert not has(decided(turn), UnlockOnTrust, AskNetwork)


def test_voice_without_transcript_goes_to_a_person_at_once_where_the_setting_says_so() -> None:
    assert handed_to(Chat(voice="hand_over").say(media="audio")) == ("N1", "voice")


def test_second_voice_of_a_conversation_goes_to_a_person() -> None:
    chat = Chat()
    chat.say(media="audio")
    chat.say("boleto")
    assert handed_to(chat.say(media="audio")) == ("N1", "voice")


def test_voice_that_was_heard_well_is_served_like_text() -> None:
    assert "F-1002-1" in said(heard("boleto", 0.92))
    assert "F-1002-1" in said(heard("boleto", None))


def test_voice_that_was_heard_badly_is_asked_back_before_anything_is_done() -> None:
    effects = heard("boleto", 0.4)
    assert said(effects).startswith("Você quer a segunda via do boleto")
    assert memory(effects).expect == "confirm_intent"


def test_yes_that_was_heard_badly_releases_nothing_and_the_second_one_goes_to_a_person() -> None:
    chat = Chat()
    chat.say("libera meu sinal")
    effects = heard("sim", 0.5, dialogue=chat.dialogue)
    assert not has(effects, UnlockOnTrust)
    assert said(effects) == texts()("again.confirm_release")
    assert handed_to(heard("sim", 0.5, dialogue=memory(effects))) == ("N1", "voice")
    assert has(heard("sim", 0.9, dialogue=memory(effects)), UnlockOnTrust)


def test_card_that_was_asked_for_needs_no_answer_once_its_number_is_known() -> None:
    asked = Dialogue(told=("phone",), protocol_told=True)
    card = (Inbound(1, "contacts", ""),)
    assert not has(decided(a_turn(inbound=card, dialogue=asked)), Say)
    assert has(decided(a_turn(inbound=card, dialogue=Dialogue(protocol_told=True))), Say)
