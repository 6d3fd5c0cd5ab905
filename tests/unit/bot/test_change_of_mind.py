"""Corrections and changes of mind: the newest word counts, what was misread is noted, and nothing wanted is lost."""

from __future__ import annotations

import pytest

from bot.effects import AskNetwork, Close, Contradicted, HandOff, OpenTicket, Say
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

TABLE = {
    "nao, eu quis dizer que quero o boleto": "invoice_second_copy",
    "me enganei, e a internet lenta": "slow_internet",
    "sem net e boleto": "outage_no_connection invoice_second_copy",
    "deixa, manda o boleto": "invoice_second_copy",
    "boleto da rua nova": "invoice_second_copy",
    "sem net no sitio": "outage_no_connection",
    "uma nova via": "invoice_second_copy",
    "ta ligado na tomada": "?outage_no_connection",
    "plano e senha": "plan_change wifi_password",
    "nao entendi": "help_menu",
}
READ = replies_in("pt_BR")
ACTIVE = a_contract(status="active")


def a_chat() -> Chat:
    return Chat(known_as(contracts=(ACTIVE,)), nlu=Reader(TABLE))


def tried_once() -> Chat:
    chat = a_chat()
    chat.say("internet lenta")
    chat.say(jobs=[measured("offline")])
    assert chat.dialogue.expect == "tried"
    return chat


def two_contracts() -> Chat:
    invoices = (an_invoice(ref="i-1", contract_ref="c-1"), an_invoice(ref="i-2", contract_ref="c-2"))
    return Chat(known_as(BRUNO, (HOUSE, SITE), invoices), nlu=Reader(TABLE))


def choosing() -> Chat:
    chat = two_contracts()
    chat.say("boleto")
    assert chat.dialogue.expect == "contract"
    return chat


def offered() -> Chat:
    chat = Chat(known_as(), nlu=Reader(TABLE))
    chat.say("libera meu sinal")
    return chat


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("não, eu quis dizer o boleto", True),
        ("quero dizer, a fatura", True),
        ("me enganei", True),
        ("escrevi errado", True),
        ("não é isso, é a conta", True),
        ("não, continua igual", False),
        ("o que isso quer dizer?", False),
        ("", False),
    ],
)
def test_correction_is_told_from_a_plain_no(text: str, corrected: bool) -> None:
    assert READ.corrects(text) is corrected


def test_correction_is_no_report_of_a_step_and_what_is_meant_is_served() -> None:
    effects = tried_once().say("não, eu quis dizer que quero o boleto")
    assert not has(effects, AskNetwork)
    assert "F-1002-1" in "".join(effect.text for effect in effects if isinstance(effect, Say))
    assert only(effects, Contradicted) == Contradicted("slow_internet", "invoice_second_copy")


def test_correction_is_noted_where_nothing_was_asked() -> None:
    chat = a_chat()
    chat.say("boleto")
    effects = chat.say("me enganei, é a internet lenta")
    assert only(effects, Contradicted) == Contradicted("invoice_second_copy", "slow_internet")
    assert has(effects, AskNetwork)


def test_nothing_is_noted_when_the_same_is_asked_for_again() -> None:
    chat = a_chat()
    chat.say("boleto")
    assert not has(chat.say("não, eu quis dizer que quero o boleto"), Contradicted)


def test_wrong_contract_is_corrected_by_naming_the_other_one() -> None:
    places = [("c-1", "Rua Nova, 6"), ("c-2", "Sítio Boa Vista, km 7")]
    assert READ.chosen("errei, queria o do sítio", "", places) == "c-2"
    assert READ.chosen("errei", "", places) is None


def test_menu_is_shown_in_the_middle_of_a_question() -> None:
    chat = offered()
    assert len(only(chat.say("menu"), Say).options) > 3
    assert chat.dialogue.expect == "menu"
    assert not has(chat.say("sim"), UnlockOnTrust), "the offer is gone"


@pytest.mark.parametrize("text", ["não entendi", "?"])
def test_question_is_asked_again_when_it_was_not_understood(text: str) -> None:
    assert "Posso liberar" in said(offered().say(text))


def test_goodbye_ends_the_conversation_whatever_was_asked() -> None:
    effects = offered().say("tchau")
    assert has(effects, Close)
    assert not has(effects, UnlockOnTrust)


