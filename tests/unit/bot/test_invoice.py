"""Second copy: which contract, which invoice, and what stands in the one bubble."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.effects import Close, Document, LinkButton, Say
from bot.turn import Down
from nlu.fake import FakeParser
from tests.unit.billing.build import a_contract, an_invoice
from tests.unit.bot.build import (
    BRUNO,
    HOUSE,
    LINE,
    PIX,
    SITE,
    Chat,
    a_copy,
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

DUE = an_invoice(ref="i-2", number="F-1002-2", due_date=days_from_today(5), amount_cents=10000)
SECOND_COPY = "invoice_second_copy"
OLD = an_invoice(ref="i-0", number="F-1002-0", due_date=days_from_today(-50), amount_cents=9000)


def two_contracts() -> dict[str, Any]:
    invoices = (
        an_invoice(ref="i-1", number="F-1006-1", contract_ref="c-1", due_date=days_from_today(3)),
        an_invoice(ref="i-2", number="F-1007-1", contract_ref="c-2", due_date=days_from_today(-2)),
    )
    return known_as(BRUNO, (HOUSE, SITE), invoices)


def test_second_copy_is_one_bubble_with_pdf_amount_date_line_and_pix() -> None:
    effects = decided(a_turn("segunda via"))
    say = only(effects, Say)
    assert say.document == Document("fatura-F-1002-1.pdf", "application/pdf", b"%PDF-1.4 fatura")
    assert "R$\u00a0119,90" in say.text or "R$ 119,90" in say.text
    assert "venceu em 02/11/2026" in say.text
    lines = say.text.split("\n")
    assert PIX in lines, "the Pix text stands alone in its line, byte for byte"
    assert LINE in lines
    assert len(say.text) <= 1024


def test_second_copy_says_so_when_nothing_is_open() -> None:
    effects = decided(a_turn("boleto", facts=known_as(invoices=())))
    assert "não há fatura em aberto no contrato 1002" in said(effects)


def test_link_is_a_button_when_it_is_all_there_is() -> None:
    invoice = an_invoice()
    copy = a_copy(invoice, pdf=None, pix=None, line=None, link="https://boleto.example/1")
    say = only(decided(a_turn("boleto", facts=known_as() | {"copy:i-1": copy})), Say)
    assert say.document is None
    assert say.link == LinkButton("Pagar agora", "https://boleto.example/1")
    assert "https://boleto.example/1" in say.words.split("\n")


def test_link_is_said_beside_the_codes_when_there_is_no_pdf() -> None:
    copy = a_copy(an_invoice(), pdf=None, link="https://boleto.example/1")
    say = only(decided(a_turn("boleto", facts=known_as() | {"copy:i-1": copy})), Say)
    assert {PIX, LINE, "https://boleto.example/1"} <= set(say.text.split("\n"))


def test_oldest_overdue_comes_first_and_the_others_are_offered() -> None:
    chat = Chat(known_as(invoices=(DUE, an_invoice(), OLD)))
    assert "F-1002-0" in said(chat.say("boleto"))
    assert chat.dialogue.expect == "another_invoice"
    assert "F-1002-1" in said(chat.say("sim"))
    last = said(chat.say("manda a outra também"))
    assert "F-1002-2" in last
    assert "Também em aberto" not in last
    assert "não há outra fatura" in said(chat.say("tem mais algum boleto?"))
    assert chat.dialogue.expect == ""


@pytest.mark.parametrize("other", ["e o outro boleto?", "a outra", "cadê o outro?", "tem mais alguma fatura"])
def test_other_invoice_is_told_not_to_exist_when_one_was_sent_and_no_other_is_open(other: str) -> None:
    chat = Chat(nlu=FakeParser({"boleto": SECOND_COPY, other: SECOND_COPY}))
    chat.say("boleto")
    effects = chat.say(other)
    assert only(effects, Say).document is None
    assert "não há outra fatura" in said(effects)


def test_other_invoice_is_the_next_one_when_several_are_open() -> None:
    chat = Chat(
        known_as(invoices=(DUE, OLD)), nlu=FakeParser({"boleto": SECOND_COPY, "e o outro boleto?": SECOND_COPY})
    )
    chat.say("boleto")
    assert "F-1002-2" in said(chat.say("e o outro boleto?"))


def test_invoice_of_another_address_is_sent_when_only_the_place_is_named() -> None:
    chat = Chat(two_contracts())
    chat.say("boleto")
    chat.say("rua nova")
    assert "F-1007-1" in said(chat.say("e do sítio?"))
    assert "F-1006-1" in said(chat.say("e da rua nova?"))


@pytest.mark.parametrize("text", ["e o outro boleto?", "manda o outro também"])
def test_other_invoice_of_two_contracts_is_that_of_the_other_one(text: str) -> None:
    chat = Chat(two_contracts())
    chat.say("boleto")
    chat.say("rua nova")
    assert "F-1007-1" in said(chat.say(text))


def test_address_is_asked_for_when_another_invoice_is_wanted_and_there_are_more_than_two_contracts() -> None:
    third = a_contract(ref="c-3", number="1009", customer_ref="bruno", status="active", address="Rua Velha, 9, Oeste")
    chat = Chat(known_as(BRUNO, (HOUSE, SITE, third), [an_invoice(contract_ref="c-1")]))
    chat.say("boleto")
    chat.say("rua nova")
    assert "de qual endereço" in said(chat.say("e o outro boleto?"))


@pytest.mark.parametrize(("word", "answer"), [("obrigado", "Encerrei"), ("sim", "Certo!"), ("não", "Tudo bem")])
def test_nothing_is_asked_again_when_the_only_invoice_was_sent(word: str, answer: str) -> None:
    chat = Chat()
    chat.say("boleto")
    assert answer in said(chat.say(word))


def test_offer_of_another_invoice_ends_when_it_was_paid_meanwhile() -> None:
    chat = Chat(known_as(invoices=(DUE, OLD)))
    chat.say("boleto")
    chat.facts["invoices:c-1002"] = ()
    assert "não há outra fatura" in said(chat.say("a outra"))
    assert chat.dialogue.expect == ""


@pytest.mark.parametrize("no", ["não", "agora não", "não precisa", "não obrigado", "por enquanto não"])
def test_offer_of_another_invoice_takes_no_for_an_answer(no: str) -> None:
    chat = Chat(known_as(invoices=(DUE, OLD)))
    chat.say("boleto")
    effects = chat.say(no)
    assert only(effects, Say).document is None
    assert "Tudo bem" in said(effects)
    assert chat.dialogue.expect == ""


def test_thanks_ends_the_offer_of_another_invoice_and_the_conversation() -> None:
    chat = Chat(known_as(invoices=(DUE, OLD)))
    chat.say("boleto")
    assert has(chat.say("obrigado"), Close)


def test_other_wish_is_served_when_another_invoice_was_offered() -> None:
    chat = Chat(known_as(invoices=(DUE, OLD)))
    chat.say("boleto")
    assert "posso liberar" in said(chat.say("libera meu sinal"))


def test_many_open_invoices_still_fit_into_the_caption() -> None:
    many = [
        an_invoice(ref=f"i-{n}", number=f"F-1002-{n}", due_date=days_from_today(-30 * n), amount_cents=999_99)
        for n in range(1, 30)
    ]
    say = only(decided(a_turn("boleto", facts=known_as(invoices=many))), Say)
    assert len(say.text) <= 1024
    assert "e mais 23" in say.text


def test_document_goes_alone_when_the_caption_would_be_too_long() -> None:
    copy = a_copy(an_invoice(), pix="0" * 1100)
    says = [e for e in decided(a_turn("boleto", facts=known_as() | {"copy:i-1": copy})) if isinstance(e, Say)]
    assert [bool(say.document) for say in says] == [True, False]
    assert says[0].text == ""
    assert "0" * 1100 in says[1].text


def test_person_answers_when_the_billing_system_is_down() -> None:
    effects = decided(a_turn("boleto", facts=known_as() | {"invoices:c-1002": Down}))
    assert handed_to(effects) == ("N1", "billing_unavailable")
    effects = decided(a_turn("boleto", facts={"identified": Down}))
    assert handed_to(effects) == ("N1", "billing_unavailable")


def test_contract_is_asked_for_by_street_when_there_are_several() -> None:
    effects = decided(a_turn("boleto", facts=two_contracts()))
    say = only(effects, Say)
    assert [(o.id, o.title) for o in say.options] == [("contract:c-1", "Rua Nova"), ("contract:c-2", "Sítio Boa Vista")]
    assert memory(effects).expect == "contract"


@pytest.mark.parametrize(
    ("answer", "tap", "number"),
    [
        ("Rua Nova", "contract:c-1", "F-1006-1"),
        ("", "contract:c-2", "F-1007-1"),
        ("1", "", "F-1006-1"),
        ("2", "", "F-1007-1"),
        ("opção 2", "", "F-1007-1"),
        ("a primeira", "", "F-1006-1"),
        ("o segundo", "", "F-1007-1"),
        ("sítio", "", "F-1007-1"),
        ("é o do SITIO", "", "F-1007-1"),
        ("da rua nova", "", "F-1006-1"),
        ("rua nova por favor", "", "F-1006-1"),
        ("boa vista", "", "F-1007-1"),
        ("1007", "", "F-1007-1"),
        ("contrato 1006", "", "F-1006-1"),
    ],
)
def test_contract_is_chosen_by_tap_number_ordinal_or_street(answer: str, tap: str, number: str) -> None:
    chat = Chat(two_contracts())
    chat.say("boleto")
    assert number in said(chat.say(answer, tap=tap))


@pytest.mark.parametrize("answer", ["boa noite", "3", "terceira", "a minha casa", "sim", "👍", "rua", "99"])
def test_contract_is_asked_for_again_when_the_words_do_not_tell_which(answer: str) -> None:
    chat = Chat(two_contracts())
    chat.say("boleto")
    assert "Qual dos endereços?" in said(chat.say(answer))
    assert "F-1007-1" in said(chat.say("2"))


@pytest.mark.parametrize(("wish", "again"), [("boleto", False), ("boleto do outro endereço", True)])
def test_contract_is_kept_until_the_customer_speaks_of_another(wish: str, again: bool) -> None:
    chat = Chat(two_contracts(), nlu=FakeParser({"boleto": SECOND_COPY, "boleto do outro endereço": SECOND_COPY}))
    chat.say("boleto")
    assert "F-1007-1" in said(chat.say("sítio"))
    assert ("de qual endereço" in said(chat.say(wish))) is again


def test_question_for_the_contract_is_fresh_when_it_follows_a_misunderstanding() -> None:
    chat = Chat(two_contracts())
    chat.say("asdf qwer")
    chat.say("1")
    assert "Qual dos endereços?" in said(chat.say("hmm"))


def test_other_wish_is_served_when_a_contract_was_asked_for() -> None:
    chat = Chat(two_contracts())
    chat.say("boleto")
    assert handed_to(chat.say("quero cancelar"))[0] == "Comercial"


@pytest.mark.parametrize("count", [2, 3, 4, 10, 12])
@pytest.mark.parametrize("same_street", [True, False])
def test_choice_fits_the_channel_however_many_contracts_there_are(count: int, same_street: bool) -> None:
    street = "Avenida Doutor Nelson d'Ávila" if same_street else "Rua Comprida Número"
    contracts = [
        a_contract(ref=f"c-{n}", number=f"10{n:02d}", address=f"{street}{'' if same_street else n}, {n}, Centro")
        for n in range(count)
    ]
    say = only(decided(a_turn("boleto", facts=known_as(BRUNO, contracts, ()))), Say)
    limit = 20 if len(say.options) <= 3 else 24
    assert len(say.options) == min(count, 10)
    assert all(len(option.title) <= limit and len(option.about) <= 72 for option in say.options)
    assert len({option.title for option in say.options}) == len(say.options)


def test_cancelled_contract_is_not_offered_when_another_is_in_service() -> None:
    facts = two_contracts()
    facts["contracts:bruno"] = (HOUSE, replace(SITE, status="cancelled"))
    assert "F-1006-1" in said(decided(a_turn("boleto", facts=facts)))
