"""The demo's customers, from outside: signed webhooks in, a foreign Graph API out, and what RADIUS says in between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.chat import Browser, Chat, idle, radius, suspended
from tests.e2e.nlu_door import NluDoor
from tests.e2e.outside import buttons, eventually, words
from tests.e2e.system import System, running_system

ANA, BRUNO, CARLA, DAVI, ELISA, FABIO = (f"55129811100{n:02d}" for n in range(1, 7))
GISELE, PADARIA = "551281110007", "5512981110010"
CPF_DAVI, CPF_ELISA, NOBODYS_CPF = "168.995.350-09", "276.340.191-00", "123.456.789-09"
PROTOCOL = re.compile(r"\b20\d{13}\b")


@pytest.fixture(scope="module")
def door(nlu_url: str) -> Iterator[NluDoor]:
    """The way to the NLU server, which a test may hold shut."""
    door = NluDoor(nlu_url)
    yield door
    door.stop()


@pytest.fixture(scope="module")
def system(door: NluDoor) -> Iterator[System]:
    """One running system for all conversations: each test is another customer."""
    with running_system(door.url) as system:
        yield system


def protocol_in(message: dict[str, Any]) -> str:
    """The protocol number that a bubble carries."""
    found = PROTOCOL.findall(words(message))
    assert len(found) == 1, words(message)
    return str(found[0])


def without_protocol(message: dict[str, Any]) -> str:
    """The bubble's text as every customer gets it."""
    return PROTOCOL.sub("", words(message))


def test_ana_is_greeted_by_name_with_protocol_and_gets_her_second_copy_in_one_bubble(system: System) -> None:
    ana = Chat(system, ANA)
    greeting = ana.say("bom dia")
    assert "Ana" in words(greeting)
    assert "Conecta Vale" in words(greeting)
    assert protocol_in(greeting) == ana.conversation["protocol"]

    copy = ana.say("me manda a segunda via do boleto")
    assert copy["type"] == "document"
    caption = words(copy)
    assert "R$ 99,90" in caption.replace("\xa0", " ")
    assert "F-1001-1" in caption
    pix = next(line for line in caption.splitlines() if line.startswith("000201"))
    assert "br.gov.bcb.pix" in pix.lower()
    assert "540599.90" in pix
    assert pix[-8:-4] == "6304"
    line = next(line for line in caption.splitlines() if re.fullmatch(r"[\d. ]{47,}", line))
    assert len(re.sub(r"\D", "", line)) == 47
    uploaded = system.graph.media[copy["document"]["id"]]
    assert b"%PDF-" in uploaded
    assert b"%%EOF" in uploaded
    assert not PROTOCOL.search(caption), "the protocol was told already"

    farewell = ana.say("obrigada, tchau!")
    assert protocol_in(farewell) == protocol_in(greeting)
    ana.nothing_more()
    assert ana.conversation["handler"] == "closed"


def test_bruno_is_released_only_after_radius_says_so_and_blocked_again_when_the_promise_breaks(system: System) -> None:
    bruno = Chat(system, BRUNO)
    assert suspended(system, "bruno.lima")
    held_when_told: list[bool] = []

    def look(body: dict[str, Any]) -> None:
        if body.get("to") == BRUNO and "foi liberado" in words(body):
            held_when_told.append(suspended(system, "bruno.lima"))

    system.graph.on_message = look
    offer = bruno.say("libera meu sinal por favor")
    assert set(buttons(offer)) == {"release:yes", "release:no"}
    assert "119,90" in words(offer)
    assert "não é um pagamento" in words(offer)
    assert suspended(system, "bruno.lima"), "nothing happens before the yes"

    done = bruno.say("sim")
    assert "foi liberado" in words(done)
    assert held_when_told == [False], "RADIUS has let him go before he is told"
    system.graph.on_message = lambda body: None
    assert system.rows("SELECT state FROM trust_unlock WHERE contract_ref = '1002'") == [("active",)]
    assert system.rows("SELECT status FROM contract WHERE ref = '1002'") == [("active",)]
    sessions = "SELECT coalesce(class, '') FROM radacct WHERE username = 'bruno.lima' AND acctstoptime IS NULL"
    eventually(lambda: radius(system, sessions) == [("",)], 20, "a session that is not held back")

    again = bruno.say("libera meu sinal")
    assert "olhar a sua conexão" in words(again), "already active: the line is measured instead"
    assert system.rows("SELECT count(*) FROM trust_unlock WHERE contract_ref = '1002'") == [(1,)]

    _let_the_promise_end(system, "1002")
    ended = bruno.next()
    assert "bloqueado de novo" in words(ended)
    assert suspended(system, "bruno.lima")
    assert system.rows("SELECT status FROM contract WHERE ref = '1002'") == [("blocked",)]
    assert system.rows("SELECT state FROM trust_unlock WHERE contract_ref = '1002'") == [("broken",)]
    eventually(lambda: radius(system, sessions) == [("bloqueados",)] or radius(system, sessions) != [("",)], 20)

    refused = bruno.say("preciso que liberem o sinal de novo")
    assert "foi liberado" not in words(refused)
    assert "119,90" in words(refused)
    assert suspended(system, "bruno.lima")


