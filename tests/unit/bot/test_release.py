"""Signal release: offered by the rules, confirmed by the customer, and told only as the network read it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from billing.trust_unlock import Promise
from bot.effects import AskNetwork, HandOff, JobTold, Say, Wait
from bot.money_effects import UnlockOnTrust
from nlu.fake import FakeParser
from tests.unit.billing.build import a_contract, an_invoice
from tests.unit.bot.build import (
    BRUNO,
    NOW,
    SITE,
    Chat,
    a_job,
    a_turn,
    days_from_today,
    decided,
    handed_to,
    has,
    known_as,
    memory,
    only,
    said,
)

UNTIL = NOW + timedelta(hours=72)


def offered(**facts: Any) -> Chat:
    chat = Chat(known_as() | facts)
    assert chat.dialogue.expect == ""
    chat.say("libera meu sinal")
    return chat


def test_release_is_offered_with_end_debt_and_that_it_is_no_payment() -> None:
    effects = decided(a_turn("libera meu sinal"))
    say = only(effects, Say)
    assert "quarta-feira, 25/11, às 12h" in say.text
    assert "119,90" in say.text
    assert "02/11/2026" in say.text
    assert "não é um pagamento" in say.text
    assert [(o.id, o.title) for o in say.options] == [("release:yes", "Sim, liberar"), ("release:no", "Agora não")]
    assert not has(effects, UnlockOnTrust), "nothing happens before the yes"


YES = [
    "sim",
    "Sim!",
    "s",
    "ss",
    "pode liberar sim",
    "ok",
    "claro",
    "isso",
    "pode",
    "quero sim",
    "sim por favor",
    "sim pode liberar o meu sinal agora por favor",
    "Libera aí",
    "com certeza, pode liberar",
    "SIM 👍",
]
NO = ["não", "nao", "n", "agora não", "não quero", "não, obrigado", "hoje não", "não precisa", "claro que não", "deixa"]
UNCLEAR = ["👍", "talvez", "?", "123", "como assim", "e se eu não pagar", "oi", "", "não sei"]


@pytest.mark.parametrize("yes", YES)
def test_yes_in_any_words_asks_for_the_unlock_that_was_shown(yes: str) -> None:
    chat = offered()
    shown = chat.dialogue.data["shown"]
    effects = chat.say(yes)
    assert only(effects, UnlockOnTrust) == UnlockOnTrust("c-1002", UNTIL, 11990, shown, yes)
    assert not has(effects, Say), "the result will answer"
    assert chat.dialogue.expect == ""


def test_yes_by_button_asks_for_the_unlock() -> None:
    unlock = only(offered().say("Sim, liberar", tap="release:yes"), UnlockOnTrust)
    assert unlock.confirmed_text == "Sim, liberar"


@pytest.mark.parametrize("no", NO)
def test_no_in_any_words_releases_nothing(no: str) -> None:
    chat = offered()
    effects = chat.say(no)
    assert not has(effects, UnlockOnTrust)
    assert "não liberei" in said(effects)
    assert chat.dialogue.expect == ""


def test_no_by_button_releases_nothing() -> None:
    assert "não liberei" in said(offered().say("Agora não", tap="release:no"))


@pytest.mark.parametrize("unclear", [text for text in UNCLEAR if text])
def test_unclear_answer_is_asked_once_more_and_then_taken_as_another_subject(unclear: str) -> None:
    chat = offered()
    again = chat.say(unclear)
    assert "Responda *sim* ou *não*" in said(again)
    assert chat.dialogue.expect == "confirm_release"
    effects = chat.say("quanto custa a lua")
    assert not has(effects, UnlockOnTrust)
    assert chat.dialogue.expect != "confirm_release"


def test_yes_still_counts_when_the_question_was_asked_once_more() -> None:
    chat = offered()
    chat.say("hmm")
    assert has(chat.say("sim"), UnlockOnTrust)


def test_other_subject_leaves_the_offer() -> None:
    chat = offered()
    assert "F-1002-1" in said(chat.say("boleto"))
    assert not has(chat.say("sim"), UnlockOnTrust)


def test_rules_are_looked_at_again_at_the_yes() -> None:
    chat = offered()
    chat.facts["promises:c-1002"] = (Promise(NOW - timedelta(days=3), NOW, kept=False),)
    effects = chat.say("sim")
    assert not has(effects, UnlockOnTrust)
    assert "última liberação o pagamento não entrou" in said(effects)


def test_identity_is_asked_for_when_it_is_no_longer_proved_at_the_yes() -> None:
    chat = offered()
    chat.facts["identified"] = type(chat.facts["identified"])(None)
    effects = chat.say("sim")
    assert not has(effects, UnlockOnTrust)
    assert "CPF ou CNPJ" in said(effects)


@pytest.mark.parametrize(
    ("promise", "due", "words"),
    [
        (
            Promise(NOW - timedelta(days=10), NOW - timedelta(days=7), kept=False),
            -20,
            ["119,90", "não entrou no prazo"],
        ),
        (
            Promise(NOW - timedelta(days=10), NOW - timedelta(days=7), kept=True),
            -20,
            ["disponível de novo", "12/12/2026", "119,90"],
        ),
        (None, -61, ["61 dias", "119,90", "negociar"]),
    ],
)
def test_refusal_names_its_rule_and_the_ways_out(promise: Promise | None, due: int, words: list[str]) -> None:
    facts = known_as(invoices=(an_invoice(due_date=days_from_today(due)),))
    facts["promises:c-1002"] = (promise,) if promise else ()
    effects = decided(a_turn("libera meu sinal", facts=facts))
    assert all(word in said(effects) for word in words), said(effects)
    assert {o.id for o in only(effects, Say).options} == {"intent:invoice_second_copy", "intent:talk_to_human"}
    assert "liberação em confiança recusada" in memory(effects).learnt[0]
    assert memory(effects).expect == ""


def test_person_looks_when_the_contract_is_blocked_without_debt() -> None:
    effects = decided(a_turn("libera meu sinal", facts=known_as(invoices=())))
    assert handed_to(effects) == ("Financeiro", "blocked_without_debt")


@pytest.mark.parametrize("wish", ["libera meu sinal", "sem internet", "internet lenta"])
def test_cancelled_contract_goes_to_people_and_is_not_measured(wish: str) -> None:
    effects = decided(a_turn(wish, facts=known_as(contracts=(a_contract(status="cancelled"),))))
    assert handed_to(effects) == ("Comercial", "cancelled_contract")
    assert not has(effects, AskNetwork)


def test_active_contract_is_measured_instead_of_released() -> None:
    effects = decided(a_turn("libera meu sinal", facts=known_as(contracts=(a_contract(status="active"),))))
    assert only(effects, AskNetwork).action == "diagnose"
    assert memory(effects).data["lead"] == "not_blocked"


ASKS_ABOUT_PAYMENT = ["paguei ontem, vocês conseguem ver se caiu?", "meu pagamento foi confirmado?", "já paguei"]


@pytest.mark.parametrize("text", ASKS_ABOUT_PAYMENT)
def test_payment_without_a_word_about_the_signal_is_no_matter_of_the_line(text: str) -> None:
    reader = FakeParser({text: "signal_release"})
    active = (a_contract(status="active"),)
    effects = decided(a_turn(text, facts=known_as(contracts=active), nlu=reader))
    assert "não precisa pagar de novo" in said(effects).lower()
    assert "25/11/2026" in said(effects), "the last of three business days"
    paid = decided(a_turn(text, facts=known_as(contracts=active, invoices=()), nlu=reader))
    assert "não há fatura em aberto" in said(paid)
    assert not has(effects + paid, AskNetwork)


def test_line_is_measured_when_it_was_paid_and_does_not_work() -> None:
    text = "paguei e continua sem sinal"
    facts = known_as(contracts=(a_contract(status="active"),))
    assert has(decided(a_turn(text, facts=facts, nlu=FakeParser({text: "signal_release"}))), AskNetwork)


def test_running_unlock_is_measured_instead_of_released_twice() -> None:
    running = (Promise(NOW - timedelta(hours=1), UNTIL),)
    effects = decided(a_turn("libera meu sinal", facts=known_as() | {"promises:c-1002": running}))
    assert only(effects, AskNetwork).action == "diagnose"
    assert not has(effects, UnlockOnTrust)


def test_second_yes_in_a_row_changes_nothing() -> None:
    chat = offered()
    assert has(chat.say("sim"), UnlockOnTrust)
    assert chat.say("sim", jobs=[a_job(action="release_signal", state="running")]) == (Wait(),)


def test_one_burst_of_two_yes_is_one_unlock() -> None:
    only(offered().say("sim", "sim"), UnlockOnTrust)


@pytest.mark.parametrize("state", ["verified", "already"])
def test_release_is_told_once_it_was_read_back(state: str) -> None:
    chat = offered()
    chat.say("sim")
    effects = chat.say(jobs=[a_job(action="release_signal", state=state)])
    assert only(effects, JobTold) == JobTold(7)
    assert "foi liberado e vale até *quarta-feira, 25/11, às 12h*" in said(effects)
    assert "119,90" in said(effects)


@pytest.mark.parametrize("state", ["failed", "unknown", "refused"])
@pytest.mark.parametrize("more", [[], ["boleto"], ["sim"], ["e aí?"]])
def test_release_is_never_told_as_done_when_it_was_not_read_back(state: str, more: list[str]) -> None:
    chat = offered()
    chat.say("sim")
    effects = chat.say(*more, jobs=[a_job(action="release_signal", state=state, outcome="nas_silent")])
    assert "liberado" not in said(effects)
    assert handed_to(effects) == ("N2", "release_failed")
    assert "não confirmada" in only(effects, HandOff).summary


def test_failed_release_is_not_hidden_by_a_measurement_that_ended_after_it() -> None:
    jobs = [a_job(id=1, action="release_signal", state="failed"), a_job(id=2)]
    effects = decided(a_turn(jobs=jobs))
    assert handed_to(effects)[1] == "release_failed"
    assert [e.job_id for e in effects if isinstance(e, JobTold)] == [1, 2]


def test_release_of_one_of_several_contracts_is_told_when_none_was_chosen_here() -> None:
    contracts = (a_contract(), SITE)
    effects = decided(a_turn(jobs=[a_job(action="release_signal")], facts=known_as(BRUNO, contracts)))
    assert "O sinal foi liberado" in said(effects)
    assert "119,90" in said(effects)


def test_debt_is_not_told_when_it_is_not_proved_who_reads() -> None:
    effects = decided(a_turn(jobs=[a_job(action="release_signal")], facts=known_as(None, (a_contract(),))))
    assert "119,90" not in said(effects)


def test_end_of_an_unpaid_unlock_is_told_with_the_way_to_pay() -> None:
    effects = decided(a_turn(jobs=[a_job(action="block_signal")]))
    assert "bloqueado de novo" in said(effects)
    assert only(effects, Say).options[0].id == "intent:invoice_second_copy"


def test_proof_of_payment_goes_to_people_when_the_bot_invited_it() -> None:
    promise = Promise(NOW - timedelta(days=10), NOW - timedelta(days=7), kept=False)
    for wish in ("libera meu sinal", "sem internet"):
        chat = Chat(known_as() | {"promises:c-1002": (promise,)})
        chat.say(wish)
        assert handed_to(chat.say(media="image"))[0] in {"Financeiro"}


def released() -> Chat:
    chat = offered()
    chat.say("sim")
    chat.say(jobs=[a_job(action="release_signal")])
    chat.facts |= known_as(contracts=(a_contract(status="active"),))
    return chat


@pytest.mark.parametrize(
    "report", ["ainda não voltou", "nao voltou nada", "continua sem internet", "não funcionou não"]
)
def test_line_is_measured_when_it_is_not_back_after_the_release(report: str) -> None:
    assert only(released().say(report), AskNetwork).action == "diagnose"


@pytest.mark.parametrize("report", ["voltou sim", "voltou!", "agora funcionou, valeu"])
def test_good_news_after_the_release_is_understood(report: str) -> None:
    chat = released()
    assert "Que bom, Bruno!" in said(chat.say(report))
    assert chat.dialogue.expect == ""


@pytest.mark.parametrize(("word", "answer"), [("obrigado", "Encerrei"), ("boleto", "F-1002-1"), ("não", "Tudo bem")])
def test_other_words_after_the_release_are_taken_as_they_are(word: str, answer: str) -> None:
    assert answer in said(released().say(word))


def test_signal_that_was_blocked_again_is_not_measured_as_if_it_were_free() -> None:
    chat = released()
    chat.facts |= known_as()
    assert not has(chat.say("não voltou"), AskNetwork)


@pytest.mark.parametrize("claim", ["já paguei, libera ai", "paguei ontem", "mas ta pago!!"])
def test_payment_that_is_claimed_but_not_seen_is_said_and_the_offer_stands(claim: str) -> None:
    chat = offered()
    effects = chat.say(claim)
    assert "ainda não apareceu" in said(effects)
    assert not has(effects, UnlockOnTrust)
    assert has(chat.say("sim"), UnlockOnTrust)


def test_refusal_is_told_to_the_agent_once_when_it_was_said_twice() -> None:
    promise = Promise(NOW - timedelta(days=10), NOW - timedelta(days=7), kept=False)
    chat = Chat(known_as() | {"promises:c-1002": (promise,)})
    chat.say("libera meu sinal")
    chat.say("libera meu sinal")
    assert len(chat.dialogue.learnt) == 1


@pytest.mark.parametrize("caption", ["segue o comprovante", "já paguei, olha aí", "Comprovante do pix"])
def test_proof_of_payment_goes_to_people_when_words_came_with_it(caption: str) -> None:
    promise = Promise(NOW - timedelta(days=10), NOW - timedelta(days=7), kept=False)
    chat = Chat(known_as() | {"promises:c-1002": (promise,)})
    chat.say("libera meu sinal")
    assert handed_to(chat.say(caption, media="document")) == ("Financeiro", "payment_proof")


def test_words_about_a_proof_are_no_proof_when_no_file_came() -> None:
    assert not has(offered().say("vou mandar o comprovante"), HandOff)


def test_yes_to_an_offer_whose_debt_has_changed_is_asked_for_again() -> None:
    chat = offered()
    more = known_as(invoices=(an_invoice(), an_invoice(ref="i-2", amount_cents=5000, due_date=days_from_today(-5))))
    chat.facts |= more
    effects = chat.say("sim")
    assert not has(effects, UnlockOnTrust)
    assert "169,90" in said(effects)
    assert has(chat.say("sim"), UnlockOnTrust)
