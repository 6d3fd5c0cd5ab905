"""How sure is sure enough: answered, asked back with a tap, or a short menu; and a correction is noted."""

from __future__ import annotations

import pytest

from bot.answers import ANSWERS
from bot.dialogue import Dialogue
from bot.effects import AskNetwork, Close, Contradicted, HandOff, Say
from bot.money_effects import UnlockOnTrust
from bot.wishes import SMALL_TALK
from nlu.fake import FakeParser
from nlu.understanding import Understanding
from tests.unit.bot.build import (
    Chat,
    Reader,
    a_turn,
    decided,
    handed_to,
    has,
    known_as,
    memory,
    only,
    said,
    stranger,
    texts,
)

TABLE = {
    "papel do mes": "?invoice_second_copy -plan_change -greet -invoice_question -relocation",
    "treco do negocio": "-plan_change -greet -invoice_second_copy -relocation -complaint",
    "quero mudar de plano": "plan_change",
    "queria meu papel do mes": "?invoice_second_copy",
    "nao, quero mudar de plano": "plan_change",
    "sim, e libera meu sinal": "signal_release",
    "nao, e libera meu sinal": "signal_release",
}
BUSINESS = sorted(ANSWERS.keys() - SMALL_TALK)


def a_chat(dialogue: Dialogue | None = None) -> Chat:
    return Chat(known_as(), dialogue, nlu=Reader(TABLE))


def asked_back() -> Chat:
    chat = a_chat()
    assert said(chat.say("papel do mes")).startswith(texts()("ask_intent.invoice_second_copy"))
    return chat


def rows(say: Say) -> list[str]:
    return [option.id.removeprefix("intent:") for option in say.options]


@pytest.mark.parametrize("intent", BUSINESS)
def test_wish_is_asked_back_in_the_customers_words_and_nothing_is_done_yet(intent: str) -> None:
    effects = decided(a_turn("hmm", nlu=Reader({"hmm": f"?{intent}"})))
    say = only(effects, Say)
    assert say.text.startswith("Você quer")
    assert [option.title for option in say.options] == ["Sim", "Não, outra coisa", "Falar com atendente"]
    assert (memory(effects).expect, memory(effects).intent) == ("confirm_intent", intent)
    for kind in (AskNetwork, UnlockOnTrust, HandOff, Close):
        assert not has(effects, kind)


@pytest.mark.parametrize("intent", ["greet", "thanks", "affirm", "deny", "bot_challenge", "help_menu"])
def test_courtesy_is_never_asked_back(intent: str) -> None:
    effects = decided(a_turn("hmm", nlu=Reader({"hmm": f"?{intent}"})))
    assert memory(effects).expect in {"", "menu"}
    assert not any(option.id.startswith("confirm:") for option in only(effects, Say).options)


@pytest.mark.parametrize("reading", ["?talk_to_human", "talk_to_human", "boleto_is_first talk_to_human"])
def test_person_comes_when_the_model_reads_that_wish_however_sure(reading: str) -> None:
    reading = reading.replace("boleto_is_first", "invoice_second_copy")
    effects = decided(a_turn("hmm", nlu=Reader({"hmm": reading})))
    assert handed_to(effects)[1] == "asked_for_person"
    assert ("segunda via" in only(effects, HandOff).summary) is ("invoice" in reading)


@pytest.mark.parametrize(
    ("answer", "tap"),
    [
        ("Sim", "confirm:yes:invoice_second_copy"),
        ("sim", ""),
        ("isso mesmo", ""),
        ("quero sim", ""),
        ("boleto", ""),
        ("queria meu papel do mes", ""),
    ],
)
def test_yes_serves_what_was_asked_back(answer: str, tap: str) -> None:
    chat = asked_back()
    effects = chat.say(answer, tap=tap)
    assert "F-1002-1" in said(effects)
    assert not has(effects, Contradicted)
    assert chat.dialogue.intents == ("invoice_second_copy",)


def test_second_click_on_the_yes_serves_nothing_twice() -> None:
    chat = asked_back()
    chat.say("Sim", tap="confirm:yes:invoice_second_copy")
    assert only(chat.say("Sim", tap="confirm:yes:invoice_second_copy"), Say).document is None


@pytest.mark.parametrize("tap", ["confirm:yes:invoice_second_copy", "tried:yes", "contract:c-1"])
def test_stale_button_is_no_yes_to_another_question(tap: str) -> None:
    chat = Chat(known_as())
    chat.say("libera meu sinal")
    effects = chat.say("Sim", tap=tap)
    assert not has(effects, UnlockOnTrust)
    chat = a_chat(dialogue=Dialogue(expect="confirm_intent", intent="cancel_service"))
    assert not has(chat.say("Sim", tap=tap), HandOff)


@pytest.mark.parametrize(
    ("answer", "tap"), [("Não, outra coisa", "confirm:no:invoice_second_copy"), ("não", ""), ("não, nada disso", "")]
)
def test_no_shows_what_else_was_likely_and_notes_the_mistake(answer: str, tap: str) -> None:
    chat = asked_back()
    effects = chat.say(answer, tap=tap)
    assert only(effects, Contradicted) == Contradicted("invoice_second_copy", "")
    offered = rows(only(effects, Say))
    assert offered[:3] == ["plan_change", "invoice_question", "relocation"]
    assert "invoice_second_copy" not in offered
    assert offered[-1] == "talk_to_human"
    assert chat.dialogue.misses == 1


