"""Money: exact cents in, Brazilian text out, and back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import money


@pytest.mark.parametrize(
    ("cents", "text"),
    [(0, "R$ 0,00"), (5, "R$ 0,05"), (9990, "R$ 99,90"), (123450, "R$ 1.234,50"), (-500, "-R$ 5,00")],
)
def test_format_brl_writes_as_in_brazil(cents: int, text: str) -> None:
    assert money.format_brl(cents) == text


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("R$ 1.234,50", 123450),
        ("R$\u00a01.234,50", 123450),
        ("r$99,9", 9990),
        ("1234", 123400),
        ("1.234", 123400),
        ("99.90", 9990),
        (" 1.234.567,89 ", 123456789),
        ("R$ -5,00", -500),
        ("1.2.3", None),
        ("1.234.50", None),
        ("12,345", None),
        ("--5", None),
        ("-R$ -5", None),
        ("dez reais", None),
        ("", None),
    ],
)
def test_parse_brl_reads_what_people_write(text: str, cents: int | None) -> None:
    assert money.parse_brl(text) == cents


@pytest.mark.parametrize(
    ("amount", "cents"), [("99.90", 9990), ("890.00", 89000), ("99.9000", 9990), (Decimal("0.01"), 1), ("-1", -100)]
)
def test_cents_is_exact(amount: Decimal | str, cents: int) -> None:
    assert money.cents(amount) == cents


@pytest.mark.parametrize("amount", ["99.905", "99,90", "", "NaN", "Infinity", "abc"])
def test_cents_refuses_what_is_not_whole_cents(amount: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        money.cents(amount)


@given(st.integers(-(10**12), 10**12))
def test_money_survives_each_round_trip(cents: int) -> None:
    assert money.parse_brl(money.format_brl(cents)) == cents
    assert money.cents(money.as_decimal(cents)) == cents