def _let_the_promise_end(system: System, contract: str) -> None:
    """As if its hours had passed."""
    ended = system.rows(
        "UPDATE trust_unlock SET expires_at = now() - interval '1 s' WHERE contract_ref = %s AND state = 'active'"
        " RETURNING id",
        contract,
    )
    assert len(ended) == 1
    due = "UPDATE outbox SET run_after = now() WHERE topic = 'unlock_expiry' AND ref_id = %s AND done_at IS NULL"
    assert system.rows(f"{due} RETURNING id", ended[0][0])


def test_carla_is_refused_by_the_rule_and_shown_two_ways_out(system: System) -> None:
    carla = Chat(system, CARLA)
    refused = carla.say("quero liberação em confiança")
    assert "última liberação o pagamento não entrou" in words(refused)
    assert "79,90" in words(refused)
    assert set(buttons(refused)) == {"intent:invoice_second_copy", "intent:talk_to_human"}
    assert suspended(system, "carla.dias")
    copy = carla.tap(refused, "intent:invoice_second_copy")
    assert copy["type"] == "document"
    assert "F-1003-1" in words(copy)
    assert system.rows("SELECT count(*) FROM network_job WHERE contract_ref = '1003'") == [(0,)]


def test_davi_without_light_gets_a_ticket_with_the_measurement_and_waits_in_n2(system: System) -> None:
    davi = Chat(system, DAVI)
    verdict = davi.say("estou sem internet desde cedo")
    assert "não está recebendo luz da fibra" in words(verdict)
    assert "medido às" in words(verdict)
    assert protocol_in(verdict) == davi.conversation["protocol"]
    assert (davi.conversation["handler"], davi.conversation["queue"]) == ("queue", "N2")
    [(evidence, text)] = system.rows("SELECT evidence, text FROM ticket WHERE contract_ref = '1004'")
    assert evidence["line"]["onu_state"] == "los"  # type: ignore[index]
    assert "LOS" in str(text)
    davi.nothing_more()


def test_elisa_with_weak_light_hears_the_power_that_was_measured_and_goes_to_technicians(system: System) -> None:
    elisa = Chat(system, ELISA)
    verdict = elisa.say("minha internet está muito lenta")
    assert "-28,9 dBm" in words(verdict).replace("−", "-")
    assert "sinal da fibra está chegando fraco" in words(verdict)
    assert (elisa.conversation["handler"], elisa.conversation["queue"]) == ("queue", "N2")


def test_fabio_picks_one_of_two_contracts_by_its_street_and_gets_that_invoice(system: System) -> None:
    fabio = Chat(system, FABIO)
    question = fabio.say("segunda via")
    titles = {option["title"]: name for name, option in buttons(question).items()}
    assert titles == {"Rua Nova": "contract:1006", "Sítio Boa Vista": "contract:1007"}
    copy = fabio.tap(question, "contract:1007")
    assert copy["type"] == "document"
    assert "F-1007-1" in words(copy)
    # Overdue by two days: with fine and interest, unless the due date was on a weekend or a holiday.
    assert re.search(r"R\$ (119,90|122,\d\d)", words(copy))