@pytest.mark.parametrize(("text", "ref"), [("boleto da rua nova", "c-1"), ("sem net no sitio", "c-2")])
def test_contract_need_not_be_asked_for_when_its_address_is_named(text: str, ref: str) -> None:
    chat = two_contracts()
    chat.say(text)
    assert (chat.dialogue.expect == "contract", chat.dialogue.contract) == (False, ref)


def test_named_address_overrides_the_contract_of_before() -> None:
    chat = two_contracts()
    chat.say("boleto da rua nova")
    assert only(chat.say("sem net no sitio"), AskNetwork).contract_ref == "c-2"


def test_word_of_a_street_is_no_address() -> None:
    chat = two_contracts()
    chat.say("uma nova via")
    assert chat.dialogue.expect == "contract"


def test_line_is_measured_when_two_answers_did_not_tell_how_the_step_went() -> None:
    chat = tried_once()
    assert "resolveu?" in said(chat.say("hmm"))
    assert only(chat.say("tá ligado na tomada"), AskNetwork).action == "diagnose"
    assert handed_to(chat.say(jobs=[measured("offline")])) == ("N2", "needs_technician")


def test_greeting_stays_a_greeting_after_an_answer_that_did_not_tell() -> None:
    chat = tried_once()
    chat.say("hmm")
    assert not has(chat.say("oi"), AskNetwork)


@pytest.mark.parametrize("text", ["desliguei", "aqui tá sem energia mesmo", "quando ligar eu aviso"])
def test_bot_waits_for_who_is_not_done_yet(text: str) -> None:
    chat = tried_once()
    assert not has(chat.say(text), AskNetwork)
    assert chat.dialogue.expect == "tried"


def test_first_of_several_that_people_take_chooses_who_gets_it() -> None:
    effects = a_chat().say("plano e senha")
    assert handed_to(effects) == ("Comercial", "plan_change")
    assert "Assuntos: mudança de plano, senha do Wi-Fi" in only(effects, HandOff).summary


def test_taking_back_may_give_its_reason() -> None:
    chat = choosing()
    assert "Tudo bem" in said(chat.say("não precisa mais, achei no email"))
    assert chat.dialogue.expect == ""


def test_taking_back_for_something_else_serves_that() -> None:
    chat = offered()
    effects = chat.say("deixa, manda o boleto")
    assert "F-1002-1" in "".join(effect.text for effect in effects if isinstance(effect, Say))


@pytest.mark.parametrize(
    "text",
    [
        "claro que sim né",
        "faz isso por favor",
        "simbora",
        "libera logo",
        "ah ok, pode liberar",
        "tá bom, libera",
        "entendi, pode",
        "siiim",
        "claroo, pode siiim",
    ],
)
def test_yes_may_be_impatient_or_easy(text: str) -> None:
    assert has(offered().say(text), UnlockOnTrust)


@pytest.mark.parametrize("text", ["naaaao", "nãoo, obrigado"])
def test_no_may_be_drawn_out(text: str) -> None:
    assert "não liberei" in said(offered().say(text))


def test_bill_that_waited_is_sent_when_the_measurement_needs_a_technician() -> None:
    chat = a_chat()
    assert not has(chat.say("sem net e boleto"), Say)
    effects = chat.say(jobs=[measured("los")])
    told = "".join(effect.text for effect in effects if isinstance(effect, Say))
    assert told.index("não está recebendo luz") < told.index("F-1002-1")
    assert handed_to(effects) == ("N2", "needs_technician")
    assert has(effects, OpenTicket)
    assert "Assuntos: sem internet, segunda via" in only(effects, HandOff).summary
    assert chat.dialogue.pending == ()


def test_question_that_waited_is_told_to_the_technicians_and_not_asked() -> None:
    two = (an_invoice(), an_invoice(ref="i-2", number="F-2", due_date=days_from_today(9)))
    chat = Chat(
        known_as(contracts=(ACTIVE,), invoices=two),
        nlu=Reader({"sem net e plano": "outage_no_connection ?plan_change"}),
    )
    chat.say("sem net e plano")
    effects = chat.say(jobs=[measured("los")])
    assert "Você quer" not in said(effects)
    assert "mudança de plano" in only(effects, HandOff).summary
