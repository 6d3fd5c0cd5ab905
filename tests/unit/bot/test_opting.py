"""SAIR and PARAR as a whole message refuse marketing at once; the same words inside a wish mean what they mean."""

from __future__ import annotations

import pytest

from bot.dialogue import Dialogue
from bot.effects import ConsentChanged, Document, Effect, Remember, Say
from bot.money_effects import UnlockOnTrust
from bot.texts import Texts
from bot.turn import JobResult
from handoff.opt_words import decision_in
from tests.unit.bot.build import Chat, Reader, a_turn, decided, only, texts

RUNNING = JobResult(7, "diagnose", "c-1002", "running", "", {}, 5.0)


def changes(effects: tuple[Effect, ...]) -> list[str]:
    return [effect.decision for effect in effects if isinstance(effect, ConsentChanged)]


@pytest.mark.parametrize(
    "words",
    ["SAIR", "sair.", "Parar!", "por favor, parar", "Cancelar promoções", "não quero mais promoções", "SALIR", "stop"],
)
def test_whole_message_that_refuses_marketing_is_honoured(words: str) -> None:
    assert decision_in(words) == "out"


@pytest.mark.parametrize("words", ["QUERO PROMOÇÕES", "quero receber promoções.", "Quiero promociones"])
def test_whole_message_that_asks_for_marketing_is_honoured(words: str) -> None:
    assert decision_in(words) == "in"


@pytest.mark.parametrize(
    "words",
    [
        "cancelar",
        "baja",
        "quero sair",
        "quero cancelar",
        "quero sair do plano",
        "a internet vai parar?",
        "pare",
        "sair de casa",
        "voltar",
        "",
        "promoções?",
    ],
)
def test_words_that_may_mean_something_else_decide_nothing(words: str) -> None:
    assert decision_in(words) is None


def test_refusal_is_confirmed_with_one_bubble_that_says_what_still_comes() -> None:
    effects = decided(a_turn("SAIR"))
    assert only(effects, ConsentChanged) == ConsentChanged("out", "SAIR", 1)
    assert "continuam chegando" in only(effects, Say).text


def test_spanish_refusal_is_confirmed_in_spanish() -> None:
    assert "siguen llegando" in only(decided(a_turn("salir", texts=Texts.load("es"))), Say).text


def test_refusal_leaves_an_open_question_too() -> None:
    asked = Dialogue(expect="document", intent="invoice_second_copy", pending=("signal_release",))
    effects = decided(a_turn("sair", dialogue=asked))
    left = only(effects, Remember).dialogue
    assert changes(effects) == ["out"]
    assert (left.expect, left.intent, left.pending) == ("opted_out", "", ())
    assert texts()("consent.question_left") in only(effects, Say).text


def test_coming_back_is_understood_right_after_a_refusal_only() -> None:
    assert changes(decided(a_turn("voltar", dialogue=Dialogue(expect="opted_out")))) == ["in"]
    assert changes(decided(a_turn("voltar"))) == []


def test_wish_beside_a_refusal_is_served_as_well() -> None:
    effects = decided(a_turn("SAIR", "boleto", nlu=Reader({"SAIR boleto": "invoice_second_copy"})))
    assert changes(effects) == ["out"]
    assert any(isinstance(effect, Say) and isinstance(effect.document, Document) for effect in effects)


@pytest.mark.parametrize(("said", "releases"), [(("SAIR", "sim"), False), (("sim", "SAIR"), True)])
def test_yes_answers_no_question_that_a_refusal_before_it_left(said: tuple[str, ...], releases: bool) -> None:
    chat = Chat()
    chat.say("libera meu sinal")
    assert chat.dialogue.expect == "confirm_release"
    effects = chat.say(*said)
    assert changes(effects) == ["out"]
    assert any(isinstance(effect, UnlockOnTrust) for effect in effects) == releases


def test_refusal_while_the_network_works_is_confirmed_and_disturbs_nothing() -> None:
    working = Dialogue(intent="outage_no_connection", data={"lead": "x"})
    effects = decided(a_turn("sair", dialogue=working, jobs=[RUNNING]))
    assert changes(effects) == ["out"]
    assert only(effects, Remember).dialogue.data == {"lead": "x"}


def test_tapped_button_is_no_refusal() -> None:
    assert changes(decided(a_turn("Sair", tap="intent:greet"))) == []