def test_gisele_is_known_without_the_ninth_digit_and_answered_at_the_number_she_wrote_from(system: System) -> None:
    gisele = Chat(system, GISELE)
    verdict = gisele.say("a internet caiu")
    assert verdict["to"] == GISELE
    assert "Gisele" in words(verdict)
    assert "sem energia" in words(verdict)
    assert system.graph.to("5512981110007") == []
    copy = gisele.say("e o boleto?")
    assert "não há fatura em aberto" in words(copy)


def test_the_bakery_is_known_by_its_phone_and_by_a_cnpj_with_letters_from_another_one(system: System) -> None:
    bakery = Chat(system, PADARIA)
    assert "F-2001-1" in words(bakery.say("segunda via do boleto"))

    elsewhere = Chat(system, "5512981118001")
    assert "CPF ou CNPJ" in words(elsewhere.say("segunda via do boleto"))
    assert "o número do contrato" in words(elsewhere.say("12.abc.345/01DE-35"))
    copy = elsewhere.say("contrato 2001, número 1000")
    assert copy["type"] == "document"
    assert "F-2001-1" in words(copy)
    assert "890,00" in words(copy)


def test_an_unknown_number_proves_itself_with_a_document_and_two_facts(system: System) -> None:
    somebody = Chat(system, "5512981119999")
    asked = somebody.say("quero a segunda via")
    assert "CPF ou CNPJ" in words(asked)
    assert protocol_in(asked) == somebody.conversation["protocol"]
    assert "o número do contrato" in words(somebody.say(CPF_ELISA))
    copy = somebody.say("contrato 1005 e a casa é 55")
    assert copy["type"] == "document"
    assert "F-1005-1" in words(copy)


def test_a_document_of_somebody_else_gets_the_same_words_as_one_that_nobody_has(system: System) -> None:
    def conversation(wa_id: str, document: str) -> list[str]:
        stranger = Chat(system, wa_id)
        turns = ["quero a segunda via do boleto", document, "contrato 77, casa 88", "contrato 12, casa 9"]
        said = [without_protocol(stranger.say(text)) for text in turns]
        assert stranger.conversation["handler"] == "bot"
        return said

    theirs = conversation("5512981118101", CPF_DAVI)
    assert theirs == conversation("5512981118102", NOBODYS_CPF)
    assert not any("Davi" in text or "99,90" in text for text in theirs)


STATES = {
    "first_word": [],
    "greeted": ["bom dia"],
    "asked_for_document": ["segunda via"],
    "asked_for_facts": ["segunda via", NOBODYS_CPF],
    "shown_the_menu": ["xyzzy qwerty plugh"],
}


@pytest.mark.parametrize("before", list(STATES))
def test_atendente_hands_over_in_one_turn_from_any_state(system: System, before: str) -> None:
    chat = Chat(system, f"55129811183{list(STATES).index(before):02d}")
    for text in STATES[before]:
        chat.say(text)
    answer = chat.say("atendente")
    assert protocol_in(answer) == chat.conversation["protocol"]
    assert chat.conversation["handler"] == "queue"
    chat.nothing_more()


def test_atendente_hands_over_where_a_choice_or_a_confirmation_is_open(system: System) -> None:
    fabio = Chat(system, FABIO, read=len(system.graph.to(FABIO)))
    fabio.say("estou sem internet")
    assert "passei a conversa" in words(fabio.say("quero falar com uma pessoa")).lower()
    assert fabio.conversation["handler"] == "queue"
    assert "sem internet" in str(fabio.conversation["summary"])


