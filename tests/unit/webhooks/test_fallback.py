"""What a channel cannot show is put into words, and nothing that a customer needs is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contract.channels.scenarios import BILL, INVOICE, LINE, PAY_AT, PIX, SCENARIOS, Scenario, a_message
from webhooks.channels.ports import KINDS, Link, Outgoing
from webhooks.fallback import parted, plain

NOTHING: frozenset[str] = frozenset()


def in_words(message: Outgoing, *kinds: str) -> Outgoing:
    spoken = plain(message, frozenset({"text", *kinds}))
    assert spoken is not None
    return spoken


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_message_stays_itself_where_the_channel_shows_it(scenario: Scenario) -> None:
    assert plain(scenario.message, frozenset(KINDS)) is scenario.message


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_words_hold_all_that_the_customer_needs(scenario: Scenario) -> None:
    if scenario.kind in ("reaction", "template"):
        return
    spoken = in_words(scenario.message)
    assert spoken.kind == "text"
    assert [need for need in scenario.needs if need not in spoken.text] == []


def test_reaction_is_not_said() -> None:
    (reaction,) = (scenario.message for scenario in SCENARIOS if scenario.kind == "reaction")
    assert plain(reaction, NOTHING) is None


def test_template_is_never_replaced_by_free_words() -> None:
    (template,) = (scenario.message for scenario in SCENARIOS if scenario.kind == "template")
    assert plain(template, NOTHING) is template


def test_payment_becomes_the_bill_with_every_code_alone_in_its_line() -> None:
    spoken = in_words(a_message("payment", "Sua fatura", payment=BILL, file=INVOICE), "document")
    assert (spoken.kind, spoken.file, spoken.payment) == ("document", INVOICE, None)
    assert spoken.text.split("\n\n") == ["Sua fatura", PIX, LINE, PAY_AT]


def test_payment_says_the_words_that_go_with_it_and_repeats_no_code() -> None:
    words = f"Sua fatura\n\n*Pix copia e cola:*\n{PIX}\n\n*Linha digitável:*\n{LINE}\n\n*Para pagar:*\n{PAY_AT}"
    assert in_words(a_message("payment", "Sua fatura", payment=BILL, words=words)).text == words
    without_link = words.rpartition("\n\n")[0]
    spoken = in_words(a_message("payment", "Sua fatura", payment=BILL, words=without_link))
    assert spoken.text == f"{without_link}\n\n{PAY_AT}"


def test_payment_is_text_without_a_file_where_documents_cannot_be_shown() -> None:
    spoken = in_words(a_message("payment", "Sua fatura", payment=BILL, file=INVOICE))
    assert (spoken.kind, spoken.file) == ("text", None)


def test_options_are_numbered_with_what_is_told_of_them() -> None:
    options = (("a", "Rua A", "contrato 1"), ("b", "Rua B", ""))
    assert in_words(a_message("list", "Qual?", options=options)).text == "Qual?\n\n1. Rua A: contrato 1\n2. Rua B"


def test_address_is_said_once() -> None:
    link = Link("Abrir mapa", PAY_AT)
    assert in_words(a_message("link", "Veja", link=link)).text == f"Veja\n\nAbrir mapa: {PAY_AT}"
    assert in_words(a_message("link", f"Veja {PAY_AT}", link=link)).text == f"Veja {PAY_AT}"


def test_request_says_how_to_answer_it() -> None:
    asked = a_message("contact_request", "Qual é o seu número?", words="Qual é o seu número, com DDD?")
    assert in_words(asked).text == "Qual é o seu número, com DDD?"


def test_note_of_a_status_is_said_once() -> None:
    paid = replace(BILL, status="completed", note="Pago por Pix")
    assert in_words(a_message("payment_status", "Recebemos!", payment=paid)).text == "Recebemos!\n\nPago por Pix"
    assert in_words(a_message("payment_status", "Pago por Pix", payment=paid)).text == "Pago por Pix"


def test_what_a_caption_has_no_room_for_is_left_for_a_bubble_of_its_own() -> None:
    told = f"Sua fatura\n\n{'x' * 1000}\n\n*Pix copia e cola:*\n{PIX}"
    bill = a_message("document", told, file=INVOICE)
    head, rest = parted(bill, captions=True, longest=4096)
    assert (head.text, rest) == (f"Sua fatura\n\n{'x' * 1000}", f"*Pix copia e cola:*\n{PIX}")
    head, rest = parted(bill, captions=False, longest=4096)
    assert (head.text, rest) == ("", told)


def test_text_has_room_for_4096_characters() -> None:
    assert parted(a_message("text", "x" * 4096), captions=True, longest=4096)[1] == ""
    assert parted(a_message("text", f"{'x' * 4000} {'y' * 200}"), captions=True, longest=4096)[1] == "y" * 200
