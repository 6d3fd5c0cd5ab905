"""The second copy as an order to review and pay, where the customer's app shows those."""

from __future__ import annotations

from bot.bubble import in_one_bubble
from bot.effects import Document, Effect, LinkButton, Option, Say
from tests.unit.billing.build import an_invoice
from tests.unit.bot.build import LINE, PIX, PROTOCOL, a_copy, a_turn, decided, known_as, only

PDF = Document("fatura-F-1002-1.pdf", "application/pdf", b"%PDF-1.4 fatura")
PAY = only(decided(a_turn("segunda via", pays_in_chat=True)), Say)
MORE = Option("more", "Mais")


def bubbles(*effects: Effect) -> list[Say]:
    return [effect for effect in in_one_bubble(a_turn("oi"), effects) if isinstance(effect, Say)]


def test_second_copy_is_an_order_where_the_app_shows_orders() -> None:
    assert PAY.payment is not None
    assert (PAY.payment.pix_code, PAY.payment.boleto_line, PAY.payment.total_cents) == (PIX, LINE, 11990)
    assert (PAY.payment.reference, PAY.payment.item) == ("i-1", "Fatura F-1002-1")
    assert PIX not in PAY.text
    assert LINE not in PAY.text
    assert "venceu em 02/11/2026" in PAY.text


def test_order_carries_the_bill_and_its_words_as_a_way_out() -> None:
    plain = only(decided(a_turn("segunda via")), Say)
    assert plain.payment is None
    assert (PAY.document, PAY.words) == (plain.document, plain.text)
    assert PIX in PAY.words.split("\n")


def test_protocol_is_told_in_the_text_and_in_the_words() -> None:
    assert PROTOCOL in PAY.text
    assert PROTOCOL in PAY.words


def test_second_copy_without_codes_is_said_as_before() -> None:
    copy = a_copy(an_invoice(), pix=None, line=None)
    say = only(decided(a_turn("boleto", facts=known_as() | {"copy:i-1": copy}, pays_in_chat=True)), Say)
    assert (say.payment, say.words) == (None, "")
    assert say.document == PDF


def test_words_beside_a_payment_go_into_its_bubble() -> None:
    (say,) = bubbles(Say("Anotei."), PAY)
    assert say.payment == PAY.payment
    assert say.text.startswith("Anotei.\n\nBruno")
    assert say.words.startswith("Anotei.\n\nBruno")
    assert PIX in say.words.split("\n")


def test_what_is_tapped_besides_a_payment_or_a_link_has_its_own_bubble() -> None:
    link = Say("Veja o mapa", link=LinkButton("Abrir", "https://exemplo.com.br"))
    for alone in (PAY, link):
        first, second = bubbles(alone, Say("Mais alguma coisa?", (MORE,)))
        assert (first.payment, first.link, first.options) == (alone.payment, alone.link, ())
        assert second.options == (MORE,)
    assert len(bubbles(link, PAY)) == 2
    assert len(bubbles(link, Say("Sua fatura", document=PDF))) == 2
