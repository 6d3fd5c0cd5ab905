"""An invoice as an order to pay in the chat: only the ways that are there, under a reference that WhatsApp allows."""

from __future__ import annotations

import re
from typing import Any

import pytest

from billing.order import order_for
from billing.pix import key_type
from billing.records import SecondCopy
from tests.unit.billing.build import a_provider, an_invoice

LINE = "00190000090000000100200000000001234567890000011990"


def a_copy(ref: str = "i-1", **changes: Any) -> SecondCopy:
    values: dict[str, Any] = {"pdf": None, "filename": "fatura.pdf", "line": LINE, "pix": "000201", "link": None}
    return SecondCopy(an_invoice(ref=ref), **(values | changes))


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("11222333000181", "CNPJ"),
        ("52998224725", "CPF"),
        ("+5512981110001", "PHONE"),
        ("financeiro@conecta.com.br", "EMAIL"),
        ("123e4567-e89b-12d3-a456-426614174000", "EVP"),
        ("11222333000182", None),
        ("529.982.247-25", None),
        ("conecta", None),
        ("", None),
    ],
)
def test_type_of_a_pix_key_is_read_from_the_key(key: str, kind: str | None) -> None:
    assert key_type(key) == kind


def test_order_has_all_that_the_copy_has() -> None:
    order = order_for(a_copy(link="https://pagar.example.com.br/1"), a_provider(), "Fatura F-1002-1")
    assert order is not None
    assert order.ways == ("000201", LINE, "https://pagar.example.com.br/1")
    assert (order.total_cents, order.item) == (11990, "Fatura F-1002-1")
    assert (order.pix_merchant, order.pix_key, order.pix_key_type) == (
        "Conecta Vale Telecom LTDA",
        "11222333000181",
        "CNPJ",
    )


def test_pix_is_left_out_under_a_key_of_no_known_type() -> None:
    order = order_for(a_copy(), a_provider(pix_key="conecta"), "Fatura")
    assert order is not None
    assert order.ways == (LINE,)
    assert order_for(a_copy(line=None), a_provider(pix_key="conecta"), "Fatura") is None


def test_nothing_to_pay_with_is_no_order() -> None:
    assert order_for(a_copy(line=None, pix=None), a_provider(), "Fatura") is None


@pytest.mark.parametrize("ref", ["i-1", "Fatura 10/2026 ção", "x" * 90])
def test_reference_has_allowed_characters_and_room_for_a_suffix(ref: str) -> None:
    order = order_for(a_copy(ref), a_provider(), "Fatura")
    assert order is not None
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,51}", order.reference)
