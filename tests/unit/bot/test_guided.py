"""Guided tests: one step at a time, stopped when the link is back, ended with a ticket that says what was tried."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.effects import AskNetwork, HandOff, OpenTicket, Say, StopWatching, WatchLine
from bot.turn import JobResult
from provisioning.action import REBOOT_ONU
from tests.unit.billing.build import a_contract
from tests.unit.bot.build import NOW, Chat, a_job, handed_to, has, known_as, measured, only, said

ACTIVE = a_contract(status="active")
UP: dict[str, Any] = {"blocked": False, "sessions": [{}]}
GOOD = measured("online", -20.0, access=UP)
AWAY = measured("online", -20.0, access={"blocked": False, "sessions": []})


def chat_about(job: JobResult, wish: str = "sem internet") -> Chat:
    chat = Chat(known_as(contracts=(ACTIVE,), invoices=()))
    chat.say(wish)
    chat.say(jobs=[job])
    return chat


def with_facts(job: JobResult, **facts: Any) -> JobResult:
    return a_job(facts={**job.facts, **facts})


def can_reboot(job: JobResult) -> JobResult:
    return with_facts(job, line={**job.facts["line"], "can_reboot": True})


def step_of(chat: Chat) -> str:
    return str(chat.dialogue.guide.get("step", ""))


@pytest.mark.parametrize(
    ("job", "wish", "steps"),
    [
        (measured("dying_gasp"), "sem internet", ["outlet", "adapter"]),
        (measured("offline"), "sem internet", ["restart_onu"]),
        (AWAY, "sem internet", ["restart_router", "wan_cable"]),
        (GOOD, "sem internet", ["restart_router"]),
        (GOOD, "internet lenta", ["near_wifi", "by_cable"]),
        (measured("unknown"), "sem internet", ["restart_all"]),
    ],
)
def test_steps_come_one_at_a_time_and_end_in_a_ticket(job: JobResult, wish: str, steps: list[str]) -> None:
    chat = chat_about(job, wish)
    for step in steps:
        assert (chat.dialogue.expect, step_of(chat)) == ("tried", step)
        effects = chat.say("continua igual")
        if has(effects, AskNetwork):
            assert only(effects, AskNetwork).fresh
            effects = chat.say(jobs=[job])
    ticket = only(effects, OpenTicket)
    assert ticket.evidence["tried"] == steps
    assert "já tentou" in ticket.text
    assert handed_to(effects) == ("N2", "needs_technician")
    assert chat.dialogue.guide == {}


def test_test_stops_when_the_line_is_read_as_back() -> None:
    chat = chat_about(measured("offline"))
    chat.say("não voltou")

    effects = chat.say(jobs=[GOOD])

    assert "a sua conexão voltou" in said(effects)
    assert not has(effects, HandOff, OpenTicket)
    assert (chat.dialogue.expect, chat.dialogue.guide) == ("back", {})


def test_report_that_it_is_not_back_is_listened_to() -> None:
    chat = chat_about(measured("offline"))
    chat.say("não voltou")
    chat.say(jobs=[GOOD])

    assert only(chat.say("ainda não funciona"), AskNetwork).action == "diagnose"


def test_test_goes_on_where_it_was_when_another_subject_came_between() -> None:
    chat = chat_about(AWAY)
    chat.say("continua igual")
    chat.say(jobs=[AWAY])
    assert step_of(chat) == "wan_cable"
    chat.say("segunda via")

    assert only(chat.say("sem internet"), AskNetwork).fresh
    chat.say(jobs=[AWAY])
    assert step_of(chat) == "wan_cable"


def test_person_takes_it_at_any_step() -> None:
    assert handed_to(chat_about(AWAY).say("quero falar com atendente"))[1] == "asked_for_person"


@pytest.mark.parametrize("state", ["los", "dying_gasp", "offline"])
def test_line_that_is_down_is_watched(state: str) -> None:
    chat = Chat(known_as(contracts=(ACTIVE,), invoices=()))
    chat.say("sem internet")
    assert only(chat.say(jobs=[measured(state)]), WatchLine).contract_ref == "c-1002"


def test_line_that_is_up_is_not_watched() -> None:
    chat = Chat(known_as(contracts=(ACTIVE,), invoices=()))
    chat.say("sem internet")
    assert not has(chat.say(jobs=[GOOD]), WatchLine)


def test_watch_ends_when_the_customer_knows_that_it_is_back() -> None:
    assert only(chat_about(measured("offline")).say("voltou"), StopWatching).contract_ref == "c-1002"


def test_neighbours_are_told_of_and_a_report_is_filed_without_any_step() -> None:
    chat = Chat(known_as(contracts=(ACTIVE,), invoices=()))
    chat.say("sem internet")
    around = {"read_at": NOW.isoformat(), "cto": {"name": "CTO-1", "total": 4, "down": 3}}
    effects = chat.say(jobs=[with_facts(measured("los"), neighbours=around)])

    assert "3 de 4 vizinhos" in said(effects)
    assert has(effects, OpenTicket, WatchLine)
    assert not has(effects, HandOff)
    assert only(effects, Say).options == ()


def test_incident_answers_when_the_measurement_found_one() -> None:
    chat = Chat(known_as(contracts=(ACTIVE,), invoices=()))
    chat.say("sem internet")
    fault = {"read_at": NOW.isoformat(), "id": 3, "cause": "cabo rompido", "started_at": NOW.isoformat()}
    effects = chat.say(jobs=[with_facts(measured("los"), incident=fault)])

    assert "já sabemos do problema: cabo rompido" in said(effects)
    assert not has(effects, OpenTicket, HandOff, WatchLine)


def test_drop_against_the_lines_own_past_is_said_even_inside_the_limits() -> None:
    chat = Chat(known_as(contracts=(ACTIVE,), invoices=()))
    chat.say("internet lenta")
    past = {"read_at": NOW.isoformat(), "median_dbm": -18.5, "count": 9}
    effects = chat.say(jobs=[with_facts(measured("online", -23.0, access=UP), past=past)])

    assert "costumava ser -18,5 dBm" in said(effects)
    assert "potência -23,0 dBm" in said(effects)
    assert has(effects, OpenTicket)


def test_what_did_not_answer_is_named() -> None:
    chat = Chat(known_as(contracts=(ACTIVE,), invoices=()))
    chat.say("sem internet")
    effects = chat.say(jobs=[with_facts(measured("los"), access={"error": "not_in_time"}, cpe={"error": "no_driver"})])

    assert "não consegui consultar a autenticação" in said(effects)
    assert "roteador" not in said(effects)


def test_measurement_of_minutes_ago_will_do_unless_something_changed() -> None:
    assert not only(Chat(known_as(contracts=(ACTIVE,), invoices=())).say("sem internet"), AskNetwork).fresh


def test_restart_from_here_is_offered_confirmed_and_watched() -> None:
    chat = chat_about(can_reboot(AWAY))
    assert (chat.dialogue.expect, step_of(chat)) == ("confirm_reboot", "reboot")

    assert only(chat.say("sim"), AskNetwork).action == REBOOT_ONU
    effects = chat.say(jobs=[a_job(action=REBOOT_ONU, outcome="rebooted", facts={})])

    assert "reiniciei o seu aparelho" in said(effects)
    assert only(effects, WatchLine).first_seconds >= timedelta(minutes=2).total_seconds()
    chat.say("continua igual")
    chat.say(jobs=[can_reboot(AWAY)])
    assert step_of(chat) == "restart_router"


@pytest.mark.parametrize("outcome", [("refused", "not_supported"), ("failed", "no_answer"), ("unknown", "gave_up")])
def test_restart_that_is_not_possible_leads_to_the_next_step(outcome: tuple[str, str]) -> None:
    chat = chat_about(can_reboot(AWAY))
    chat.say(tap="reboot:yes")
    effects = chat.say(jobs=[a_job(action=REBOOT_ONU, state=outcome[0], outcome=outcome[1], facts={})])

    assert "Não consegui reiniciar daqui" in said(effects)
    assert step_of(chat) == "restart_router"


@pytest.mark.parametrize("no", [{"tap": "reboot:no"}, {}])
def test_restart_that_is_not_wanted_leads_to_the_next_step(no: dict[str, str]) -> None:
    chat = chat_about(can_reboot(AWAY))
    effects = chat.say("" if no else "não", **no)

    assert not has(effects, AskNetwork)
    assert step_of(chat) == "restart_router"