def test_a_person_takes_over_in_the_console_and_the_bot_stays_silent_until_it_is_given_back(system: System) -> None:
    wa_id = "5512981118401"
    chat = Chat(system, wa_id)
    chat.say("bom dia")
    chat.say("atendente por favor")
    row = chat.conversation
    number = int(row["id"])
    browser = Browser(system, "helena")
    assert str(row["protocol"])[-6:] in browser.inbox() or f"/c/{number}" in browser.inbox()
    page = browser.page(number)
    assert str(row["protocol"]) in page
    assert "pediu uma pessoa" in page
    assert "atendente por favor" in page

    assert browser.act(number, "take").status_code == 200
    browser.act(number, "reply", text="Oi, aqui é a Helena. Como posso ajudar?")
    assert words(chat.next()) == "Oi, aqui é a Helena. Como posso ajudar?"

    system.customers.write(wa_id, "segunda via do boleto")
    chat.nothing_more()
    assert "segunda via do boleto" in browser.page(number)

    browser.act(number, "give-back")
    idle(system)
    assert "CPF ou CNPJ" in words(chat.say("segunda via do boleto")), (
        "the bot speaks again, and only to what came after"
    )

    assert "para uma pessoa" in words(chat.say("atendente"))
    assert chat.conversation["queue"] == "Financeiro", "the subject chooses the queue"
    browser = Browser(system, "joana")
    browser.act(number, "take")
    browser.act(number, "close")
    assert protocol_in(chat.next()) == row["protocol"]
    chat.nothing_more()
    assert chat.conversation["handler"] == "closed"

    # What comes within hours of the end goes on there, with the same people; this comes the day after.
    system.rows("UPDATE conversation SET closed_at = closed_at - interval '25 hours' WHERE id = %s", number)
    greeting = chat.say("oi")
    assert protocol_in(greeting) != row["protocol"], "a new conversation has its own protocol"


def test_a_person_who_takes_over_during_a_turn_wins_over_the_computed_answer(system: System, door: NluDoor) -> None:
    chat = Chat(system, "5512981118402")
    chat.say("oi")
    number = int(chat.conversation["id"])
    browser, before = Browser(system, "karina"), door.parsed
    with door.held():
        system.customers.write(chat.wa_id, "quanto custa o plano de vocês?")
        eventually(lambda: door.parsed > before, 10, "the bot is thinking")
        browser.act(number, "take")
        assert chat.conversation["handler"] == "agent"
    chat.nothing_more()
    assert "quanto custa o plano" in browser.page(number)


def test_without_understanding_the_menu_and_its_numbers_still_bring_the_invoice(system: System, door: NluDoor) -> None:
    chat = Chat(system, "5512981118501")
    with door.held():
        menu = chat.say("eu queria ver aquele papel da conta de luz, digo, da internet")
        assert "dificuldade de entender" in words(menu)
        assert next(iter(buttons(menu))) == "intent:invoice_second_copy"
        assert "CPF ou CNPJ" in words(chat.say("1"))
        assert "o número do contrato" in words(chat.say(CPF_ELISA))
        copy = chat.say("contrato 1005, casa 55")
    assert copy["type"] == "document"
    assert "F-1005-1" in words(copy)


def test_an_nlu_that_answers_nonsense_brings_the_menu_and_a_tap_goes_on(system: System, door: NluDoor) -> None:
    chat = Chat(system, "5512981118502")
    door.broken = True
    try:
        menu = chat.say("quero a fatura do mês passado")
        assert "dificuldade de entender" in words(menu)
        assert chat.tap(menu, "intent:talk_to_human")
        assert chat.conversation["handler"] == "queue"
    finally:
        door.broken = False


def test_every_message_of_these_conversations_was_read_and_answered_once(system: System) -> None:
    idle(system)
    keys = [message["biz_opaque_callback_data"] for message in system.graph.messages]
    assert len(keys) == len(set(keys))
    assert len(keys) > 30
    unhandled = (
        "SELECT m.id FROM message m JOIN conversation c ON c.id = m.conversation_id"
        " WHERE m.direction = 'in' AND m.handled_at IS NULL AND c.handler NOT IN ('queue', 'agent')"
    )
    assert system.rows(unhandled) == []
    assert system.rows("SELECT topic, error FROM outbox WHERE done_at IS NOT NULL AND error IS NOT NULL") == []
    assert system.rows("SELECT kind FROM webhook_item") == []
