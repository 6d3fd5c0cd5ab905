"""Outage: blocked first, a known incident second, then a measurement; and a verdict that says what was measured."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.effects import AskNetwork, HandOff, IncidentTold, OpenTicket, Say, Wait
from bot.replies import replies_in
from bot.turn import JobResult, OpenIncident
from tests.unit.billing.build import a_contract
from tests.unit.bot.build import (
    NOW,
    Chat,
    a_job,
    a_turn,
    decided,
    handed_to,
    has,
    known_as,
    measured,
    memory,
    only,
    said,
    texts,
)

ACTIVE = a_contract(status="active")
FIBRE_CUT = OpenIncident("cabo rompido na Rua do Sol", False, NOW - timedelta(hours=2), NOW + timedelta(hours=3))


def active(**more: Any) -> dict[str, Any]:
    return known_as(contracts=(ACTIVE,), invoices=()) | more


def measuring(wish: str = "sem internet") -> Chat:
    chat = Chat(active())
    only(chat.say(wish), AskNetwork)
    return chat


@pytest.mark.parametrize("wish", ["sem internet", "internet lenta"])
def test_blocked_contract_is_explained_first_even_when_there_is_an_incident(wish: str) -> None:
    effects = decided(a_turn(wish, facts=known_as() | {"incident:c-1002": FIBRE_CUT}))
    assert said(effects).startswith("Vi aqui: a sua internet está suspensa por falta de pagamento")
    assert "posso liberar" in said(effects)
    assert not has(effects, AskNetwork)


def test_known_incident_is_told_before_anything_is_measured() -> None:
    effects = decided(a_turn("sem internet", facts=active(**{"incident:c-1002": FIBRE_CUT})))
    assert not has(effects, AskNetwork)
    assert only(effects, IncidentTold).contract_ref == "c-1002"
    assert "cabo rompido na Rua do Sol, desde hoje às 10h" in said(effects)
    assert "Previsão de volta: hoje às 15h." in said(effects)


def test_incident_promises_no_time_when_none_is_known() -> None:
    incident = OpenIncident("manutenção na rede", True, NOW - timedelta(hours=2), None)
    words = said(decided(a_turn("sem internet", facts=active(**{"incident:c-1002": incident}))))
    assert "manutenção programada" in words
    assert "Ainda não há previsão" in words


def test_who_asks_when_it_will_be_over_hears_of_the_fault_and_stays_with_the_bot() -> None:
    chat = Chat(active(**{"incident:c-1002": FIBRE_CUT}))
    chat.say("sem internet")

    effects = chat.say("tem previsão?")

    assert "Previsão de volta: hoje às 15h." in said(effects)
    assert not has(effects, HandOff)


def test_release_tells_of_the_fault_that_lasts() -> None:
    facts = active(**{"incident:c-1002": FIBRE_CUT})
    effects = decided(a_turn(jobs=[a_job(action="release_signal")], facts=facts))
    assert "cabo rompido na Rua do Sol" in said(effects)
    assert only(effects, IncidentTold).contract_ref == "c-1002"


def test_line_is_measured_silently_when_nothing_is_known() -> None:
    effects = decided(a_turn("sem internet", facts=active()))
    assert only(effects, AskNetwork) == AskNetwork("diagnose", "c-1002", "customer_reported", "turn:1")
    assert not has(effects, Say)
    assert memory(effects).intents == ("outage_no_connection",)


def test_slow_connection_is_no_outage_in_what_a_person_reads() -> None:
    assert memory(decided(a_turn("internet lenta", facts=active()))).intents == ("slow_internet",)


TRY = [
    (measured("dying_gasp"), "está sem energia"),
    (measured("offline"), "não está respondendo"),
    (measured("online", -20.1, access={"blocked": False, "sessions": []}), "o roteador não está conectado"),
    (measured("online", -20.1, access={"blocked": False, "sessions": [{}]}), "estão boas até o seu endereço"),
    (measured("unknown"), "não consegui medir"),
    (a_job(facts={"line": {"error": "timeout"}, "access": {"error": "timeout"}}), "não consegui medir"),
]
TICKET = [
    (measured("los"), "não está recebendo luz da fibra"),
    (measured("online", -28.9), "sinal da fibra está chegando fraco"),
]


@pytest.mark.parametrize(("job", "finding"), TRY)
def test_step_is_offered_when_the_customer_can_do_something(job: JobResult, finding: str) -> None:
    chat = measuring()
    effects = chat.say(jobs=[job])
    assert said(effects).startswith("Bruno, ")
    assert finding in said(effects)
    assert "1 minuto" in said(effects) or "3 minutos" in said(effects)
    assert [o.id for o in only(effects, Say).options] == ["tried:yes", "tried:no"]
    assert chat.dialogue.expect == "tried"


@pytest.mark.parametrize(("job", "finding"), TICKET)
def test_ticket_with_the_evidence_is_opened_when_a_technician_has_to_go(job: JobResult, finding: str) -> None:
    effects = measuring().say(jobs=[job])
    ticket = only(effects, OpenTicket)
    assert finding in said(effects)
    assert ticket.contract_ref == "c-1002"
    assert job.facts.items() <= ticket.evidence.items()
    assert handed_to(effects) == ("N2", "needs_technician")
    assert "Responda" not in said(effects)
    assert only(effects, Say).options == ()


def test_measured_power_and_hour_stand_in_the_verdict() -> None:
    assert "medido às 12h, potência -28,9 dBm" in said(measuring().say(jobs=[measured("online", -28.9)]))


def test_person_looks_when_the_network_still_blocks_an_active_contract() -> None:
    effects = measuring("libera meu sinal").say(jobs=[measured("online", -20, access={"blocked": True})])
    assert handed_to(effects) == ("N2", "needs_technician")
    assert "segurando o seu sinal" in said(effects)
    assert "sem bloqueio" not in said(effects)


def test_failed_measurement_goes_to_a_person() -> None:
    effects = measuring().say(jobs=[a_job(state="failed", outcome="gave_up", facts={})])
    assert handed_to(effects) == ("N2", "diagnosis_failed")


WORKS = ["voltou", "Voltou sim, obrigado!", "sim", "funcionou", "resolveu, não precisa de mais nada", "deu certo"]
FAILS = [
    "não",
    "não voltou",
    "continua sem",
    "ainda nada",
    "não tá funcionando",
    "nada",
    "voltou não",
    "continua igual",
    "voltou mas caiu de novo",
    "não resolveu",
    "nao deu certo",
    "ainda sem internet",
]


@pytest.mark.parametrize(("text", "expected"), [(t, True) for t in WORKS] + [(t, False) for t in FAILS])
def test_report_of_a_step_is_read_as_what_it_says(text: str, expected: bool) -> None:
    assert replies_in("pt_BR").worked(text) is expected


def tried_once() -> Chat:
    chat = measuring()
    chat.say(jobs=[measured("offline")])
    return chat


@pytest.mark.parametrize(("text", "tap"), [(t, "") for t in WORKS] + [("Resolveu", "tried:yes")])
def test_conversation_goes_on_when_the_step_helped(text: str, tap: str) -> None:
    chat = tried_once()
    effects = chat.say(text, tap=tap)
    assert "Que bom, Bruno!" in said(effects)
    assert not has(effects, HandOff)
    assert chat.dialogue.expect == ""


@pytest.mark.parametrize("text", ["ok", "ok, vou fazer", "beleza", "já vou tentar", "um minuto"])
def test_bot_waits_when_the_customer_is_at_it(text: str) -> None:
    chat = tried_once()
    assert said(chat.say(text)) == texts()("tried.waiting")
    assert chat.dialogue.expect == "tried"
    assert "Que bom" in said(chat.say("voltou"))


@pytest.mark.parametrize(("text", "tap"), [(t, "") for t in FAILS] + [("Continua igual", "tried:no")])
def test_line_is_measured_once_more_and_then_a_person_comes(text: str, tap: str) -> None:
    chat = tried_once()
    assert only(chat.say(text, tap=tap), AskNetwork).action == "diagnose"
    effects = chat.say(jobs=[measured("offline")])
    assert handed_to(effects) == ("N2", "needs_technician")
    assert has(effects, OpenTicket)
    assert "me diga" not in said(effects), "the step is not asked for again"


def test_ticket_says_what_was_tried_when_the_line_is_good_and_nothing_helped() -> None:
    chat = measuring()
    good = measured("online", -20.0, access={"blocked": False, "sessions": [{}]})
    chat.say(jobs=[good])
    chat.say("não")
    effects = chat.say(jobs=[good])
    assert handed_to(effects) == ("N2", "needs_technician")
    assert only(effects, OpenTicket).evidence["tried"] == ["restart_router"]
    summary = only(effects, HandOff).summary
    assert summary.count("fibra e sessão boas") == 2
    assert "já tentou: roteador reiniciado" in summary


@pytest.mark.parametrize("wish", ["libera meu sinal", "internet lenta"])
def test_verdict_says_why_it_was_measured(wish: str) -> None:
    lead = {"libera meu sinal": "Seu contrato está ativo", "internet lenta": "Fui medir a sua conexão"}[wish]
    assert said(measuring(wish).say(jobs=[measured("offline")])).startswith(lead)


def test_waiting_customer_hears_once_that_it_goes_on_and_then_gets_a_person() -> None:
    chat = measuring()

    def running(seconds: float) -> list[JobResult]:
        return [a_job(state="running", age_seconds=seconds)]

    assert chat.say("e aí?", jobs=running(5)) == (Wait(),)
    later = chat.say("e aí?", jobs=running(30))
    assert has(later, Wait), "the message still waits for the result"
    assert "Ainda estou trabalhando" in said(later)
    assert chat.say("?", jobs=running(60)) == (Wait(),)
    assert handed_to(chat.say(jobs=running(181))) == ("N2", "action_stuck")


@pytest.mark.parametrize("impatient", ["e aí?", "sem internet", "oi", "sim", "👍"])
def test_impatience_is_answered_by_the_result_alone(impatient: str) -> None:
    effects = measuring().say(impatient, jobs=[measured("offline")])
    assert said(effects).count("não está respondendo") == 1
    assert not has(effects, AskNetwork)


def test_new_wish_is_served_in_the_same_bubble_as_the_result() -> None:
    chat = Chat(known_as(contracts=(ACTIVE,)))
    chat.say("boleto")
    chat.say("sem internet")
    effects = chat.say("quero contratar", jobs=[measured("offline")])
    assert "não está respondendo" in said(effects)
    assert "Comercial" in said(effects)
    assert only(effects, Say).options == (), "nobody reads a tap after the hand-over"


def test_wish_of_before_is_served_again_when_it_comes_with_a_result() -> None:
    chat = Chat(known_as(contracts=(ACTIVE,)))
    chat.say("boleto")
    chat.say("sem internet")
    effects = chat.say("boleto", jobs=[measured("offline")])
    assert "F-1002-1" in "".join(e.text for e in effects if isinstance(e, Say))
