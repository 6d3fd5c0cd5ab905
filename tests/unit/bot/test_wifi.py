"""Wi-Fi by chat: a good password, confirmed, locked at once, and told only as what the router made of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.effects import AskNetwork, HandOff, HideWords
from bot.wifi_secret import fault_of_name, fault_of_password
from provisioning.action import SET_WIFI
from tests.unit.billing.build import a_contract
from tests.unit.bot.build import Chat, Reader, a_job, handed_to, has, known_as, only, said, stranger

ACTIVE = a_contract(status="active")
SECRET = "Casa-Azul-27"
WORDS = Reader({"senha do wifi": "wifi_password", "trocar o nome do wifi": "wifi_password", "wifi": "wifi_password"})


def a_chat(**more: Any) -> Chat:
    facts = known_as(contracts=(ACTIVE,)) | {
        "wifi_changes": True,
        "wifi_names:c-1002": ("Casa do Bruno",),
        f"locked:{SECRET}": "LOCKED",
    }
    return Chat(facts | more, nlu=WORDS)


def confirmed() -> Chat:
    chat = a_chat()
    chat.say("senha do wifi")
    chat.say(SECRET)
    chat.say(tap="wifi:yes")
    return chat


def test_person_takes_it_where_no_acs_can_do_it() -> None:
    assert handed_to(a_chat(wifi_changes=False).say("senha do wifi")) == ("N1", "wifi_password")


def test_password_is_asked_confirmed_and_sent_locked() -> None:
    chat = a_chat()
    assert "senha nova" in said(chat.say("senha do wifi"))

    effects = chat.say(SECRET)
    assert "Casa do Bruno" in said(effects)
    assert SECRET not in said(effects)
    assert only(effects, HideWords).message_id == 1
    assert SECRET not in json.dumps(chat.dialogue.dump())

    job = only(chat.say("sim"), AskNetwork)
    assert (job.action, job.secrets, job.arguments) == (SET_WIFI, "LOCKED", {})
    assert "LOCKED" not in repr(job)
    assert "LOCKED" not in json.dumps(chat.dialogue.dump())


def test_name_is_asked_confirmed_and_sent_in_the_clear() -> None:
    chat = a_chat()
    chat.say("trocar o nome do wifi")
    assert "*Familia Lima*" in said(chat.say("Familia Lima"))

    assert only(chat.say("pode trocar sim"), AskNetwork).arguments == {"ssid": "Familia Lima"}


def test_customer_chooses_when_the_words_do_not_tell_which() -> None:
    chat = a_chat()
    chat.say("wifi")
    assert chat.dialogue.expect == "wifi_which"
    chat.say(tap="wifi:name")
    assert chat.dialogue.expect == "wifi_name"


def test_nothing_is_changed_without_a_yes() -> None:
    chat = a_chat()
    chat.say("senha do wifi")
    chat.say(SECRET)
    effects = chat.say("não")

    assert not has(effects, AskNetwork)
    assert "não troquei nada" in said(effects)
    assert "locked" not in chat.dialogue.data


@pytest.mark.parametrize("weak", ["12345678", "11144477735", "lua-27", "senha1234", "olá-mundo-99"])
def test_bad_password_is_refused_kindly_hidden_and_asked_for_again(weak: str) -> None:
    chat = a_chat()
    chat.say("senha do wifi")
    effects = chat.say(weak)

    assert chat.dialogue.expect == "wifi_password"
    assert has(effects, HideWords)
    assert weak not in said(effects)


@pytest.mark.parametrize(
    ("state", "outcome", "words"),
    [
        ("verified", "read_back", "aceitou a senha nova"),
        ("already", "read_back", "aceitou a senha nova"),
        ("refused", "device_offline", "desligado ou sem conexão"),
        ("pending", "task_queued", "Ainda não está feita"),
    ],
)
def test_result_is_told_as_what_it_is(state: str, outcome: str, words: str) -> None:
    effects = confirmed().say(jobs=[a_job(action=SET_WIFI, state=state, outcome=outcome, facts={})])

    assert words in said(effects)
    assert not has(effects, HandOff)


@pytest.mark.parametrize(("state", "outcome"), [("failed", "no_answer"), ("unknown", "x"), ("refused", "unknown_cpe")])
def test_person_goes_on_when_nobody_can_say_that_it_changed(state: str, outcome: str) -> None:
    effects = confirmed().say(jobs=[a_job(action=SET_WIFI, state=state, outcome=outcome, facts={})])

    assert handed_to(effects) == ("N1", "wifi_failed")


def test_nobody_is_trapped_at_the_question() -> None:
    chat = a_chat()
    chat.say("senha do wifi")
    assert handed_to(chat.say("atendente"))[1] == "asked_for_person"
    chat = a_chat()
    chat.say("senha do wifi")
    chat.say("deixa pra lá")
    assert chat.dialogue.expect == ""


def test_stranger_proves_who_they_are_first() -> None:
    chat = Chat(stranger(wifi_changes=True), nlu=WORDS)
    chat.say("senha do wifi")
    assert chat.dialogue.expect == "document"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (SECRET, ""),
        ("cavalo7verde", ""),
        ("a" * 63 + "b", "long"),
        ("abc", "short"),
        ("com espaço dentro", "spaces"),
        ("coração-27", "letters"),
        ("aaaaaaaa", "weak"),
        ("87654321", "weak"),
        ("abcdefgh", "weak"),
        ("qwerty123", "weak"),
        ("12341234", "weak"),
        ("52998224725", "personal"),
        ("12981110002", "personal"),
        ("bruno12981110002", "personal"),
    ],
)
def test_password_is_judged_before_it_is_taken(text: str, fault: str) -> None:
    assert fault_of_password(text, ("12981110002",)) == fault


@pytest.mark.parametrize(("text", "fault"), [("Casa 2", ""), (" ", "empty"), ("x" * 33, "long"), ("Casa é", "letters")])
def test_name_is_judged_before_it_is_taken(text: str, fault: str) -> None:
    assert fault_of_name(text) == fault
