"""Several requests in one text: served in order under one protocol, what has to wait waits, and nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest

from bot.dialogue import Dialogue
from bot.effects import AskNetwork, Effect, HandOff, JobTold, OpenTicket, Say, Wait
from bot.money_effects import UnlockOnTrust
from bot.turn import Down
from tests.unit.billing.build import a_contract, an_invoice
from tests.unit.bot.build import (
    ANA,
    BRUNO,
    HOUSE,
    PROTOCOL,
    SITE,
    Chat,
    Reader,
    a_job,
    days_from_today,
    handed_to,
    has,
    known_as,
    measured,
    only,
    said,
    stranger,
)

TABLE = {
    "boleto e libera": "invoice_second_copy signal_release",
    "libera e boleto": "signal_release invoice_second_copy",
    "boleto e cancela": "invoice_second_copy cancel_service",
    "cancela e boleto": "cancel_service invoice_second_copy",
    "cancela, muda o plano e boleto": "cancel_service plan_change invoice_second_copy",
    "sem net e boleto": "outage_no_connection invoice_second_copy",
    "sem net e cancela": "outage_no_connection cancel_service",
    "sem net, lenta, libera": "outage_no_connection slow_internet signal_release",
    "boleto e talvez plano": "invoice_second_copy ?plan_change",
    "talvez plano e boleto": "?plan_change invoice_second_copy",
    "boleto e nada": "invoice_second_copy -cancel_service",
    "boleto boleto": "invoice_second_copy invoice_second_copy",
    "boleto, vergonha": "complaint invoice_second_copy",
    "sem net, vergonha": "outage_no_connection complaint",
    "talvez boleto, vergonha": "complaint ?invoice_second_copy",
    "vergonha": "complaint",
    "boleto, libera e cancela": "invoice_second_copy signal_release cancel_service",
    "e cancela também": "cancel_service",
    "bom dia boleto": "greet invoice_second_copy",
    "nao, quero cancelar": "cancel_service",
    "boleto e pessoa": "invoice_second_copy plan_change talk_to_human",
}
ACTIVE = a_contract(status="active")


def a_chat(facts: dict[str, Any] | None = None) -> Chat:
    return Chat(known_as() if facts is None else facts, nlu=Reader(TABLE))


def words(effects: tuple[Effect, ...]) -> str:
    return "\n\n".join(effect.text for effect in effects if isinstance(effect, Say))


def summary(effects: tuple[Effect, ...]) -> str:
    return only(effects, HandOff).summary


def test_two_answers_stand_in_the_order_of_the_text_under_one_protocol() -> None:
    effects = a_chat().say("boleto e libera")
    told = words(effects)
    assert told.index("F-1002-1") < told.index("Posso liberar?")
    assert told.count(PROTOCOL) == 1
    assert only(tuple(e for e in effects if isinstance(e, Say) and e.options), Say).options[0].id == "release:yes"


def test_yes_after_two_answers_is_for_the_one_question() -> None:
    two = (an_invoice(), an_invoice(ref="i-2", number="F-2", due_date=days_from_today(9)))
    chat = a_chat(known_as(invoices=two))
    told = words(chat.say("boleto e libera"))
    assert "Também em aberto" in told
    assert "responder *sim*" not in told
    assert has(chat.say("sim"), UnlockOnTrust)


@pytest.mark.parametrize("text", ["boleto e cancela", "cancela e boleto"])
def test_people_come_last_and_learn_of_every_wish(text: str) -> None:
    effects = a_chat().say(text)
    assert words(effects).index("F-1002-1") < words(effects).index("cancelamento")
    assert handed_to(effects) == ("Comercial", "cancel_service")
    assert "Assuntos: segunda via, cancelamento" in summary(effects)
    assert words(effects).count(PROTOCOL) == 1


def test_second_wish_for_people_is_named_to_them() -> None:
    effects = a_chat().say("cancela, muda o plano e boleto")
    assert "F-1002-1" in words(effects)
    assert "Assuntos: segunda via, cancelamento, mudança de plano" in summary(effects)


def test_question_comes_first_and_the_other_wish_after_its_answer() -> None:
    chat = a_chat()
    asked = chat.say("libera e boleto")
    assert "Posso liberar?" in said(asked)
    assert "Anotei também: segunda via" in said(asked)
    assert chat.dialogue.pending == ("invoice_second_copy",)
    assert not has(chat.say("sim"), Say)
    assert chat.say("e aí?", jobs=[a_job(action="release_signal", state="running")]) == (Wait(),)
    told = words(chat.say("e aí?", jobs=[a_job(action="release_signal")]))
    assert told.index("foi liberado") < told.index("F-1002-1")
    assert not chat.dialogue.dump()["pending"]


def test_other_wish_is_served_after_a_no() -> None:
    chat = a_chat()
    chat.say("libera e boleto")
    told = words(chat.say("não"))
    assert told.index("não liberei") < told.index("F-1002-1")


def test_what_waits_survives_a_restart() -> None:
    kept = Dialogue(expect="confirm_release", pending=("invoice_second_copy", "plan_change"), unsure=("plan_change",))
    assert Dialogue.load(kept.dump()) == kept
    assert Dialogue.load({"expect": "tried"}).pending == ()
    chat = a_chat()
    chat.dialogue = Dialogue.load({**kept.dump(), "pending": ["an_intent_of_yesterday", "invoice_second_copy"]})
    assert "F-1002-1" in words(chat.say("não"))


def test_identity_is_asked_for_once_for_all() -> None:
    chat = a_chat(stranger())
    assert "CPF ou CNPJ" in said(chat.say("boleto e cancela"))
    chat.say(ANA.document.formatted)
    effects = chat.say("contrato 1002, casa 22")
    assert "Ana, aqui está a sua fatura" in words(effects)
    assert handed_to(effects) == ("Comercial", "cancel_service")


def test_summary_names_what_waited_when_nobody_could_be_identified() -> None:
    chat = a_chat(stranger())
    chat.say("boleto, libera e cancela")
    for text in ("111.111.111-11", "meu cpf é 123"):
        effects = chat.say(text)
    assert "Assuntos: segunda via, liberação de sinal, cancelamento" in summary(effects)
    assert chat.dialogue.pending == ()


def test_contract_is_asked_for_once_for_all() -> None:
    chat = a_chat(two_contracts())
    chat.say("boleto e cancela")
    effects = chat.say("rua nova")
    assert "F-1006-1" in words(effects)
    assert handed_to(effects)[1] == "cancel_service"


def two_contracts() -> dict[str, Any]:
    invoices = (
        an_invoice(ref="i-1", number="F-1006-1", contract_ref="c-1", due_date=days_from_today(3)),
        an_invoice(ref="i-2", number="F-1007-1", contract_ref="c-2", due_date=days_from_today(-2)),
    )
    return known_as(BRUNO, (HOUSE, SITE), invoices)


@pytest.mark.parametrize("answer", ["os dois", "dos dois por favor", "ambos", "todos os endereços", "manda os dois"])
def test_both_contracts_are_served_when_both_are_meant(answer: str) -> None:
    chat = a_chat(two_contracts())
    chat.say("boleto")
    effects = chat.say(answer)
    says = [effect for effect in effects if isinstance(effect, Say)]
    assert [say.document.filename for say in says if say.document] == ["fatura-F-1006-1.pdf", "fatura-F-1007-1.pdf"]
    assert chat.dialogue.pending == ()


def test_result_is_told_and_what_waited_is_served_beside_the_question_that_stays_open() -> None:
    chat = a_chat(known_as(contracts=(ACTIVE,)))
    assert only(chat.say("sem net e boleto"), AskNetwork).action == "diagnose"
    effects = chat.say(jobs=[measured("offline")])
    assert words(effects).index("não está respondendo") < words(effects).index("F-1002-1")
    assert [o.id for e in effects if isinstance(e, Say) for o in e.options] == ["tried:yes", "tried:no"]
    assert (chat.dialogue.expect, chat.dialogue.pending) == ("tried", ())
    assert "Que bom" in said(chat.say("voltou"))


def test_wish_for_people_waits_until_the_step_was_tried() -> None:
    chat = a_chat(known_as(contracts=(ACTIVE,)))
    chat.say("sem net e cancela")
    chat.say(jobs=[measured("offline")])
    assert chat.dialogue.pending == ("cancel_service",)
    effects = chat.say("voltou")
    assert "Que bom" in words(effects)
    assert handed_to(effects)[1] == "cancel_service"


def test_technicians_learn_of_the_other_wish() -> None:
    chat = a_chat(known_as(contracts=(ACTIVE,)))
    chat.say("sem net e cancela")
    effects = chat.say(jobs=[measured("los")])
    only(effects, OpenTicket)
    assert handed_to(effects)[0] == "N2"
    assert "cancelamento" in summary(effects)


@pytest.mark.parametrize("facts", [known_as(), known_as(contracts=(ACTIVE,))])
def test_one_look_at_the_line_answers_every_wish_about_it(facts: dict[str, Any]) -> None:
    chat = a_chat(facts)
    chat.say("sem net, lenta, libera")
    assert chat.dialogue.pending == ()
    assert {"slow_internet", "signal_release"} <= {*chat.dialogue.intents}


@pytest.mark.parametrize("text", ["boleto e talvez plano", "talvez plano e boleto"])
def test_unsure_second_wish_is_asked_back_after_the_first_was_served(text: str) -> None:
    chat = a_chat()
    told = words(chat.say(text))
    assert told.index("F-1002-1") < told.index("Você quer mudar o seu plano?")
    assert chat.dialogue.expect == "confirm_intent"
    assert handed_to(chat.say("sim"))[1] == "plan_change"


@pytest.mark.parametrize("text", ["boleto e nada", "boleto boleto", "bom dia boleto"])
def test_noise_repetition_and_courtesy_are_no_second_request(text: str) -> None:
    chat = a_chat()
    effects = chat.say(text)
    assert words(effects).count("F-1002-1") == 1
    assert not has(effects, HandOff)
    assert (chat.dialogue.pending, chat.dialogue.intents) == ((), ("invoice_second_copy",))


@pytest.mark.parametrize("text", ["boleto, vergonha", "talvez boleto, vergonha"])
def test_anger_beside_a_request_gets_an_apology_and_the_request_is_served(text: str) -> None:
    chat = a_chat()
    effects = chat.say(text)
    assert words(effects).startswith("Sinto muito pelo transtorno.")
    assert not has(effects, HandOff)
    assert "reclamação" in summary(chat.say("atendente"))


def test_apology_waits_for_the_result_when_the_line_is_measured_first() -> None:
    chat = a_chat(known_as(contracts=(ACTIVE,)))
    assert not has(chat.say("sem net, vergonha"), Say)
    assert said(chat.say(jobs=[measured("offline")])).startswith("Sinto muito pelo transtorno.\n\nBruno")


def test_anger_alone_goes_to_a_person() -> None:
    assert handed_to(a_chat().say("vergonha")) == ("N1", "complaint")


def test_person_comes_at_once_and_learns_of_every_wish() -> None:
    effects = a_chat().say("boleto e pessoa")
    assert handed_to(effects) == ("Financeiro", "asked_for_person")
    assert "segunda via, mudança de plano" in summary(effects)
    assert "F-1002-1" not in words(effects)


def test_person_who_is_asked_for_at_a_question_learns_what_waited() -> None:
    chat = a_chat()
    chat.say("libera e boleto")
    assert "liberação de sinal, segunda via" in summary(chat.say("atendente"))


def test_first_answer_stands_when_the_customer_base_goes_down_before_the_second() -> None:
    chat = a_chat(known_as() | {"promises:c-1002": Down})
    effects = chat.say("boleto e libera")
    assert "F-1002-1" in words(effects)
    assert handed_to(effects) == ("N1", "billing_unavailable")
    assert "segunda via, liberação de sinal" in summary(effects)


def test_result_stands_when_the_customer_base_is_down_for_what_waited() -> None:
    chat = a_chat(known_as(contracts=(ACTIVE,)))
    chat.say("sem net e boleto")
    chat.facts["copy:i-1"] = Down
    effects = chat.say(jobs=[measured("offline")])
    assert only(effects, JobTold).job_id == 7
    assert "não está respondendo" in words(effects)


def test_failed_release_hands_over_with_what_waited() -> None:
    chat = a_chat()
    chat.say("libera e boleto")
    chat.say("sim")
    effects = chat.say(jobs=[a_job(action="release_signal", state="failed")])
    assert handed_to(effects) == ("N2", "release_failed")
    assert "segunda via" in summary(effects)


def test_new_wish_while_an_action_runs_is_served_before_what_waited() -> None:
    chat = a_chat()
    chat.say("libera e boleto")
    chat.say("sim")
    effects = chat.say("e cancela também", jobs=[a_job(action="release_signal")])
    assert words(effects).index("foi liberado") < words(effects).index("F-1002-1")
    assert handed_to(effects)[1] == "cancel_service"


@pytest.mark.parametrize("taken_back", ["deixa pra lá", "esquece", "não precisa mais", "não quero mais, obrigado"])
@pytest.mark.parametrize("facts", [known_as(), stranger()])
def test_nothing_is_served_any_more_when_all_is_taken_back(taken_back: str, facts: dict[str, Any]) -> None:
    chat = a_chat(facts)
    chat.say("libera e boleto")
    effects = chat.say(taken_back)
    assert "Tudo bem" in said(effects)
    assert not has(effects, UnlockOnTrust)
    assert (chat.dialogue.expect, chat.dialogue.pending) == ("", ())


def test_what_waited_is_dropped_when_it_is_taken_back_while_an_action_runs() -> None:
    chat = a_chat()
    chat.say("libera e boleto")
    chat.say("sim")
    told = words(chat.say("não precisa mais", jobs=[a_job(action="release_signal")]))
    assert "foi liberado" in told
    assert "F-1002-1" not in told
    assert chat.dialogue.pending == ()


def test_other_request_overtakes_and_people_learn_what_waited() -> None:
    chat = a_chat(stranger())
    chat.say("boleto e libera")
    effects = chat.say("quero cancelar")
    assert handed_to(effects) == ("Comercial", "cancel_service")
    assert "cancelamento, segunda via, liberação de sinal" in summary(effects)


def test_wish_that_asked_for_a_proof_waits_behind_a_second_one() -> None:
    chat = a_chat(stranger())
    chat.say("boleto")
    chat.say("libera meu sinal")
    assert (chat.dialogue.intent, chat.dialogue.pending) == ("signal_release", ("invoice_second_copy",))


def test_wish_is_dropped_when_the_other_one_begins_with_a_no() -> None:
    chat = a_chat(stranger())
    chat.say("boleto")
    effects = chat.say("não, quero cancelar")
    assert "segunda via" not in summary(effects)


def test_small_talk_leaves_the_question_and_what_waited_behind() -> None:
    chat = a_chat(two_contracts())
    chat.say("boleto e libera")
    for _ in range(2):
        chat.say("oi")
    assert (chat.dialogue.expect, chat.dialogue.pending) == ("", ())
