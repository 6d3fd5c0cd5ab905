"""Phone keys: one person, one key, and never somebody else's number."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import phone
from tests.vectors import load

VECTORS = load("vectors/phone.json")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: f"{v['input']}/{v['default_ddd']}")
def test_phone_agrees_with_vector(vector: dict[str, Any]) -> None:
    key = phone.match_key(vector["input"], vector["default_ddd"])
    assert key == vector["match_key"]
    assert phone.kind(vector["input"], vector["default_ddd"]) == vector["kind"]
    if key:
        others = (vector["also_try"],) if vector["also_try"] else ()
        assert phone.forms(key) == (key, *others)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("whatsapp:+5512981110001", "+5512981110001"),
        ("tel:+55-12-98111-0001", "+5512981110001"),
        ("0 15 12 98111-0001", "+5512981110001"),
        ("00 55 12 981110001", "+5512981110001"),
        ("(0xx12) 98111-0001", "+5512981110001"),
        ("0XX12 8111-0001", "+5512981110001"),
        ("+55 (012) 98111-0001", "+5512981110001"),
        ("+55 (0) 12 8111 0001", "+5512981110001"),
        ("+55 (0xx12) 3333-4444", "+551233334444"),
        ("55 0 15 12 98111-0001", "+5512981110001"),
        ("+55 0800 123 4567", None),
        ("0xx", None),
        ("55 99988-7766", "+5555999887766"),
        ("55999887766", "+5555999887766"),
        ("5599887766", "+5555999887766"),
        ("\u202a+55 12 98111-0001\u202c", "+5512981110001"),
        ("０１２９８１１１０００１", "+5512981110001"),
        ("0800 123 4567", None),
        ("190", None),
        ("", None),
        ("BR.1502576394655843", None),
        ("caiu", None),
        ("5512081110001", None),
        ("1298111000", "+5512998111000"),
        ("551212345678", None),
    ],
)
def test_match_key_reads_what_people_and_systems_write(text: str, key: str | None) -> None:
    assert phone.match_key(text) == key


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("(12) 98111-0001", ["+5512981110001"]),
        ("12/98111-0001", ["+5512981110001"]),
        ("(12) 98111-0001 / (12) 3333-4444", ["+5512981110001", "+551233334444"]),
        ("12981110001;1233334444, 12981110001", ["+5512981110001", "+551233334444"]),
        ("(0xx12) 98111-0001 ou (0xx12) 3333-4444", ["+5512981110001", "+551233334444"]),
        ("12 98111-0001 (mãe)", ["+5512981110001"]),
        ("Zap: +55 12 98111-0001 - falar com Ana", ["+5512981110001"]),
        ("98111-0001 / 3333-4444", []),
        ("não tem", []),
        ("", []),
    ],
)
def test_match_keys_reads_all_numbers_of_a_field(text: str, keys: list[str]) -> None:
    assert list(phone.match_keys(text)) == keys


def test_match_keys_completes_what_lacks_its_area_code_when_told() -> None:
    assert phone.match_keys("98111-0001 / 3333-4444", default_ddd="12") == ("+5512981110001", "+551233334444")


def test_match_key_takes_a_wa_id_as_international_when_told() -> None:
    assert phone.match_key("12981110001") == "+5512981110001"
    assert phone.match_key("12125550123", is_wa_id=True) == "+12125550123"
    assert phone.kind("351912345678", is_wa_id=True) == "foreign"


def test_there_are_67_area_codes() -> None:
    assert len(phone.AREA_CODES) == 67


def test_forms_gives_one_form_when_the_number_was_born_with_nine_digits() -> None:
    assert phone.forms("+5511951234567") == ("+5511951234567",)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("5512981110001", "(12) *****-0001"),
        ("551133334444", "(11) ****-4444"),
        ("+14155552671", "+*******2671"),
        ("no number", "****"),
    ],
)
def test_mask_phone_keeps_only_the_end(text: str, shown: str) -> None:
    assert phone.mask_phone(text) == shown


def test_format_phone_reads_as_in_brazil() -> None:
    assert phone.format_phone("+5512981110001") == "(12) 98111-0001"
    assert phone.format_phone("+14155552671") == "+14155552671"


AREA = st.sampled_from(sorted(phone.AREA_CODES))


@given(AREA, st.from_regex(r"[6-9][0-9]{7}", fullmatch=True))
def test_all_forms_of_a_mobile_share_one_key(area: str, local: str) -> None:
    key = f"+55{area}9{local}"
    written = (f"55{area}{local}", f"55{area}9{local}", f"({area}) 9{local[:4]}-{local[4:]}", f"0{area}9{local}")
    assert {phone.match_key(text) for text in written} == {key}
    assert {phone.match_key(form) for form in phone.forms(key)} == {key}


@given(AREA, st.from_regex(r"[2-5][0-9]{7}", fullmatch=True))
def test_a_landline_never_becomes_a_mobile(area: str, local: str) -> None:
    assert phone.match_key(f"55{area}{local}") == f"+55{area}{local}"
    assert phone.kind(f"{area}{local}") == "landline"


@given(st.text(max_size=40))
def test_match_key_is_stable_and_never_fails(text: str) -> None:
    key = phone.match_key(text)
    assert key is None or phone.match_key(key) == key
    phone.mask_phone(text)
