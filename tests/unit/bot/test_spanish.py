"""The bot in Spanish: short answers, who writes, menus, hand-overs, and what happens when something fails."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from bot.effects import AskNetwork, HandOff, OpenTicket, Say
from bot.money_effects import UnlockOnTrust
from bot.replies import replies_in
from bot.texts import Texts
from bot.turn import Down, OpenIncident
from nlu.fake import FakeParser
from tests.unit.billing.build import a_contract, an_invoice
from tests.unit.bot.build import (
    NOW,
    Chat,
    a_job,
    handed_to,
    has,
    known_as,
    measured,
    only,
    said,
    stranger,
)

INTENTS = {
    "mándeme la factura": "invoice_second_copy",
    "libéreme la señal": "signal_release",
    "no tengo internet": "outage_no_connection",
    "gracias": "thanks",
    "hola": "greet",
    "opciones": "help_menu",
    "el viernes pago": "payment_negotiation",
}
READ = replies_in("es")


@cache
def spanish() -> Texts:
    return Texts.load("es")


def chat(facts: dict[str, Any] | None = None, parser: FakeParser | None = None) -> Chat:
    return Chat(facts, texts=spanish(), nlu=parser or FakeParser(INTENTS))


@pytest.mark.parametrize(
    "text",
    [
        "sí",
        "si",
        "Dale!",
        "claro que sí",
        "ok, está bien",
        "de acuerdo",
        "sí por favor",
        "va",
        "siiii",
        "claroo",
        "entendido, sí",
    ],
)
def test_yes_is_a_yes(text: str) -> None:
    assert READ.yes_or_no(text) is True


@pytest.mark.parametrize("text", ["no", "no gracias", "No, ahora no", "nop", "claro que no", "por ahora no"])
def test_no_is_a_no(text: str) -> None:
    assert READ.yes_or_no(text) is not True


@pytest.mark.parametrize("text", ["cómo no funciona", "si me mandan la factura", "hola", "", "quién sabe"])
def test_neither_is_neither(text: str) -> None:
    assert READ.yes_or_no(text) is None


@pytest.mark.parametrize(
    ("text", "agreed"),
    [
        ("sí, libere", True),
        ("el viernes pago", True),
        ("dale, el viernes te pago", True),
        ("pago mañana sin falta", True),
        ("pago el 10", True),
        ("cuando cobre pago", True),
        ("cancelo la factura el lunes", True),
        ("el lunes cancelo", None),
        ("ya pagué", None),
        ("si pago el viernes me liberan?", None),
        ("si pago el viernes me liberan", None),
        ("no, gracias", False),
        ("mejor no", None),
    ],
)
def test_a_promise_to_pay_agrees_to_the_release_and_an_if_does_not(text: str, agreed: bool | None) -> None:
    assert READ.agrees(text, READ.words.release_words, READ.words.signal_words) is agreed


@pytest.mark.parametrize(
    "text", ["ya pagué", "pagué ayer", "ya hice el pix", "ya está pagada", "ya cancelé", "deposité hoy"]
)
def test_who_says_paid_is_heard(text: str) -> None:
    assert READ.says_paid(text)


@pytest.mark.parametrize("text", ["no pagué todavía", "mañana pago", "no la pagué", "quiero pagar"])
def test_who_has_not_paid_is_not_taken_to_have_paid(text: str) -> None:
    assert not READ.says_paid(text)


@pytest.mark.parametrize(
    ("text", "works"),
    [
        ("ya volvió", True),
        ("funciona, gracias", True),
        ("sí", True),
        ("ya tengo internet", True),
        ("sigue funcionando", True),
        ("sigue igual", False),
        ("todavía no", False),
        ("no volvió", False),
        ("no funciona", False),
        ("la luz sigue roja", False),
        ("los cables están bien puestos", None),
        ("nada", False),
        ("la luz roja ya no está, volvió", True),
    ],
)
def test_report_after_a_step_is_understood(text: str, works: bool | None) -> None:
    assert READ.worked(text) is works


THREE = (("a", "Rua Nova, 6"), ("b", "Sítio Boa Vista"), ("c", "Rua das Flores, 8"))


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("la segunda", "b"),
        ("el primero", "a"),
        ("el primer contrato", "a"),
        ("3", "c"),
        ("la última", "c"),
        ("el de arriba", "a"),
        ("la del medio", "b"),
        ("la casa de flores", "c"),
        ("la calle", None),
        ("la cuarta", None),
    ],
)
def test_one_of_several_is_picked_by_place_or_words(text: str, picked: str | None) -> None:
    assert READ.chosen(text, "", THREE) == picked


@pytest.mark.parametrize("text", ["la del sitio", "en el sitio de allá", "Sitio Boa Vista"])
def test_a_place_is_named_by_its_kind_and_in_full(text: str) -> None:
    assert READ.names_street(text, "Sítio Boa Vista")


def test_a_street_is_not_named_by_its_kind() -> None:
    assert READ.may_name_place("el de la calle")
    assert not READ.names_street("el de la calle", "Calle Nueva")


@pytest.mark.parametrize(
    ("text", "corrected"), [("no, quise decir la factura", True), ("me equivoqué", True), ("no gracias", False)]
)
def test_correction_is_told_from_a_plain_no(text: str, corrected: bool) -> None:
    assert READ.corrects(text) is corrected


@pytest.mark.parametrize(
    ("text", "only"), [("pagué ayer, ya entró?", True), ("pagué y sigo sin internet", False), ("hola", False)]
)
def test_payment_is_told_from_payment_beside_the_signal(text: str, only: bool) -> None:
    assert READ.only_of_payment(text) is only


@pytest.mark.parametrize("text", ["ya apagué, espere", "le aviso cuando llegue", "se fue la luz acá"])
def test_who_is_at_it_or_tells_later_is_waited_for(text: str) -> None:
    assert READ.acknowledged(text)


@pytest.mark.parametrize("text", ["y la otra?", "mándeme otra factura", "quiero la otra también"])
def test_other_bill_is_asked_for(text: str) -> None:
    assert READ.another_invoice(text)


def test_menu_is_named() -> None:
    assert READ.asks_menu("cuáles son las opciones?")
    assert not READ.asks_menu("no entiendo la pregunta")


@pytest.mark.parametrize(
    "text", ["déjelo así", "no importa", "ya no quiero nada", "mejor no", "olvídalo", "nada más, gracias"]
)
def test_who_takes_it_back_is_understood(text: str) -> None:
    assert READ.gives_up(text)


def test_both_and_how_much_and_another_are_understood() -> None:
    assert READ.wants_all("las dos por favor")
    assert READ.asks_amount("¿cuánto es?")
    assert not READ.asks_amount("¿cuánto tarda?")
    assert READ.wants_more_invoices("mándeme la otra también")
    assert not READ.wants_more_invoices("no, la otra no")
    assert READ.another_place("es de mi otra casa")


def test_release_is_offered_agreed_to_with_a_promise_and_told() -> None:
    talk = chat()
    offer = only(talk.say("libéreme la señal"), Say)
    assert "¿Puedo liberar?" in offer.text
    assert [option.title for option in offer.options] == ["Sí, liberar", "Ahora no"]
    assert only(talk.say("dale, el viernes pago"), UnlockOnTrust).contract_ref == "c-1002"
    told = said(talk.say(jobs=[a_job(action="release_signal", outcome="read_back")]))
    assert "fue liberada" in told
    assert " a las " in told


def test_release_waits_for_the_yes_when_the_customer_says_paid_or_asks_how_much() -> None:
    for words, answer in (("ya pagué", "todavía no aparece"), ("cuánto es?", "Siguen pendientes")):
        talk = chat()
        talk.say("libéreme la señal")
        effects = talk.say(words)
        assert answer in said(effects)
        assert not has(effects, UnlockOnTrust)


def test_no_light_opens_a_ticket_and_brings_people() -> None:
    talk = chat(known_as(contracts=(a_contract(status="active"),), invoices=()))
    assert has(talk.say("no tengo internet"), AskNetwork)
    effects = talk.say(jobs=[measured("los")])
    assert only(effects, OpenTicket).subject == "sin luz en la fibra (LOS)"
    assert handed_to(effects) == ("N2", "needs_technician")
    assert "no está recibiendo luz" in said(effects)


def test_a_known_incident_is_told_with_its_hours_in_spanish() -> None:
    incident = OpenIncident("fibra rota", False, NOW - timedelta(hours=1), NOW + timedelta(days=1))
    facts = known_as(contracts=(a_contract(status="active"),), invoices=()) | {"incident:c-1002": incident}
    told = said(chat(facts).say("no tengo internet"))
    assert "desde hoy a la" in told
    assert "mañana a la" in told


def test_a_stranger_is_asked_for_a_document_and_two_facts_and_then_served() -> None:
    talk = chat(stranger())
    assert "CPF o CNPJ" in said(talk.say("mándeme la factura"))
    assert "No encontré un CPF" in said(talk.say("no lo tengo a mano"))
    assert "el número del contrato" in said(talk.say("529.982.247-25"))
    assert "No pude confirmar" in said(talk.say("contrato 9999, casa 1"))
    assert "aquí está su factura" in said(talk.say("contrato 1002, casa 22"))


def test_what_is_not_understood_brings_the_menu_and_then_a_person() -> None:
    talk = chat()
    menu = only(talk.say("fghj qwer zxcv"), Say)
    assert "No estoy segura" in menu.text
    assert menu.list_button == "Ver opciones"
    effects = talk.say("lkjh poiu")
    assert handed_to(effects) == ("N1", "not_understood")
    assert "a una persona del equipo" in said(effects)


def test_menu_is_answered_by_place() -> None:
    talk = chat()
    talk.say("opciones")
    assert has(talk.say("la segunda"), Say)
    assert talk.dialogue.expect == "confirm_release"


def test_a_person_comes_at_once_in_any_state() -> None:
    talk = chat()
    talk.say("libéreme la señal")
    effects = talk.say("prefiero hablar con un asesor")
    assert handed_to(effects) == ("Financeiro", "asked_for_person")
    assert "Motivo: pidió una persona" in only(effects, HandOff).summary


def test_the_bot_says_so_when_the_model_or_the_customer_base_is_away() -> None:
    parser = FakeParser(INTENTS)
    parser.down = True
    assert "me cuesta entender" in said(chat(parser=parser).say("mándeme la factura"))
    effects = chat({"identified": Down}).say("mándeme la factura")
    assert handed_to(effects) == ("N1", "billing_unavailable")


def test_a_file_with_the_word_for_proof_goes_to_the_people_who_check_it() -> None:
    effects = chat(known_as(invoices=(an_invoice(),))).say("le mando el comprobante", media="image")
    assert handed_to(effects) == ("Financeiro", "payment_proof")
