"""A template's words: each value goes where its name stands, and none leaves that WhatsApp would refuse."""

from __future__ import annotations

from typing import Any

import pytest

from core.template_text import BadValue, Filled, as_read, fill, wording

BILL: list[dict[str, Any]] = [
    {"type": "HEADER", "format": "TEXT", "text": "Fatura {{1}}"},
    {"type": "BODY", "text": "Oi, {{1}}! Sua fatura de {{2}} vence logo."},
    {"type": "FOOTER", "text": "Provedor"},
    {
        "type": "BUTTONS",
        "buttons": [
            {"type": "QUICK_REPLY", "text": "Quero pagar", "id": "intent:invoice_second_copy"},
            {"type": "URL", "text": "Ver", "url": "https://p.example/f/{{1}}"},
            {"type": "URL", "text": "Site", "url": "https://p.example"},
        ],
    },
]
NAMES = ("number", "name", "amount", "number")
VALUES = {"number": "F-1", "name": "Ana", "amount": "R$ 10,00"}


def test_fill_puts_each_value_where_its_name_stands() -> None:
    filled = fill(wording(BILL), NAMES, VALUES)
    buttons = (("quick_reply", 0, "intent:invoice_second_copy"), ("url", 1, "F-1"))
    assert filled == Filled(("F-1",), ("Ana", "R$ 10,00"), buttons)


def test_preview_reads_as_the_customer_will_read_it() -> None:
    words = wording(BILL)
    read = as_read(words, fill(words, NAMES, VALUES))
    assert read == "Fatura F-1\n\nOi, Ana! Sua fatura de R$ 10,00 vence logo.\n\nProvedor"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "falta o valor"),
        ("   ", "falta o valor"),
        ("Ana\nMaria", "quebra de linha"),
        ("Ana\tMaria", "tabulação"),
        ("Ana     Maria", "4 espaços"),
        ("A" * 1025, "passa de 1024"),
        ("A" * 2001, "longo demais"),
    ],
)
def test_value_that_whatsapp_refuses_is_named(value: str, why: str) -> None:
    with pytest.raises(BadValue, match=why) as problem:
        fill(wording(BILL), NAMES, {**VALUES, "name": value})
    assert problem.value.name == "name"


def test_four_blanks_in_a_row_are_accepted() -> None:
    assert fill(wording(BILL), NAMES, {**VALUES, "name": "Ana    Maria"}).body[0] == "Ana    Maria"


def test_filled_header_has_sixty_characters_at_most() -> None:
    with pytest.raises(BadValue, match="título"):
        fill(wording(BILL), NAMES, {**VALUES, "number": "9" * 60})


def test_one_time_code_goes_into_the_body_and_its_button_whatever_the_words() -> None:
    words = wording([{"type": "BODY"}, {"type": "BUTTONS", "buttons": [{"type": "OTP", "text": "Copiar"}]}])
    assert fill(words, ("code", "code"), {"code": "123456"}) == Filled((), ("123456",), (("url", 0, "123456"),))