@pytest.mark.parametrize(("answer", "tap"), [("Mudar de plano", "intent:plan_change"), ("quero mudar de plano", "")])
def test_what_is_chosen_after_a_no_is_noted_as_meant(answer: str, tap: str) -> None:
    chat = asked_back()
    chat.say("não")
    effects = chat.say(answer, tap=tap)
    assert only(effects, Contradicted) == Contradicted("invoice_second_copy", "plan_change")
    assert handed_to(effects) == ("Comercial", "plan_change")


def test_no_that_names_what_is_meant_is_served_at_once() -> None:
    effects = asked_back().say("não, quero mudar de plano")
    assert only(effects, Contradicted) == Contradicted("invoice_second_copy", "plan_change")
    assert handed_to(effects) == ("Comercial", "plan_change")


def test_other_clear_request_is_simply_served() -> None:
    effects = asked_back().say("quero mudar de plano")
    assert handed_to(effects) == ("Comercial", "plan_change")
    assert not has(effects, Contradicted)


def test_second_unsure_reading_of_the_words_is_a_row_after_a_no_and_not_asked_back_again() -> None:
    chat = Chat(nlu=Reader({"confuso": "?invoice_second_copy ?plan_change"}))
    chat.say("confuso")
    assert rows(only(chat.say("não"), Say))[0] == "plan_change"
    assert chat.dialogue.pending == ()
    assert handed_to(chat.say("1")) == ("Comercial", "plan_change")


def test_row_that_was_tapped_is_not_asked_back_although_it_was_not_sure() -> None:
    chat = Chat(nlu=Reader({"confuso": "?invoice_second_copy ?plan_change"}))
    chat.say("confuso")
    assert handed_to(chat.say("Mudar de plano", tap="intent:plan_change")) == ("Comercial", "plan_change")


def test_two_misses_in_a_row_hand_over_wherever_the_first_was() -> None:
    chat = asked_back()
    chat.say("não")
    assert handed_to(chat.say("zxcv")) == ("N1", "not_understood")
    chat = asked_back()
    assert said(chat.say("zxcv")) == texts()("again.confirm_intent")
    assert handed_to(chat.say("zxcv")) == ("N1", "not_understood")
    chat = a_chat()
    chat.say("treco do negocio")
    chat.say("papel do mes")
    assert handed_to(chat.say("não")) == ("N1", "not_understood")


def test_question_that_is_asked_back_ends_when_it_is_taken_back() -> None:
    chat = asked_back()
    assert said(chat.say("deixa pra lá")) == texts()("deny")
    assert chat.dialogue == Dialogue(protocol_told=True)


def test_menu_begins_with_what_the_model_thinks_likeliest_and_ends_with_a_person() -> None:
    effects = decided(a_turn("treco do negocio", nlu=Reader(TABLE)))
    offered = rows(only(effects, Say))
    assert offered[:3] == ["plan_change", "invoice_second_copy", "relocation"]
    assert offered.count("invoice_second_copy") == 1
    assert offered[-1] == "talk_to_human"
    assert len(offered) <= 10


@pytest.mark.parametrize(
    ("tap", "noted"),
    [
        ("intent:plan_change", []),
        ("intent:invoice_second_copy", [Contradicted("plan_change", "invoice_second_copy")]),
        ("intent:talk_to_human", []),
    ],
)
def test_another_row_than_the_reading_corrects_it(tap: str, noted: list[Contradicted]) -> None:
    chat = a_chat()
    chat.say("treco do negocio")
    assert [effect for effect in chat.say("", tap=tap) if isinstance(effect, Contradicted)] == noted


def test_nothing_is_corrected_when_the_model_had_not_been_asked() -> None:
    parser = FakeParser()
    parser.down = True
    chat = Chat(nlu=parser)
    chat.say("treco do negocio")
    assert not has(chat.say("1"), Contradicted)


def test_asked_back_wish_of_a_stranger_asks_who_writes_after_the_yes() -> None:
    chat = Chat(stranger(), nlu=Reader(TABLE))
    chat.say("papel do mes")
    assert "CPF ou CNPJ" in said(chat.say("sim"))
    assert chat.dialogue.intent == "invoice_second_copy"


@pytest.mark.parametrize("yes", [True, False])
def test_answer_to_what_is_asked_back_may_ask_for_more(yes: bool) -> None:
    chat = asked_back()
    effects = chat.say("sim, e libera meu sinal" if yes else "não, e libera meu sinal")
    told = "".join(effect.text for effect in effects if isinstance(effect, Say))
    assert ("F-1002-1" in told) is yes
    assert "Posso liberar?" in told
    assert has(effects, Contradicted) is not yes


def test_sure_out_of_scope_is_never_acted_on_whatever_else_is_read() -> None:
    effects = decided(a_turn("hmm", nlu=Reader({"hmm": "out_of_scope signal_release"})))
    assert "Nisso eu não consigo ajudar" in said(effects)


def test_answer_of_an_older_model_server_without_requests_is_acted_on_by_its_band() -> None:
    meant = Understanding("invoice_second_copy", 0.9, (("invoice_second_copy", 0.9),), (), "model", "act")
    assert "F-1002-1" in said(decided(a_turn("boleto", facts=known_as() | {"understanding": meant})))
