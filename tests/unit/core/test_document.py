"""CPF and CNPJ: what is read, what is refused, how it is shown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document import Document, find_documents, parse_document
from tests.vectors import load

VECTORS = load("vectors/cpf_cnpj.json")
ALL = [(kind, vector) for kind in ("cpf", "cnpj") for vector in VECTORS[kind]]
VALID = [(kind, vector) for kind, vector in ALL if vector["valid"]]


@pytest.mark.parametrize(("kind", "vector"), ALL, ids=lambda v: v["input"] if isinstance(v, dict) else v)
def test_parse_document_agrees_with_vector(kind: str, vector: dict[str, Any]) -> None:
    document = parse_document(vector["input"])
    if not vector["valid"]:
        assert document is None
        return
    assert document is not None
    assert (document.kind, document.number, document.formatted) == (kind, vector["compact"], vector["formatted"])


@pytest.mark.parametrize(("kind", "vector"), VALID, ids=lambda v: v["input"] if isinstance(v, dict) else v)
def test_find_documents_finds_vector_inside_a_sentence(kind: str, vector: dict[str, Any]) -> None:
    text = f"oi, meu documento é {vector['input'].strip()} tá bom?"
    ((document, start, end),) = find_documents(text)
    assert (document.kind, document.number) == (kind, vector["compact"])
    assert text[start:end] == vector["input"].strip()


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("meu cpf é 529 982 247 25 ok", "529 982 247 25"),
        ("CPF52998224725", "52998224725"),
        ("CPF:529.982.247-25", "529.982.247-25"),
        ("meu CPF nº52998224725", "52998224725"),
        ("529982247-25.", "529982247-25"),
        ("\u200e529.982.247\u201325", "529.982.247\u201325"),
        ("529．982．247－25", "529．982．247－25"),
        ("５２９９８２２４７２５", "５２９９８２２４７２５"),
        ("12 ABC 345 01DE 35", "12 ABC 345 01DE 35"),
        (" 12.abc.345 /01de - 35 ", "12.abc.345 /01de - 35"),
        ("o cnpj 12.abc.345/01de-35 é da padaria", "12.abc.345/01de-35"),
        ("12981110001 52998224725", "52998224725"),
        ("*529.982.247-25*", "529.982.247-25"),
    ],
)
def test_find_documents_gives_the_span_when_text_is_messy(text: str, part: str) -> None:
    ((document, start, end),) = find_documents(text)
    assert document == parse_document(part)
    assert text[start:end].strip("\u200e .*") == part


def test_find_documents_keeps_the_order_when_there_are_two() -> None:
    found = find_documents("empresa 11.222.333/0001-81, responsável 529.982.247-25")
    assert [document.kind for document, _, _ in found] == ["cnpj", "cpf"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "oi, caiu a internet",
        "00190.00009 01149.718601 68524.522114 6 75860000102656",
        "meu numero é (12) 98111-0001",
        "+5512981110001",
        "x52998224725",
        "52998224725y",
        "EU VOU PRA CASA 12",
        "٥٢٩٩٨٢٢٤٧٢٥",
        "²" * 11,
    ],
)
def test_find_documents_finds_nothing_when_there_is_none(text: str) -> None:
    assert find_documents(text) == ()


@pytest.mark.parametrize("digit", "0123456789")
def test_parse_document_refuses_repeated_digits(digit: str) -> None:
    assert parse_document(digit * 11) is None
    assert parse_document(digit * 14) is None


def test_parse_document_refuses_words_around_the_number() -> None:
    assert parse_document("cpf 529.982.247-25") is None


def test_document_hides_its_number_in_masked_and_repr() -> None:
    person, company = Document("cpf", "52998224725"), Document("cnpj", "12ABC34501DE35")
    assert person.masked == "***.982.247-**"
    assert company.masked == "**.ABC.345/01DE-**"
    for document in (person, company):
        assert document.number not in repr(document)
        assert document.masked in repr(document)


@pytest.mark.parametrize(("kind", "number"), [("cpf", "52998224726"), ("cnpj", "52998224725"), ("cpf", "")])
def test_document_refuses_a_number_that_is_not_its_kind(kind: Any, number: str) -> None:
    with pytest.raises(ValueError, match="not a valid") as error:
        Document(kind, number)
    assert not number or number not in str(error.value)


def _cpf(digits: list[int]) -> str:
    for weight in (10, 11):
        rest = sum(d * (weight - i) for i, d in enumerate(digits)) * 10 % 11 % 10
        digits = [*digits, rest]
    return "".join(map(str, digits))


@given(st.lists(st.integers(0, 9), min_size=9, max_size=9).filter(lambda d: len(set(d)) > 1), st.integers(9, 10))
def test_cpf_is_read_and_a_changed_check_digit_is_refused(digits: list[int], place: int) -> None:
    number = _cpf(digits)
    document = parse_document(number)
    assert document is not None
    assert parse_document(document.formatted) == document
    changed = (int(number[place]) + 1) % 10
    assert parse_document(f"{number[:place]}{changed}{number[place + 1 :]}") is None


@given(st.text(max_size=80))
def test_find_documents_never_fails_and_spans_hold_the_document(text: str) -> None:
    for document, start, end in find_documents(text):
        assert 0 <= start < end <= len(text)
        assert parse_document(text[start:end]) == document
