"""Boletos: every vector, the due-date factor over its rollover, and wrong digits."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import boleto
from tests.vectors import load

VECTORS = load("vectors/boleto.json")
FACTORS = load("vectors/fator_vencimento.json")
BANK = VECTORS["real"] + VECTORS["synthetic"]


@pytest.mark.parametrize("vector", BANK, ids=lambda v: v["barcode"])
def test_bank_boleto_agrees_with_vector(vector: dict[str, Any]) -> None:
    due = date.fromisoformat(vector["due_date"]) if vector["due_date"] else None
    for text in (vector["linha_digitavel"], vector["formatted"], vector["barcode"]):
        read = boleto.parse(text)
        assert read is not None
        assert (read.kind, read.barcode, read.line) == ("bank", vector["barcode"], vector["linha_digitavel"])
        assert (read.bank, read.amount_cents) == (vector["bank"], vector["amount_cents"])
        assert read.formatted_line == vector["formatted"]
        assert read.due_date(date.fromisoformat(vector["reference_date"])) == due
    assert (
        boleto.compose(vector["bank"], due, vector["amount_cents"], vector["barcode"][19:]).barcode
        == (vector["barcode"])
    )


@pytest.mark.parametrize("vector", VECTORS["arrecadacao"], ids=lambda v: v["barcode"])
def test_arrecadacao_agrees_with_vector(vector: dict[str, Any]) -> None:
    for text in (vector["linha_digitavel"], vector["barcode"]):
        read = boleto.parse(text)
        assert read is not None
        assert (read.kind, read.barcode, read.line) == ("arrecadacao", vector["barcode"], vector["linha_digitavel"])
        assert (read.amount_cents, read.bank, read.due_date(date(2026, 11, 22))) == (vector["amount_cents"], None, None)
        again = boleto.parse(read.formatted_line)
        assert again == read


@pytest.mark.parametrize("vector", VECTORS["invalid"], ids=lambda v: v["why"])
def test_parse_refuses_a_wrong_line(vector: dict[str, Any]) -> None:
    assert boleto.parse(vector["linha_digitavel"]) is None


@pytest.mark.parametrize("text", ["", "abc", "0" * 44, "8" * 48, "٠" * 44, "1" * 47, "8" + "0" * 43])
def test_parse_refuses_what_is_no_boleto(text: str) -> None:
    assert boleto.parse(text) is None


@pytest.mark.parametrize(("third", "cents"), [("8", 1000), ("9", None)])
def test_parse_takes_mod_11_when_the_third_digit_says_so(third: str, cents: int | None) -> None:
    start, rest = f"81{third}", "00000001000" + "12345678901234567890123456789"
    (right,) = (digit for digit in "0123456789" if boleto.parse(f"{start}{digit}{rest}"))
    slip = boleto.Boleto(f"{start}{right}{rest}")
    assert boleto.parse(slip.line) == slip
    assert slip.amount_cents == cents


@pytest.mark.parametrize("vector", FACTORS, ids=lambda v: v["due_date"])
def test_due_factor_agrees_with_the_official_table(vector: dict[str, Any]) -> None:
    day = date.fromisoformat(vector["due_date"])
    assert boleto.due_factor(day) == vector["fator"]
    assert boleto.due_date_of(vector["fator"], day) == day


def test_due_factor_starts_again_when_it_is_used_up() -> None:
    assert boleto.due_factor(date(2025, 2, 22)) == 1000
    assert boleto.due_factor(date(2049, 10, 13)) == 9999
    assert boleto.due_factor(date(2049, 10, 14)) == 1000


def test_due_date_depends_on_when_it_is_read() -> None:
    assert boleto.due_date_of(3737, date(2007, 12, 1)) == date(2007, 12, 31)
    assert boleto.due_date_of(3737, date(2026, 11, 22)) == date(2032, 8, 21)


@pytest.mark.parametrize("factor", [0, 999, 10_000, -1])
def test_due_date_is_none_when_the_factor_means_none(factor: int) -> None:
    assert boleto.due_date_of(factor, date(2026, 11, 22)) is None


def test_due_factor_refuses_days_before_the_table() -> None:
    with pytest.raises(ValueError, match="2000-07-03"):
        boleto.due_factor(date(2000, 7, 2))


@pytest.mark.parametrize(
    ("bank", "cents", "free"),
    [("01", 1, "0" * 25), ("801", 1, "0" * 25), ("001", -1, "0" * 25), ("001", 10**10, "0" * 25), ("001", 1, "x" * 25)],
)
def test_compose_refuses_what_does_not_fit(bank: str, cents: int, free: str) -> None:
    with pytest.raises(ValueError, match=r"digits|amount"):
        boleto.compose(bank, date(2026, 11, 22), cents, free)


def test_boleto_refuses_a_barcode_with_a_wrong_digit() -> None:
    with pytest.raises(ValueError, match="check digits"):
        boleto.Boleto("1" * 44)


DAYS = st.dates(date(2000, 7, 3), date(2060, 12, 31))
BANKS = st.from_regex(r"[0-79][0-9]{2}", fullmatch=True)
FREE = st.from_regex(r"[0-9]{25}", fullmatch=True)


@given(BANKS, DAYS, st.integers(0, 10**10 - 1), FREE)
def test_composed_boleto_is_read_back(bank: str, day: date, cents: int, free: str) -> None:
    made = boleto.compose(bank, day, cents, free)
    assert boleto.parse(made.line) == boleto.parse(made.formatted_line) == boleto.parse(made.barcode) == made
    assert (made.bank, made.amount_cents, made.due_date(day)) == (bank, cents, day)


@given(DAYS, st.integers(-5500, 2900))
def test_due_date_is_read_right_when_it_is_near_the_reference(day: date, days_later: int) -> None:
    assert boleto.due_date_of(boleto.due_factor(day), day + timedelta(days=days_later)) == day


@given(BANKS, DAYS, st.integers(0, 10**10 - 1), FREE, st.integers(0, 31), st.integers(1, 9))
def test_a_mistyped_digit_in_the_fields_is_refused(
    bank: str, day: date, cents: int, free: str, place: int, step: int
) -> None:
    line = boleto.compose(bank, day, cents, free).line
    wrong = str((int(line[place]) + step) % 10)
    assert boleto.parse(f"{line[:place]}{wrong}{line[place + 1 :]}") is None


@given(st.text(max_size=60) | st.from_regex(r"[0-9]{44,48}", fullmatch=True))
def test_parse_never_fails(text: str) -> None:
    read = boleto.parse(text)
    assert read is None or len(read.barcode) == 44
