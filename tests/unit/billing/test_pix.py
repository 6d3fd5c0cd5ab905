"""Pix codes: every vector, every limit, and soft checks of what gateways send."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import pix
from core import money
from tests.vectors import load

VECTORS = load("vectors/pix.json")


@pytest.mark.parametrize("vector", VECTORS["encode_static"], ids=lambda v: v["expected"][-4:])
def test_encode_static_agrees_with_vector(vector: dict[str, Any]) -> None:
    code = pix.encode_static(
        vector["key"],
        vector["merchant_name"],
        vector["merchant_city"],
        money.cents(vector["amount"]) if vector["amount"] else None,
        None if vector["txid"] == pix.NO_TXID else vector["txid"],
    )
    assert code == vector["expected"]
    assert pix.check(code) == ()


@pytest.mark.parametrize("vector", VECTORS["encode_dynamic"], ids=lambda v: v["expected"][-4:])
def test_encode_dynamic_agrees_with_vector(vector: dict[str, Any]) -> None:
    code = pix.encode_dynamic(vector["url"], vector["merchant_name"], vector["merchant_city"])
    assert code == vector["expected"]
    assert pix.decode(code).url == vector["url"]


@pytest.mark.parametrize("vector", VECTORS["decode_valid"], ids=lambda v: v["kind"])
def test_decode_reads_official_code(vector: dict[str, Any]) -> None:
    assert pix.check(vector["payload"]) == ()
    read = pix.decode(vector["payload"])
    for name in ("key", "url", "name", "city", "txid", "recurrence_url"):
        if name in vector:
            assert getattr(read, name) == vector[name], name


@pytest.mark.parametrize("vector", VECTORS["decode_invalid"], ids=lambda v: v["why"][:30])
def test_check_names_the_problem_of_a_bad_code(vector: dict[str, Any]) -> None:
    problems = pix.check(vector["payload"])
    starts = {"crc": "crc", "truncated": "crc", "not a BR Code": "not_a_br_code", "length": "structure"}
    (expected,) = {problem for start, problem in starts.items() if vector["why"].startswith(start)}
    assert expected in problems
    # A gateway's code with a right CRC must not be called broken for its lengths.
    assert ("crc" in problems) == (expected == "crc")


def test_a_code_asks_for_its_own_amount_and_no_other() -> None:
    code = pix.encode_static("k", "Nome", "Cidade", 11990)
    assert pix.asks_for(code, 11990)
    assert not pix.asks_for(code, 11991)
    for silent in (pix.encode_static("k", "Nome", "Cidade"), pix.encode_dynamic("x", "Nome", "Cidade"), code[:40], ""):
        assert pix.asks_for(silent, 11990)


def test_crc_is_padded_to_four_digits() -> None:
    assert pix.crc("123456789") == "29B1"
    assert len(pix.crc("x" * 3)) == 4


@pytest.mark.parametrize(
    "arguments",
    [
        {"key": ""},
        {"key": "k" * 78},
        {"key": "chávé"},
        {"name": "  "},
        {"city": "日本"},
        {"amount_cents": 0},
        {"amount_cents": -1},
        {"amount_cents": 10**12},
        {"txid": "a" * 26},
        {"txid": "F-1"},
        {"txid": ""},
    ],
)
def test_encode_static_refuses_what_cannot_be_carried(arguments: dict[str, Any]) -> None:
    good: dict[str, Any] = {"key": "11222333000181", "name": "Conecta Vale", "city": "São José dos Campos"}
    with pytest.raises(ValueError, match=r"Pix|txid"):
        pix.encode_static(**(good | arguments))


def test_encode_dynamic_refuses_an_address_that_does_not_fit() -> None:
    with pytest.raises(ValueError, match="longer"):
        pix.encode_dynamic("x" * 100, "Conecta", "Centro")


def test_check_finds_a_code_without_pix() -> None:
    body = "000201" + "5204000053039865802BR5904Nome6006Cidade62070503***6304"
    assert pix.check(body + pix.crc(body)) == ("no_pix",)


def test_check_finds_a_code_that_is_too_long() -> None:
    body = pix.encode_static("k", "Nome", "Cidade")[:-8] + "".join(f"8{i}95{'x' * 95}" for i in range(1, 7)) + "6304"
    assert pix.check(body + pix.crc(body)) == ("too_long",)


NAMES = st.text(min_size=1, max_size=60).map(lambda text: f"A{text}")
KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=77)
TXIDS = st.none() | st.from_regex(r"[A-Za-z0-9]{1,25}", fullmatch=True)


@given(KEYS, NAMES, NAMES, st.none() | st.integers(1, 10**12 - 1), TXIDS)
def test_static_code_is_read_back(key: str, name: str, city: str, cents: int | None, txid: str | None) -> None:
    code = pix.encode_static(key, name, city, cents, txid)
    assert code.isascii()
    assert len(code) <= pix.CODE_MAX
    assert pix.check(code) == ()
    read = pix.decode(code)
    assert (read.key, read.amount_cents, read.txid) == (key, cents, txid)
    assert 1 <= len(read.name) <= pix.NAME_MAX
    assert 1 <= len(read.city) <= pix.CITY_MAX


@given(st.text(max_size=120))
def test_check_never_fails(text: str) -> None:
    pix.check(text)
    pix.check(f"000201{text}")


@given(st.text(min_size=1, max_size=60))
def test_txid_always_fits(number: str) -> None:
    assert pix.decode(pix.encode_static("k", "Nome", "Cidade", 1, pix.txid_for(number))).txid == pix.txid_for(number)


def test_txid_tells_apart_numbers_with_the_same_letters_and_digits() -> None:
    assert len({pix.txid_for(number) for number in ("F-100-11", "F-1001-1", "F10011", "F 10011")}) == 4
    assert pix.txid_for("FAT136759") == "FAT136759"
