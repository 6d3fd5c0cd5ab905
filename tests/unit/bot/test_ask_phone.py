"""Where WhatsApp hides the number, the bot asks for it with a button, once; a document will do as well."""

from __future__ import annotations

from typing import Any

from bot.effects import BindIdentity, Say
from bot.turn import Identified
from tests.unit.billing.build import an_invoice
from tests.unit.bot.build import ANA, BRUNO, Chat, known_as, memory, only, said, stranger, texts

HIDDEN: dict[str, Any] = {"phone_hidden": True, "can_ask": frozenset({"contact"})}
CPF = "529.982.247-25"


def asked(**changes: Any) -> Chat:
    chat = Chat(stranger(), **(HIDDEN | changes))
    chat.say("boleto")
    return chat


def test_hidden_number_is_asked_for_with_a_button_and_the_document_is_named_too() -> None:
    effects = Chat(stranger(), **HIDDEN).say("boleto")
    bubble = only(effects, Say)
    assert (bubble.ask, bubble.options, memory(effects).expect) == ("contact", (), "phone")
    assert "CPF ou CNPJ" in bubble.text


def test_number_is_not_asked_for_where_it_is_known_or_the_channel_has_no_button() -> None:
    unlike: tuple[dict[str, Any], ...] = ({"phone_hidden": False}, {"can_ask": frozenset()})
    for changes in unlike:
        effects = Chat(stranger(), **(HIDDEN | changes)).say("boleto")
        assert (only(effects, Say).ask, memory(effects).expect) == ("", "document")


def test_shared_number_that_is_registered_proves_who_writes_and_the_wish_is_served() -> None:
    chat = asked()
    chat.facts |= known_as(invoices=(an_invoice(),))
    effects = chat.say(media="contacts", phone_hidden=False)
    assert only(effects, BindIdentity) == BindIdentity(BRUNO.ref, "phone")
    assert "F-1002-1" in said(effects)


def test_shared_number_that_nobody_registered_leads_to_the_document() -> None:
    effects = asked().say(media="contacts", phone_hidden=False)
    assert said(effects) == texts()("identify.phone_unknown")
    assert (memory(effects).expect, memory(effects).intent) == ("document", "invoice_second_copy")


def test_shared_number_of_several_people_leads_to_the_document() -> None:
    chat = asked()
    chat.facts["identified"] = Identified(None, "", (ANA, BRUNO))
    assert said(chat.say(media="contacts", phone_hidden=False)) == texts()("identify.ask_document")


def test_anything_else_than_the_number_leads_to_the_document_and_the_number_is_not_asked_for_again() -> None:
    for answer in ({"media": "contacts"}, {"media": "sticker"}, {"media": "image"}):
        chat = asked()
        effects = chat.say(**answer)
        assert said(effects) == texts()("identify.ask_document")
        assert memory(effects).expect == "document"
        assert only(chat.say("boleto"), Say).ask == ""


def test_document_in_place_of_the_number_is_taken() -> None:
    effects = asked().say(CPF)
    assert memory(effects).expect == "two_facts"


def test_button_for_the_number_goes_when_a_person_comes() -> None:
    chat = asked()
    effects = chat.say("quero falar com atendente", tap="intent:talk_to_human")
    assert only(effects, Say).ask == ""


def test_request_that_comes_with_a_number_known_by_itself_is_served_as_well() -> None:
    chat = Chat(stranger(), **HIDDEN)
    chat.say("boleto")
    chat.facts |= known_as(invoices=(an_invoice(),))
    effects = chat.say("quero cancelar", phone_hidden=False)
    assert "F-1002-1" in said(effects)
    assert "cancel_service" in (*memory(effects).pending, *memory(effects).intents)
