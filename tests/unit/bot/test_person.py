"""A person: in any state, in any wording, in one turn, with what is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.answers import ANSWERS, REPLIES
from bot.dialogue import Dialogue
from bot.effects import AskNetwork, BindIdentity, HandOff, Say, Wait
from bot.money_effects import UnlockOnTrust
from bot.questions import OF_IDENTITY, SUBJECT
from bot.turn import Down, JobResult
from tests.unit.bot.build import (
    BRUNO,
    HOUSE,
    PROTOCOL,
    SITE,
    Chat,
    a_job,
    a_turn,
    decided,
    handed_to,
    has,
    known_as,
    memory,
    only,
    said,
    stranger,
)

QUESTIONS = sorted({"", "menu", "contract", "confirm_intent", *OF_IDENTITY, *SUBJECT, *REPLIES})
WORDINGS = [
    "atendente",
    "Atendente!",
    "ATENDENTE",
    "quero falar com uma pessoa",
    "quero falar com alguém",
    "falar com atendente",
    "me passa pra um humano",
    "chama alguém aí",
    "não quero falar com robô",
    "tô sem internet e quero falar com alguém",
    "quero o boleto e falar com um atendente",
    "libera meu sinal ou me transfere pra um atendente",
    "alguém pode me atender?",
    "não resolveu, quero falar com alguém",
    "não tenho internet quero falar com atendente",
]


@pytest.mark.parametrize("expect", QUESTIONS)
@pytest.mark.parametrize("wording", WORDINGS)
def test_person_comes_in_one_turn_whatever_was_asked(expect: str, wording: str) -> None:
    dialogue = Dialogue(expect=expect, intent="signal_release", protocol_told=True, misses=1)
    effects = decided(a_turn(wording, dialogue=dialogue))
    assert handed_to(effects)[1] == "asked_for_person"
    assert PROTOCOL in said(effects)
    assert not has(effects, AskNetwork)
    assert not has(effects, UnlockOnTrust)
    assert memory(effects).expect == ""


@pytest.mark.parametrize("expect", QUESTIONS)
def test_person_comes_by_tap_whatever_was_asked(expect: str) -> None:
    effects = decided(a_turn("", tap="intent:talk_to_human", dialogue=Dialogue(expect=expect)))
    assert handed_to(effects)[1] == "asked_for_person"


@pytest.mark.parametrize("state", ["asked", "approved", "running"])
@pytest.mark.parametrize("action", ["diagnose", "release_signal"])
@pytest.mark.parametrize(("text", "tap"), [(w, "") for w in WORDINGS] + [("", "intent:talk_to_human")])
def test_person_comes_while_an_action_runs(state: str, action: str, text: str, tap: str) -> None:
    effects = decided(a_turn(text, tap=tap, jobs=[a_job(action=action, state=state)]))
    assert handed_to(effects)[1] == "asked_for_person"
    assert not has(effects, Wait)


@pytest.mark.parametrize(
    "job", [a_job(), a_job(action="release_signal"), a_job(action="release_signal", state="failed")]
)
def test_result_is_told_and_the_person_comes_in_the_same_bubble(job: JobResult) -> None:
    effects = decided(a_turn("atendente", jobs=[job]))
    only(effects, HandOff)
    assert said(effects).count(PROTOCOL) == 1


def test_person_sees_the_customer_that_the_summary_tells_of() -> None:
    effects = decided(a_turn("atendente", facts=known_as(BRUNO)))
    assert only(effects, BindIdentity) == BindIdentity(BRUNO.ref, "phone")
    assert not has(decided(a_turn("atendente", facts=stranger())), BindIdentity)


@pytest.mark.parametrize("wording", WORDINGS)
def test_person_comes_before_it_is_known_who_writes(wording: str) -> None:
    effects = decided(a_turn(wording, facts=stranger()))
    assert handed_to(effects) == ("N1", "asked_for_person")
    assert "Cliente não identificado" in only(effects, HandOff).summary


def test_person_comes_when_the_customer_base_and_the_model_are_down() -> None:
    effects = decided(a_turn("atendente", facts={"identified": Down}))
    assert handed_to(effects) == ("N1", "asked_for_person")
    assert "não pôde ser consultado" in only(effects, HandOff).summary


def test_queue_is_that_of_the_subject_and_small_talk_is_none() -> None:
    chat = Chat()
    for text in ("oi", "boleto", "você é um robô?", "oi"):
        chat.say(text)
    assert handed_to(chat.say("atendente"))[0] == "Financeiro"


def test_summary_tells_who_what_and_what_was_done_with_documents_masked() -> None:
    chat = Chat()
    chat.say("boleto")
    summary = only(chat.say("quero falar com atendente, meu cpf é 111.444.777-35"), HandOff).summary
    assert "Bruno Lima, ***.444.777-**, identificado pelo telefone cadastrado" in summary
    assert "Contrato 1002: Fibra 600 Mega, bloqueado por débito, Rua do Sol" in summary
    assert "Assuntos: segunda via" in summary
    assert "111.444.777-35" not in summary


def test_summary_tells_of_every_state_that_a_contract_may_have() -> None:
    site = replace(SITE, status="blocked", blocked_for="request")
    chat = Chat(known_as(contracts=(replace(HOUSE, status="pending"), site)))
    summary = only(chat.say("atendente"), HandOff).summary
    assert "Contrato 1006: Fibra 600 Mega, ainda não ativado, Rua Nova" in summary
    assert "Contrato 1007: Fibra 600 Mega, bloqueado a pedido do cliente, Sítio Boa Vista" in summary


def test_summary_says_what_was_typed_when_nothing_was_proved() -> None:
    chat = Chat(stranger())
    chat.say("boleto")
    chat.say("529.982.247-25")
    assert "Digitou ***.982.247-**, sem prova" in only(chat.say("atendente"), HandOff).summary


@pytest.mark.parametrize(
    "text", ["falei com o atendente ontem", "não quero falar com atendente", "o atendente mentiu pra mim"]
)
def test_words_about_a_person_are_no_wish_for_one(text: str) -> None:
    assert not has(decided(a_turn(text)), HandOff)


def test_every_intent_hands_over_asks_or_answers_but_never_stays_silent() -> None:
    for intent in ANSWERS:
        effects = decided(a_turn("", tap=f"intent:{intent}", facts=known_as()))
        assert has(effects, Say) or has(effects, AskNetwork), intent
