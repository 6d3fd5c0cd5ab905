"""Who writes: trusted by the phone, otherwise by a document and a proof, and nobody learns who is a customer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.dialogue import Dialogue
from bot.effects import BindIdentity, RecordAttempt, Say, SendCode
from bot.turn import Identified
from tests.unit.bot.build import (
    ANA,
    BRUNO,
    CODE,
    OTHER_CPF,
    Chat,
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

RIGHT = "contrato 1002, casa 22"


def bubbles(chat: Chat, *messages: str) -> list[str]:
    return [said(chat.say(message)) for message in messages]


def test_registered_phone_is_trusted_when_one_customer_has_it() -> None:
    effects = decided(a_turn("boleto"))
    assert only(effects, BindIdentity) == BindIdentity("bruno", "phone")
    assert said(effects).startswith("Bruno, aqui está a sua fatura F-1002-1")


def test_unknown_number_is_asked_for_a_document_when_the_wish_is_personal() -> None:
    effects = decided(a_turn("boleto", facts=stranger()))
    assert "CPF ou CNPJ" in said(effects)
    assert (memory(effects).expect, memory(effects).intent) == ("document", "invoice_second_copy")
    assert not has(effects, BindIdentity)


@pytest.mark.parametrize("first", ["boleto", "libera meu sinal", "sem internet", "internet lenta"])
@pytest.mark.parametrize("proof", ["two_facts", "one_time_code"])
def test_typed_document_gives_the_same_bubbles_when_it_is_somebodys_or_nobodys(first: str, proof: str) -> None:
    answers = []
    for document in (ANA.document.formatted, OTHER_CPF):
        chat = Chat(stranger(), proof=proof)
        answers.append(bubbles(chat, first, document, "contrato 9999, casa 1", "casa 3, contrato 5", "1, 2 e 3"))
    assert answers[0] == answers[1]
    assert "pessoa da equipe" in answers[0][-1]


def test_document_beside_the_wish_is_not_asked_for_again() -> None:
    effects = decided(a_turn(f"boleto\n{ANA.document.formatted}", facts=stranger() | boleto_understood()))
    assert memory(effects).expect == "two_facts"
    assert memory(effects).intent == "invoice_second_copy"


def boleto_understood() -> dict[str, object]:
    return {"understanding": a_turn("boleto").facts["understanding"]}


def test_bare_document_starts_the_proof_when_nobody_asked_for_it() -> None:
    chat = Chat(stranger())
    assert "o número do contrato" in said(chat.say(ANA.document.formatted))
    assert "Ana" in said(chat.say(RIGHT))


@pytest.mark.parametrize(
    "facts",
    [
        RIGHT,
        "1002 e 22",
        "contrato 1002 mensalidade 119,90",
        "casa nº 22 login ana.souza",
        "casa 22 apto 3, contrato 1002.",
        "contrato 01002, R$119.90",
        "login ana.souza, casa n.22",
        "ana.souza, R$119.90",
    ],
)
def test_two_right_facts_prove_who_writes_and_serve_the_wish(facts: str) -> None:
    given = stranger()
    contract = replace(given["contracts:ana"][0], pppoe_login="ana.souza")
    chat = Chat(given | {"contracts:ana": (contract,)})
    chat.say("boleto")
    chat.say("529.982.247-25")
    effects = chat.say(facts)
    assert BindIdentity("ana", "two_facts") in effects
    assert only(effects, RecordAttempt).succeeded
    assert said(effects).startswith("Ana, aqui está a sua fatura")
    assert chat.dialogue.document == ""


def test_one_number_is_not_two_facts_when_house_and_fee_are_equal() -> None:
    given = stranger()
    contract = replace(given["contracts:ana"][0], address="Rua do Sol, 100", monthly_fee_cents=10000)
    chat = Chat(given | {"contracts:ana": (contract,)})
    bubbles(chat, "boleto", "529.982.247-25")
    assert not has(chat.say("100"), BindIdentity)
    assert has(chat.say("contrato 1002, pago 100,00"), BindIdentity)


@pytest.mark.parametrize(
    "facts",
    [
        "contrato 1002",
        "casa 22",
        # What hangs on the wall and what stands in the shop's window: a neighbour knows both.
        "casa 22, pago R$ 119,90",
        "contrato 1002, casa 23",
        "1002 22 1003 23 1004",
        "não sei",
        "Ana Souza",
        "sim",
        "1002 1002",
        "99,90 119,90 casa 22",
        "casa 22 casa 23 casa 24, pago 119,90",
        "ana.souza a.souza souza.ana casa 22",
    ],
)
def test_proof_fails_when_there_are_not_two_right_facts_or_too_many_guesses(facts: str) -> None:
    chat = Chat(stranger())
    bubbles(chat, "boleto", "529.982.247-25")
    effects = chat.say(facts)
    assert not has(effects, BindIdentity)
    assert only(effects, RecordAttempt) == RecordAttempt(ANA.document.number, False)
    assert "Não consegui confirmar" in said(effects)


def test_right_facts_are_not_believed_after_a_lockout() -> None:
    chat = Chat(stranger(**{"attempts:52998224725": True}))
    bubbles(chat, "boleto", "529.982.247-25")
    effects = chat.say(RIGHT)
    assert not has(effects, BindIdentity)
    assert "Não consegui confirmar" in said(effects)


def test_third_failure_goes_to_a_person() -> None:
    chat = Chat(stranger())
    bubbles(chat, "boleto", "529.982.247-25", "casa 1", "casa 2")
    effects = chat.say("casa 3")
    assert handed_to(effects) == ("N1", "not_identified")
    assert has(effects, RecordAttempt)


def test_code_goes_to_the_registered_contact_and_proves_when_it_comes_back() -> None:
    chat = Chat(stranger(), proof="one_time_code")
    chat.say("boleto")
    asked = chat.say("529.982.247-25")
    assert only(asked, SendCode) == SendCode(ANA.document.number, CODE)
    assert CODE not in said(asked)
    assert CODE not in str(chat.dialogue.dump()).replace(f"digest {CODE}", "")
    effects = chat.say("é 424 242")
    assert BindIdentity("ana", "code") in effects


@pytest.mark.parametrize(("code", "changes"), [("424243", {}), (CODE, {"code_fresh": False}), ("42", {}), ("sim", {})])
def test_code_is_refused_when_wrong_expired_or_none(code: str, changes: dict[str, object]) -> None:
    chat = Chat(stranger(**changes), proof="one_time_code")
    bubbles(chat, "boleto", "529.982.247-25")
    effects = chat.say(code)
    assert not has(effects, BindIdentity)
    assert "não confere ou já venceu" in said(effects)


def test_no_valid_document_is_asked_for_once_more_and_then_goes_to_a_person() -> None:
    chat = Chat(stranger())
    chat.say("boleto")
    assert "Não achei um CPF ou CNPJ válido" in said(chat.say("111.111.111-11"))
    assert handed_to(chat.say("meu cpf é 123")) == ("N1", "not_identified")


def test_other_subject_leaves_the_question_for_the_document() -> None:
    chat = Chat(stranger())
    chat.say("boleto")
    assert handed_to(chat.say("quero contratar"))[0] == "Comercial"


def shared_phone() -> dict[str, object]:
    theirs = stranger() | known_as()
    return theirs | {"identified": Identified(None, "", (ANA, BRUNO))}


@pytest.mark.parametrize("messages", [("boleto", BRUNO.document.formatted), (f"boleto {BRUNO.document.formatted}",)])
def test_document_tells_which_of_those_who_share_the_phone_writes(messages: tuple[str, ...]) -> None:
    chat = Chat(shared_phone() | boleto_understood())
    for message in messages:
        effects = chat.say(message)
    assert BindIdentity("bruno", "phone") in effects
    assert said(effects).startswith("Bruno, aqui está")


def test_document_of_a_third_needs_the_proof_when_the_phone_is_shared() -> None:
    chat = Chat(shared_phone())
    assert "o número do contrato" in bubbles(chat, "boleto", OTHER_CPF)[-1]


def test_other_owner_of_the_phone_is_served_when_the_document_says_so() -> None:
    facts = shared_phone() | {"identified": Identified(BRUNO, "phone", (ANA, BRUNO))} | boleto_understood()
    effects = decided(a_turn(f"boleto do cpf {ANA.document.formatted}", facts=facts))
    assert BindIdentity("ana", "phone") in effects
    assert "Bruno" not in said(effects)


@pytest.mark.parametrize("document", [ANA.document.formatted, OTHER_CPF, "12.ABC.345/01DE-35"])
@pytest.mark.parametrize("text", ["quero o boleto do cpf {}", "{}", "libera o sinal do {} por favor"])
@pytest.mark.parametrize("expect", ["", "confirm_release", "tried", "menu"])
def test_document_of_somebody_else_reveals_nothing_when_it_is_known_who_writes(
    document: str, text: str, expect: str
) -> None:
    dialogue = Dialogue(expect=expect, protocol_told=True)
    facts = known_as()
    assert not any(key.startswith("document:") for key in facts), "whether it exists is not even asked"
    effects = decided(a_turn(text.format(document), facts=facts, dialogue=dialogue))
    assert said(effects).startswith("Para proteger os dados de todo mundo")
    assert only(effects, Say).options[0].id == "intent:talk_to_human"
    assert memory(effects).expect == expect
    assert len(effects) == 2


def test_own_document_is_no_obstacle_when_it_is_known_who_writes() -> None:
    assert "fatura F-1002-1" in said(decided(a_turn("boleto 111.444.777-35", facts=known_as() | boleto_understood())))
    assert "Bruno" in said(decided(a_turn("111.444.777-35")))


def test_document_that_was_given_is_not_asked_for_again_when_the_wish_comes_after_it() -> None:
    chat = Chat(stranger())
    chat.say("529.982.247-25")
    effects = chat.say("boleto")
    assert "o número do contrato" in said(effects)
    assert (chat.dialogue.intent, chat.dialogue.pending) == ("invoice_second_copy", ())
