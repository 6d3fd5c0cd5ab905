"""A reply is read in the light of the question: promises, reports, places in a list, and requests beside them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.effects import AskNetwork, Effect, HandOff, Say
from bot.money_effects import UnlockOnTrust
from bot.replies import replies_in
from tests.unit.billing.build import a_contract, an_invoice
from tests.unit.bot.build import (
    BRUNO,
    HOUSE,
    SITE,
    Chat,
    Reader,
    days_from_today,
    handed_to,
    has,
    known_as,
    measured,
    only,
    said,
)

# What a model thinks of a reply alone, without the question, is often another wish.
TABLE = {
    "sexta eu pago": "payment_negotiation",
    "pode sim dia 10": "payment_negotiation",
    "ok libera que pago amanha": "signal_release payment_negotiation",
    "quanto ficou?": "invoice_question",
    "sim, mas quanto ficou?": "invoice_question",
    "nao, so quero o boleto": "invoice_second_copy",
    "nao quero, so o boleto": "invoice_second_copy",
    "sim, e manda o boleto tambem": "invoice_second_copy",
    "sim e manda o boleto": "invoice_second_copy",
    "sim manda o boleto tambem": "invoice_second_copy",
    "pode liberar. e o boleto?": "invoice_second_copy",
    "ok quero cancelar": "cancel_service",
    "manda o boleto que eu pago amanha": "invoice_second_copy",
    "nao, pode liberar": "signal_release",
    "voltou": "outage_no_connection",
    "a luz ta vermelha": "outage_no_connection",
    "voltou, e manda o boleto": "invoice_second_copy",
    "ainda nao, e quero cancelar": "outage_no_connection cancel_service",
    "o segundo, e cancela": "cancel_service",
    "sim, e libera o sinal tambem": "signal_release",
    "quero tambem liberar o sinal": "signal_release",
    "529.982.247-25 e manda o boleto tambem": "invoice_second_copy",
}
ACTIVE = a_contract(status="active")
READ = replies_in("pt_BR")


def offered() -> Chat:
    chat = Chat(nlu=Reader(TABLE))
    assert "Posso liberar?" in said(chat.say("libera meu sinal"))
    return chat


def tried_once() -> Chat:
    chat = Chat(known_as(contracts=(ACTIVE,)), nlu=Reader(TABLE))
    chat.say("sem internet")
    chat.say(jobs=[measured("offline")])
    assert chat.dialogue.expect == "tried"
    return chat


def words(effects: tuple[Effect, ...]) -> str:
    return "\n\n".join(effect.text for effect in effects if isinstance(effect, Say))


YES = [
    "sexta eu pago",
    "pode sim dia 10",
    "ok libera que pago amanhã",
    "dia 10 eu pago sem falta",
    "pago amanhã",
    "pode, eu pago na segunda",
    "assim que receber eu pago",
    "libera que eu acerto dia 5",
    "sim, vou pagar amanhã cedo",
    "pode liberar que sexta-feira faço o pix",
]
NOT_YES = [
    "quanto ficou?",
    "sim, mas quanto ficou?",
    "qual o valor?",
    "como eu pago?",
    "onde pago isso",
    "só pago quando voltar",
    "se eu pagar amanhã vocês liberam?",
    "pago sempre em dia",
    "já pago",
    "dia 10",
    "amanhã",
    "ok quero cancelar",
    "manda o boleto que eu pago amanhã",
    "não, pode liberar",
    "sim mas e a multa",
]
NO = ["não pago", "não, tô sem dinheiro agora", "hoje não, amanhã eu pago", "não, sexta eu pago", "não vou pagar agora"]


@pytest.mark.parametrize("text", YES)
def test_promise_to_pay_agrees_to_the_release_and_is_kept_as_it_was_written(text: str) -> None:
    chat = offered()
    assert only(chat.say(text), UnlockOnTrust).confirmed_text == text
    assert chat.dialogue.pending == ()


@pytest.mark.parametrize("text", NOT_YES)
def test_question_condition_or_request_is_no_yes_to_the_release(text: str) -> None:
    assert not has(offered().say(text), UnlockOnTrust)


@pytest.mark.parametrize("text", NO)
def test_no_with_its_reasons_is_a_no_to_the_release(text: str) -> None:
    assert "não liberei" in said(offered().say(text))


@pytest.mark.parametrize("text", ["quanto ficou?", "sim, mas quanto ficou?", "qual o valor?", "quanto vou pagar"])
def test_amount_is_told_and_the_offer_stands(text: str) -> None:
    chat = offered()
    effects = chat.say(text)
    assert "119,90" in said(effects)
    assert not has(effects, HandOff)
    assert has(chat.say("sim"), UnlockOnTrust)


@pytest.mark.parametrize("text", ["não, só quero o boleto", "não quero, só o boleto"])
def test_no_with_a_request_releases_nothing_and_serves_it(text: str) -> None:
    effects = offered().say(text)
    assert not has(effects, UnlockOnTrust)
    assert words(effects).index("não liberei") < words(effects).index("F-1002-1")


@pytest.mark.parametrize(
    "text",
    ["sim, e manda o boleto também", "sim e manda o boleto", "sim manda o boleto também", "pode liberar. e o boleto?"],
)
def test_yes_with_a_request_releases_and_the_request_waits_for_the_result(text: str) -> None:
    chat = offered()
    assert only(chat.say(text), UnlockOnTrust).confirmed_text == text
    assert chat.dialogue.pending == ("invoice_second_copy",)


@pytest.mark.parametrize(
    ("text", "works"),
    [
        ("voltou", True),
        ("voltou a luz verde", True),
        ("ainda não", False),
        ("a luz tá vermelha", False),
        ("o LOS continua aceso", False),
        ("luz los piscando em vermelho", False),
        ("voltou mas tá lenta", False),
        ("a luz vermelha apagou, voltou", True),
        ("a luz verde tá acesa", None),
        ("que luz?", None),
    ],
)
def test_report_of_a_step_is_read_before_the_model_is(text: str, works: bool | None) -> None:
    assert READ.worked(text) is works
    if works is not None:
        effects = tried_once().say(text)
        assert has(effects, AskNetwork) is not works
        assert has(effects, Say) is works


def test_report_may_ask_for_something_more() -> None:
    effects = tried_once().say("voltou, e manda o boleto")
    assert words(effects).index("Que bom") < words(effects).index("F-1002-1")
    chat = tried_once()
    assert has(chat.say("ainda não, e quero cancelar"), AskNetwork)
    assert chat.dialogue.pending == ("cancel_service",)


def two_contracts() -> dict[str, Any]:
    invoices = (
        an_invoice(ref="i-1", number="F-1006-1", contract_ref="c-1", due_date=days_from_today(3)),
        an_invoice(ref="i-2", number="F-1007-1", contract_ref="c-2", due_date=days_from_today(-2)),
    )
    return known_as(BRUNO, (HOUSE, SITE), invoices)


THREE = (("a", "Rua Nova, 6"), ("b", "Sítio Boa Vista"), ("c", "Rua do Sol, 22"))


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("o da rua do sol", "c"),
        ("é o da Rua Nova", "a"),
        ("o segundo", "b"),
        ("do segundo", "b"),
        ("quero o segundo", "b"),
        ("seria a terceira", "c"),
        ("o de cima", "a"),
        ("de baixo", "c"),
        ("o do meio", "b"),
        ("o último", "c"),
        ("o último da lista por favor", "c"),
        ("manda o 2", "b"),
        ("número 3", "c"),
        ("2ª opção", "b"),
        ("o quarto", None),
        ("os dois", None),
        ("sim", None),
        ("2026", None),
        ("no fim do mês", None),
    ],
)
def test_place_in_a_list_is_understood_as_people_point(text: str, picked: str | None) -> None:
    assert READ.chosen(text, "", THREE) == picked


def test_middle_of_two_is_none() -> None:
    assert READ.chosen("o do meio", "", THREE[:2]) is None
    assert READ.chosen("o de cima", "", ()) is None


def test_choice_of_a_contract_may_ask_for_something_more() -> None:
    chat = Chat(two_contracts(), nlu=Reader(TABLE))
    chat.say("boleto")
    effects = chat.say("o segundo, e cancela")
    assert "F-1007-1" in words(effects)
    assert handed_to(effects)[1] == "cancel_service"


def test_offer_of_another_invoice_may_be_answered_with_something_more() -> None:
    two = (an_invoice(), an_invoice(ref="i-2", number="F-2", due_date=days_from_today(9)))
    chat = Chat(known_as(invoices=two), nlu=Reader(TABLE))
    chat.say("boleto")
    told = words(chat.say("sim, e libera o sinal também"))
    assert told.index("fatura F-2") < told.index("Posso liberar?")
    chat = Chat(known_as(invoices=two), nlu=Reader(TABLE))
    chat.say("boleto")
    told = words(chat.say("quero também liberar o sinal"))
    assert "fatura F-2" not in told
    assert "Posso liberar?" in told


@pytest.mark.parametrize("text", ["os dois", "ambos", "as duas por favor", "manda todos", "de todas as casas"])
def test_all_of_them_is_understood(text: str) -> None:
    assert READ.wants_all(text)


@pytest.mark.parametrize("text", ["o dois", "dois boletos errados", "todo mês", "os dois não", "nenhum dos dois"])
def test_all_of_them_is_not_read_into_other_words(text: str) -> None:
    assert not READ.wants_all(text)


@pytest.mark.parametrize(
    ("text", "taken_back"),
    [
        ("deixa", True),
        ("Deixa pra lá, obrigado", True),
        ("ah esquece isso", True),
        ("não precisa mais", True),
        ("desisto", True),
        ("mais nada, valeu", True),
        ("não precisa", False),
        ("deixa eu ver", False),
        ("não quero mais a internet", False),
        ("esqueci a senha", False),
        ("", False),
    ],
)
def test_taking_back_is_told_from_a_no_and_from_a_wish(text: str, taken_back: bool) -> None:
    assert READ.gives_up(text) is taken_back


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Sim, e manda o boleto", ("sim",)),
        ("sim manda", ("sim",)),
        ("não, só o boleto. agora", ("nao", "nao, so o boleto")),
        ("sim", ()),
        ("", ()),
        ("não quero o boleto", ()),
    ],
)
def test_text_begins_with_what_stands_before_a_turn(text: str, parts: tuple[str, ...]) -> None:
    assert READ.beginnings(text) == parts


@pytest.mark.parametrize(
    ("text", "asks"), [("quanto é?", True), ("quanto tempo demora", False), ("quantos dias", False)]
)
def test_amount_is_asked_for_with_its_own_words(text: str, asks: bool) -> None:
    assert READ.asks_amount(text) is asks
